import pytest

from shall.diagnostics.diagnostic import Edit
from shall.span import Span
from shall.specs.splice import splice


@pytest.mark.verifies("lint#3.1")
def test_everything_but_the_edits_stays_as_it_is() -> None:
    text = "a b\r\n\tc\rd\x0ce\u2028f\n"
    edits = [Edit(Span("x", 3, 3, 1), "E"), Edit(Span("x", 1, 1, 2), "")]
    assert splice(text, edits) == "b\r\n\tc\rd\x0cE\u2028f\n"
    assert splice(text, []) == text


@pytest.mark.verifies("lint#3.1")
def test_of_two_edits_that_overlap_the_first_is_made() -> None:
    edits = [Edit(Span("x", 1, 1, 2), "A"), Edit(Span("x", 1, 2, 2), "B")]
    assert splice("abc", [*edits, *edits]) == "Ac"
