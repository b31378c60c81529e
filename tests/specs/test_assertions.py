import pytest

from shall.specs.links import read_marks

HEAD = "import pytest\n\n"


def links(body: str) -> list[bool]:
    text = f'{HEAD}@pytest.mark.verifies("auth#1.1")\n{body}'
    return [link.can_fail for link in read_marks(text, "tests/test_a.py").links]


@pytest.mark.verifies("tracing#4.4")
@pytest.mark.parametrize(
    "body",
    [
        "def test_a():\n    assert sing()\n",
        "def test_a():\n    with pytest.raises(ValueError):\n        sing()\n",
        "def test_a(self):\n    self.assertEqual(sing(), 1)\n",
        "def test_a():\n    verify_song(sing())\n",
        "def test_a():\n    softAssertSong(sing())\n",
        "def test_a():\n    assert not sing(), 'text'\n    assert True\n",
        "def test_a():\n    song(sing())\n\ndef song(it):\n    assert it\n",
        "def test_a(song):\n    song()\n\n@pytest.fixture\ndef song():\n    return heard\n\n"
        "def heard():\n    if not sing(): raise AssertionError\n",
        "async def test_a():\n    for _ in range(2):\n        assert await sing()\n",
    ],
)
def test_a_test_that_asserts_can_fail(body: str) -> None:
    assert links(body) == [True]


@pytest.mark.verifies("tracing#4.4")
@pytest.mark.parametrize(
    "body",
    [
        "def test_a():\n    sing()\n",
        "def test_a(): ...\n",
        "def test_a():\n    assert True\n",
        "def test_a():\n    assert (sing() == 1, 'text')\n",
        "def test_a():\n    shop.checkout()\n    failover()\n",
        "def test_a():\n    re.match('a', sing())\n",
        "def test_a():\n    '''assert sing()'''\n",
        "def test_a():\n    song()\n\ndef song():\n    return song()\n",
        "def test_a():\n    sing()\n\ndef test_b():\n    assert sing()\n",
    ],
)
def test_a_test_that_asserts_nothing_cannot(body: str) -> None:
    assert links(body) == [False]
