import pytest

from shall.engine.run_variables import NONE, OVERRIDDEN, RunVariables

USER = {"name": "ann", "password": "p", "ids": [1, {"token": "t"}]}
GIVEN = RunVariables({"want": 200, "user": USER, "pin": "1"}, {"pin": "", "key": "environment K"})


def test_the_hash_of_a_release_stays_the_same() -> None:
    names = (("key",), ("user", "name"), ("want",))
    assert GIVEN.fingerprint("a.yaml", names) == "1:e2953456c0dd23fc04f09233087aa14d"


@pytest.mark.verifies("tracing#4.39")
def test_what_the_path_of_a_name_leads_to_counts() -> None:
    other = RunVariables({**GIVEN.values, "user": {**USER, "ids": [2]}}, GIVEN.secrets)
    assert same(other, ("user", "name"))
    assert not same(other, ("user",))
    assert not same(other, ("user", "ids", 0))
    assert not same(other, ("user", "none"))
    assert GIVEN.fingerprint("a.yaml", (("nothing",),)) == NONE
    assert GIVEN.fingerprint("a.yaml", ()) == ""
    assert GIVEN.fingerprint("a.yaml", (("want",),)) != GIVEN.fingerprint("b.yaml", (("want",),))


@pytest.mark.verifies("tracing#4.40")
def test_other_values_of_the_caller_are_not_hashed() -> None:
    assert GIVEN.given({"want": 200, "more": 1}) == GIVEN
    other = GIVEN.given({"want": "200", "pin": "2", "key": "k"})
    assert other.fingerprint("a.yaml", (("want",), ("user",))) == OVERRIDDEN
    assert same(other, ("user",))
    assert same(other, ("pin",))
    assert same(other, ("key",))


@pytest.mark.verifies("tracing#4.41")
def test_secrets_count_as_they_are_declared() -> None:
    user = {**USER, "password": "q", "ids": [1, {"token": "u"}]}
    other = RunVariables({**GIVEN.values, "user": user, "pin": "2"}, GIVEN.secrets)
    for name in (("user",), ("user", "password"), ("pin",)):
        assert same(other, name)
    assert not same(RunVariables(GIVEN.values, {"pin": "", "key": "environment L"}), ("key",))
    assert not same(RunVariables(GIVEN.values, {"pin": "file pin"}), ("pin",))


def test_keys_of_several_types_are_no_fault() -> None:
    odd = RunVariables({"a": {1: 2, "b": 3}})
    assert odd.fingerprint("a.yaml", (("a",),)).startswith("1:")


def same(other: RunVariables, *names: tuple[str | int, ...]) -> bool:
    return other.fingerprint("a.yaml", names) == GIVEN.fingerprint("a.yaml", names)
