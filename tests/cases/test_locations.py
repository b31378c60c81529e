from shall.cases.reader import locate
from shall.span import Span


def test_a_path_that_is_not_there_gives_the_place_above_it() -> None:
    text = "a: &a {q: 1}\ntestcase:\n  name: x\n  steps:\n    - <<: *a\n      id: b\n"

    assert locate(text, "x.yaml", "steps[0].assert[3]") == Span("x.yaml", 5, 7)
    assert locate(text, "x.yaml", "steps[0].q") == Span("x.yaml", 1, 11, 1)
    assert locate(text, "x.yaml", "steps[7]") == Span("x.yaml", 5, 5)
    assert locate(text, "x.yaml", "") == Span("x.yaml", 2, 1, 8)
    assert locate(text, "x.yaml", "a..b") == Span("x.yaml", 2, 1, 8)
    assert locate("a: [", "x.yaml", "steps") == Span("x.yaml", 1)
    assert locate("", "x.yaml", "steps") == Span("x.yaml", 1)
