from shall.cases.reading import locate
from shall.place import Place


def test_a_path_that_is_not_there_gives_the_place_above_it() -> None:
    text = "a: &a {q: 1}\ntestcase:\n  name: x\n  steps:\n    - <<: *a\n      id: b\n"

    assert locate(text, "x.yaml", "steps[0].assert[3]") == Place("x.yaml", 5, 7)
    assert locate(text, "x.yaml", "steps[0].q") == Place("x.yaml", 1, 11)
    assert locate(text, "x.yaml", "steps[7]") == Place("x.yaml", 5, 5)
    assert locate(text, "x.yaml", "") == Place("x.yaml", 2, 1)
    assert locate(text, "x.yaml", "a..b") == Place("x.yaml", 2, 1)
    assert locate("a: [", "x.yaml", "steps") == Place("x.yaml", 1)
    assert locate("", "x.yaml", "steps") == Place("x.yaml", 1)
