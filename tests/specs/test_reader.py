import pytest

from shall.span import Span
from shall.specs.matrix import build_matrix, resolve
from shall.specs.model import Criterion, Feature, Link, LinkKind
from shall.specs.reader import feature_of, join_features, read_document
from shall.specs.status import Latest

KIRO = """# Requirements Document

## Introduction

The system SHALL not be read from the introduction of a numbered document.

```
1. WHEN in a fence, THE API SHALL not count
```
<!--
1. WHEN in a comment, THE API SHALL not count
-->

### Requirement 1: Sign in

**User Story:** As a user, I want to sign in, so that I can work.

#### Acceptance Criteria

1. WHEN the password is right,
   THE API SHALL answer 200
2. IF the password is wrong, THEN THE API SHALL:
   - answer 401
   - count the try
3. ~~THE API SHALL sing~~ — Deferred.
4. It is pleasant to use

### Requirement 2 - Sign out

#### Acceptance Criteria

- THE API SHALL forget the session
- THE API SHALL answer 204

#### Notes

1. This is not a criterion.

## Glossary

- THE API SHALL not be read from here
"""


def criteria(feature: Feature) -> list[Criterion]:
    return [criterion for it in feature.requirements for criterion in it.criteria]


@pytest.mark.verifies("tracing#1.2", "tracing#1.6")
def test_numbered_criteria_have_keys_and_places() -> None:
    feature = read_document(KIRO, "specs/auth/requirements.md", "auth")
    found = criteria(feature)
    keys = [criterion.key for criterion in found]
    assert keys == ["auth#1.1", "auth#1.2", "auth#1.4", "auth#2.1", "auth#2.2"]
    assert found[0].text == "WHEN the password is right, THE API SHALL answer 200"
    assert found[0].span == Span("specs/auth/requirements.md", 20, 4)
    assert found[1].text.endswith("SHALL: - answer 401 - count the try")
    assert found[2].clause is None
    assert feature.requirements[0].title == "Sign in"
    assert feature.requirements[0].user_story.startswith("As a user")
    assert feature.requirements[1].title == "Sign out"


@pytest.mark.verifies("tracing#1.1")
@pytest.mark.parametrize(
    ("path", "feature"),
    [
        ("specs/requirements.md", "default"),
        ("specs/auth/requirements.md", "auth"),
        (".kiro/specs/cart/requirements.md", "cart"),
        ("specs/auth/design.md", None),
        ("specs/a/b/requirements.md", "a/b"),
        ("specs/payments.md", "payments"),
        ("specs/README.md", None),
        ("specs/new-spec.md", None),
        ("specs/new-speculation.md", "new-speculation"),
        (".spec-workflow/specs/cart/requirements.md", "cart"),
        (".kiro/specs/cart/bugfix.md", "cart"),
        ("specs/003-auth/spec.md", "003-auth"),
        ("openspec/specs/auth/login/spec.md", "auth/login"),
        ("openspec/changes/add-sso/specs/auth/spec.md", "auth"),
        ("openspec/changes/archive/2025-01-01-add-sso/specs/auth/spec.md", None),
        ("docs/requirements.md", None),
    ],
)
def test_the_place_of_a_document_names_its_feature(path: str, feature: str | None) -> None:
    assert feature_of(path) == feature


def test_without_requirement_headings_every_ears_sentence_counts() -> None:
    text = """# What it does

The API shall answer. Not a criterion by itself? It is: the paragraph has a shall.

- WHEN asked, THE API SHALL answer
- just a remark
- REQ-014: The API shall log
- **3.2** When asked twice, the API shall answer twice
"""
    keys = [it.key for it in criteria(read_document(text, "specs/requirements.md", "default"))]
    assert keys == ["default#1", "default#2", "default#REQ-014", "default#3.2"]


def test_numbered_paragraphs_and_lists_that_do_not_count_up() -> None:
    text = """### Requirement 5
#### Acceptance Criteria

5.3 WHEN a, THE API SHALL b

1. WHEN c, THE API SHALL d
1. WHEN e, THE API SHALL f
7. WHEN g, THE API SHALL h
"""
    keys = [it.key for it in criteria(read_document(text, "f", "x"))]
    assert keys == ["x#5.3", "x#5.1", "x#5.2", "x#5.7"]


@pytest.mark.verifies("tracing#1.4")
def test_criteria_with_one_key_are_reported_with_both_places() -> None:
    text = "### Requirement 1\n\n1. A shall b\n\n### Requirement 1\n\n1. C shall d\n"
    [problem] = read_document(text, "specs/requirements.md", "default").problems
    assert problem.span == Span("specs/requirements.md", 7, 4)
    assert "default#1.1 is at specs/requirements.md:3:4 already" in problem.message


@pytest.mark.verifies("tracing#1.7")
def test_two_documents_of_one_feature_are_both_read() -> None:
    one = read_document("REQ-1: A shall b", "specs/auth/requirements.md", "auth")
    two = read_document("REQ-2: A shall b", ".kiro/specs/auth/requirements.md", "auth")
    joined = join_features([one, two])
    assert [it.key for it in joined.criteria()] == ["auth#REQ-1", "auth#REQ-2"]
    assert joined.problems == ()


