"""Why a criterion has its status: documents, cases and tests, their newest outcomes."""

from shall.actions.proof import Proof
from shall.messages import Message, translated
from shall.pages.criterion_text import LONGEST
from shall.pages.frame import Look
from shall.pages.markup import Content, Html, joined, tag
from shall.pages.parts import age, fact, link
from shall.pages.status import status_pill, status_word
from shall.pages.words import word
from shall.report.wording import message_text
from shall.specs.matrix import Row
from shall.specs.mentions import Mention
from shall.specs.status import Latest, LinkOutcome, Status

MOST_LINKS = 50
"""Links of a criterion that are shown."""


def why_chain(proof: Proof, row: Row, look: Look) -> Html:
    """Make the chain of a criterion: where it is written, what verifies it, when it ran.

    Its text is not part of it.
    """
    language = look.language
    links = [_link(it, look) for it in row.links[:MOST_LINKS]]
    if more := len(row.links) - MOST_LINKS:
        links += [tag("li", word("matrix.more", language, count=more))] if more > 0 else []
    chain = tag("ol", *links, class_="chain") if links else tag("p", word("why.nothing", language))
    return joined(
        tag("dl", *_documents(proof, row, look), class_="facts"),
        chain,
        *notes(proof, row, language),
    )


def _documents(proof: Proof, row: Row, look: Look) -> list[Html]:
    language = look.language
    heading = proof.headings.get(row.criterion.key)
    owners = ", ".join(proof.owners.get(row.criterion.span.file, ()))
    change = f"{row.change.name} ({row.change.operation})" if row.change else ""
    facts = [fact(word("why.place", language), tag("code", str(row.criterion.span)))]
    if heading is not None:
        facts.append(
            fact(word("why.requirement", language), heading_text(heading.number, heading.title))
        )
        facts.append(fact(word("why.story", language), heading.user_story[:LONGEST]))
    facts += [fact(word("why.owner", language), owners), fact(word("why.change", language), change)]
    for kind in ("design", "task"):
        named = [_mention(it) for it in row.mentions if it.kind == kind][:MOST_LINKS]
        facts.append(fact(word(f"why.{kind}", language), joined(*named) if named else None))
    return facts


def heading_text(number: str, title: str) -> str:
    """Return a heading with its number, where that is one and no other form of the title."""
    return f"{number} {title}" if any(map(str.isdigit, number)) else title or number


def _mention(mention: Mention) -> Html:
    box = f"[{mention.state}] " if mention.state else ""
    number = f"{mention.number} " if mention.number else ""
    return tag("div", tag("code", str(mention.span)), f" {box}{number}{mention.title}")


def _link(found: LinkOutcome, look: Look) -> Html:
    language = look.language
    facts = _run(found.latest, found.environment, look) if found.latest is not None else []
    if found.unreachable is not None:
        missed = word("why.unreached", language, address=found.unreachable.address)
        facts.append(fact(missed, age(found.unreachable.at, look.now, language)))
    if found.reviewed_at is not None:
        facts.append(
            fact(word("why.reviewed", language), age(found.reviewed_at, look.now, language))
        )
    return tag(
        "li",
        tag(
            "p",
            status_pill(found.status, language),
            " ",
            tag("code", found.link.source),
            " ",
            tag("code", place, class_="soft") if (place := found.link.place) else None,
        ),
        tag("p", reason) if (reason := reason_of(found, language)) else None,
        tag("dl", *facts, class_="facts") if facts else None,
    )


def _run(latest: Latest, environment: str, look: Look) -> list[Html]:
    language = look.language
    shown: list[tuple[str, Content]] = [
        ("why.recorded", age(latest.at, look.now, language)),
        ("why.run", link(look.links.run(latest.run_id), latest.run_id)),
        ("matrix.environment", latest.environment or environment),
        ("why.commit", commit_text(latest, language) or word("why.not_recorded", language)),
        ("why.checks", f"{latest.checks_executed:,}"),
        ("why.row", latest.data_row),
    ]
    return [fact(word(name, language), value) for name, value in shown]


def commit_text(latest: Latest, language: str) -> str:
    """Return the commit of an outcome, and whether files differed from it; empty: not recorded."""
    if not latest.commit:
        return ""
    dirty = f" ({word('matrix.dirty', language)})" if latest.is_dirty else ""
    return f"{latest.commit[:12]}{dirty}"


def reason_of(found: LinkOutcome, language: str) -> str:
    """Return why a link does not prove its criterion; empty where it does."""
    if found.status is Status.PROVED:
        return ""
    if found.status is Status.FAILING:
        return message_text(Message(f"report.outcome.{found.outcome}"), language)
    return message_text(Message(f"trace.reason.{found.reason}"), language)


def decision_note(row: Row, language: str) -> str:
    """Return the waiver or attestation that counts, by whom and until when; empty: none does."""
    decision = row.decision
    if decision is None:
        return ""
    params = {
        "by": decision.by,
        "reason": decision.reason,
        "until": decision.until,
        "method": decision.method,
        "status": status_word(row.evidence_status, language),
    }
    return message_text(Message(f"trace.{decision.kind}", params), language)


def change_note(row: Row, language: str) -> str:
    """Return which open change adds, modifies, renames or removes a criterion; empty: none."""
    if row.change is None:
        return ""
    params = {"change": row.change.name}
    return message_text(Message(f"trace.change.{row.change.operation}", params), language)


def notes(proof: Proof, row: Row, language: str) -> list[Html]:
    """Make what is known beside the outcomes: the decision that counts, and lint findings."""
    decision = decision_note(row, language)
    shown = [tag("p", decision, class_="note")] if decision else []
    shown += [
        tag(
            "p",
            tag("b", it.code),
            f" {translated(it.message, language)}",
            class_=f"note {it.severity}",
        )
        for it in proof.findings.get(row.criterion.key, ())
    ]
    return shown
