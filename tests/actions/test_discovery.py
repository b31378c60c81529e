"""What is read to find cases, and held for those who read it as cases next."""

from shall.actions.discovery import MOST_BYTES, Texts


def test_texts_are_held_up_to_a_bound_in_bytes_and_each_is_taken_once() -> None:
    texts = Texts()
    half = "名" * (MOST_BYTES // 6)

    for path in ("a", "b", "c"):
        texts.put(path, half)

    assert texts.take("b") == texts.take("a") == half
    assert texts.take("a") is texts.take("c") is None
    texts.put("d", "x" * 9)
    assert texts.take("d") is None
    assert not texts.may_verify
    texts.put("e", "verifies: [shop#1.1]")
    assert texts.may_verify