@pytest.mark.verifies("tracing#1.7")
def test_a_key_that_stands_in_two_documents_is_a_problem_and_proves_nothing() -> None:
    one = read_document("REQ-1: A shall b", "specs/auth/requirements.md", "auth")
    two = read_document("REQ-1: A shall c", ".kiro/specs/auth/requirements.md", "auth")
    joined = join_features([one, two])
    [problem] = joined.problems
    assert "auth#REQ-1 is at specs/auth/requirements.md:1:1 already" in problem.message
    links = [Link("auth#REQ-1", LinkKind.CASE, "a.yaml", Span("a.yaml", 1))]
    matrix = build_matrix(joined, links, [Latest("auth#REQ-1", "a.yaml", "passed", "run", "f", "")])
    assert matrix.counts()["proved"] == 0
    assert "auth#REQ-1" not in resolve(joined)


def test_an_empty_document_has_no_requirement() -> None:
    assert read_document("", "specs/requirements.md", "default").requirements == ()


def test_an_acceptance_label_that_is_no_heading_counts_too() -> None:
    text = "### Requirement 1: A\n\n**Acceptance Criteria:**\n\n1. It works\n2. A shall b\n"
    assert [it.key for it in criteria(read_document(text, "f", "x"))] == ["x#1.1", "x#1.2"]


def keys_of(text: str) -> list[str]:
    return [it.key for it in criteria(read_document(text, "f", "x"))]


@pytest.mark.verifies("tracing#1.8")
@pytest.mark.parametrize(
    "before",
    [
        "The shop SHALL be open to everybody.\n\n",
        "- The shop SHALL be open\n\n",
        "Why: it matters.\n\n",
    ],
)
def test_what_explains_a_requirement_does_not_shift_its_numbers(before: str) -> None:
    listed = "#### Acceptance Criteria\n\n1. A shall b\n\n   It shall be c.\n\n2. D shall e\n"
    feature = read_document(f"### Requirement 1: T\n\n{before}{listed}", "f", "x")
    found = {it.key: it.text for it in criteria(feature)}
    assert found == {"x#1.1": "A shall b It shall be c.", "x#1.2": "D shall e"}


def test_a_second_list_goes_on_counting() -> None:
    listed = "#### Acceptance Criteria\n\n1. A shall b\n2. C shall d\n\n"
    assert keys_of(f"### Requirement 1: T\n\n{listed}{listed}") == [
        f"x#1.{n}" for n in (1, 2, 3, 4)
    ]


def test_a_requirement_without_a_list_has_its_sentences() -> None:
    text = "### Requirement 7\n\nThe shop shall open.\n\nWhen it rains, it shall close.\n"
    assert keys_of(text) == ["x#7.1", "x#7.2"]


@pytest.mark.verifies("tracing#1.6")
def test_what_belongs_to_a_withdrawn_criterion_is_withdrawn_with_it() -> None:
    text = """### Requirement 1: T
#### Acceptance Criteria
1. A shall b
2. ~~C shall d~~
   - detail

   It shall be e.
3. F shall ~~g~~ h
4. It is ~~slow~~ pleasant
5. ~~REQ-1: gone~~
- **REQ-2**: ~~I shall j~~ - later
6. K shall l
   - ~~not this~~
"""
    feature = read_document(text, "f", "x")
    assert {it.key: it.text for it in criteria(feature)} == {
        "x#1.1": "A shall b",
        "x#1.3": "F shall h",
        "x#1.4": "It is pleasant",
        "x#1.7": "K shall l",
    }


@pytest.mark.parametrize(
    ("item", "key", "text"),
    [
        ("**REQ-014** The API shall log", "x#REQ-014", "The API shall log"),
        ("`AC-REQ-001-02`: The API shall log", "x#AC-REQ-001-02", "The API shall log"),
        ("1.7 WHEN a, THE API SHALL log", "x#1.7", "WHEN a, THE API SHALL log"),
        ("SHA-256 shall be used", "x#1.1", "SHA-256 shall be used"),
        ("1.5 seconds later the API shall log", "x#1.1", "1.5 seconds later the API shall log"),
        ("[ ] The API shall log", "x#1.1", "The API shall log"),
        ("The API shall log <!-- or shall it? -->", "x#1.1", "The API shall log"),
    ],
)
def test_an_id_of_its_own_is_distinguished_from_a_value(item: str, key: str, text: str) -> None:
    [found] = criteria(read_document(f"### Requirement 1\n\n- {item}\n", "f", "x"))
    assert (found.key, found.text) == (key, text)


@pytest.mark.parametrize(
    "heading", ["### **Requirement 3**: Pay", "### **Requirement 3: Pay**", "## Req. 3 – Pay"]
)
def test_a_heading_may_be_emphasised(heading: str) -> None:
    [requirement] = read_document(f"{heading}\n\n1. A shall b\n", "f", "x").requirements
    assert (requirement.number, requirement.title) == ("3", "Pay")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_columns_hold_with_every_line_end(end: str) -> None:
    lines = ["a\x0cb\u2028c", "", "### Requirement 1", "", "  1. A shall b"]
    [found] = criteria(read_document(end.join(lines), "f", "x"))
    assert found.span == Span("f", 5, 6)


def test_a_label_nested_in_a_list_opens_the_criteria() -> None:
    text = "### Requirement 1\n- A shall b\n  - Acceptance criteria\n    - C is d\n"
    assert keys_of(text) == ["x#1.1"]
