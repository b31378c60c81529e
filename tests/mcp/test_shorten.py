import pytest

from shall.actions.calls import Failure
from shall.diagnostics import Diagnostic, Severity
from shall.errors import BadValue, InvalidCase
from shall.mcp.reply import failure
from shall.mcp.shorten import cut_bytes, cut_sentences, shorten
from shall.span import Span

REASON = "The file a.yaml cannot be read. Its first line is broken! 第二行也坏了。 So is the third."
HINT = "Mend line 1 of a.yaml. Then ask again."


@pytest.mark.verifies("mcp#1.19")
@pytest.mark.parametrize("length", range(len(REASON) + len(HINT) + 2))
def test_a_reason_ends_with_a_sentence_and_a_next_step_is_whole_or_left_out(length: int) -> None:
    short = shorten(REASON, HINT, length)
    assert len(short) <= max(length, 1)
    rest = short
    if short.endswith(HINT):
        rest = short.removesuffix(f" {HINT}")
    assert not any(part in rest for part in ("Mend", "Then"))
    said = rest.removesuffix("…")
    assert REASON.startswith(said)
    if len(said) > len("The file a.yaml cannot be read."):
        assert said.endswith((".", "!", "。"))


@pytest.mark.verifies("mcp#1.19")
def test_an_error_keeps_its_next_step_when_its_reason_is_long() -> None:
    error = BadValue("There is no such thing. " + "It was looked for here. " * 50, hint=HINT)
    shown = failure("id", Failure(error.code, str(error), error, 500))["error_message"]
    assert len(shown) <= 500
    assert shown.endswith(f"here.… {HINT}")


@pytest.mark.verifies("mcp#1.19")
def test_of_many_problems_whole_ones_are_reported() -> None:
    problems = [
        Diagnostic(
            "case.unknown-field",
            Severity.ERROR,
            "Unknown field tpyo.",
            Span("a.yaml", n),
            "Did you mean type?",
            f"steps[{n}]",
        )
        for n in range(1, 99)
    ]
    error = InvalidCase(problems)
    shown = failure("id", Failure(error.code, str(error), error, 500))["error_message"]
    assert len(shown) <= 500
    lines = shown.removesuffix("…").splitlines()
    assert len(lines) > 5
    assert all(line.endswith("Did you mean type?") for line in lines)


def test_a_text_without_an_end_of_a_sentence_is_cut_where_it_must_be() -> None:
    assert cut_sentences("a" * 20, 10) == "a" * 9 + "…"
    assert cut_sentences("v1.2 of a.yaml:2:7 is wrong", 10) == "v1.2 of a…"
    assert cut_bytes("长" * 20, 10) == "长长…"
    assert cut_bytes("一句。" + "长" * 20, 15) == "一句。…"
