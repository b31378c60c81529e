from functools import cache

import pytest

from shall.specs.links import read_marks
from shall.specs.python_module import PythonModule, read_module
from shall.specs.used_code import UsedCode

HEAD = "import pytest\n\n"


PATH = "tests/test_a.py"


def links(body: str, helper: str = "") -> list[bool]:
    text = f'{HEAD}@pytest.mark.verifies("auth#1.1")\n{body}'
    return can_fail_in({PATH: text, "tests/helpers.py": helper})


def can_fail_in(files: dict[str, str]) -> list[bool]:
    alone = {
        it.source.partition("::")[2]: it.fingerprint for it in read_marks(files[PATH], PATH).links
    }

    @cache
    def module_of(path: str) -> PythonModule | None:
        return read_module(files[path], alone if path == PATH else [])

    return [it.can_fail for it in UsedCode(files, module_of).of(PATH, alone).tests.values()]


@pytest.mark.verifies("tracing#4.4")
@pytest.mark.parametrize(
    "body",
    [
        "def test_a():\n    assert sing()\n",
        "def test_a():\n    with pytest.raises(ValueError):\n        sing()\n",
        "def test_a():\n    with pytest.raises(ValueError):\n        raise ValueError(sing())\n",
        "def test_a():\n    with pytest.raises(Silence):\n        raise Silence\n",
        "def test_a():\n    with pytest.raises(ValueError), sing():\n        raise ValueError\n",
        "def test_a():\n    with pytest.raises(KeyError) as it:\n        raise KeyError(1)\n"
        "    assert it\n",
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
        "def test_a():\n    with pytest.raises(Exception):\n        raise ValueError\n",
        "def test_a(self):\n    with self.assertRaises(KeyError):\n        raise KeyError('a')\n",
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


@pytest.mark.verifies("tracing#4.27")
@pytest.mark.parametrize(
    "body",
    [
        "    return\n    assert sing()\n",
        "    def check():\n        assert sing()\n    check\n",
        "    if True:\n        return\n    assert sing()\n",
        "    if False:\n        assert sing()\n",
        "    while False:\n        assert sing()\n",
        "    for it in []:\n        assert it\n",
        "    for it in ():\n        assert it\n",
        "    for at, it in enumerate(list()):\n        assert it\n",
        "    for it in range(0):\n        assert it\n",
        "    try:\n        assert sing()\n    except AssertionError:\n        pass\n",
        "    try:\n        assert sing()\n    except Exception:\n        print(1)\n",
        "    try:\n        assert sing()\n    except:\n        pass\n",
        "    try:\n        pytest.fail()\n    except BaseException:\n        pass\n",
        "    try:\n        assert sing()\n    except (OSError, AssertionError):\n        return\n",
        "    try:\n        assert sing()\n    finally:\n        return\n",
        "    with suppress(AssertionError):\n        assert sing()\n",
        "    try:\n        helped()\n    except AssertionError:\n        pass\n",
        "    song = sing()\n    assert song == song\n",
        "    assert self.a[0].b == self.a[0].b\n",
        "    assert not x != x\n",
        "    assert 1 == 1\n",
        "    assert 1 + 1 == 2\n",
        "    assert 2 * (3 - 1) > 3\n",
        "    assert len('ab') == 2\n",
        "    assert len([1, 2]) + 1 == 3\n",
        "    assert 'a' in ('a', 'b')\n",
        "    assert sing() or True\n",
        "    assert (it for it in sing())\n",
        "    assert f'of {sing()}'\n",
        "    assert all(it for it in [])\n",
        "    self.assertTrue(True)\n    self.assertEqual(x, x)\n    self.assertFalse(x != x)\n",
        "    def inner():\n        assert sing()\n",
        "    check_it(sing())\n",
        "    helpers.check_it(sing())\n",
        "    renamed_check(sing())\n",
        "    check_later(sing())\n",
        "    ok = True\n    assert ok\n",
        "    x2 = sing()\n    song = x2\n    assert song == x2\n",
        "    loud = False\n    if loud:\n        assert sing()\n",
        "    songs = []\n    for it in songs:\n        assert it\n",
        "    assert {'song': sing()}\n",
        "    assert (song := [sing()])\n",
        "    assert len(sing()) >= 0\n",
        "    assert not any(it for it in [])\n",
        "    assert isinstance(sing(), object)\n",
        "    assert x == pytest.approx(x)\n",
        "    assert check_it\n",
        "    def inner():\n        assert sing()\n    assert inner\n",
        "    def inner():\n        yield\n        assert sing()\n    inner()\n",
        "    map(helped, [1])\n",
        "    (helped(it) for it in [1])\n",
        "    with quietly():\n        assert sing()\n",
        "    with quietly():\n        helped()\n",
        "    with Quiet():\n        assert sing()\n",
        "    with quietly(), opened():\n        def inner():\n            assert sing()\n"
        "        inner()\n",
    ],
)
def test_a_test_whose_assertions_cannot_fail_cannot_fail(body: str) -> None:
    head = (
        "from tests import helpers\nfrom tests.helpers import check_it, check_later, helped\n"
        "from tests.helpers import nothing as renamed_check\n"
        "from tests.helpers import Quiet, quietly\n"
    )
    helper = (
        "def check_it(song):\n    pass\n\ndef nothing(song): ...\n\n"
        "def helped():\n    assert sing()\n\n"
        "async def check_later(song):\n    assert song\n\n"
        "@contextmanager\ndef quietly():\n    try:\n        yield\n"
        "    except AssertionError:\n        print(1)\n\n"
        "class Quiet:\n    def __enter__(self): ...\n"
        "    def __exit__(self, *_):\n        return True\n"
    )
    assert links(f"def test_a(self, x):\n{body}\n{head}", helper) == [False]


@pytest.mark.verifies("tracing#4.27")
@pytest.mark.parametrize(
    "body",
    [
        "    if sing():\n        return\n    assert sing()\n",
        "    for it in sing():\n        assert it\n",
        "    for it in [1]:\n        assert it\n",
        "    try:\n        assert sing()\n    except AssertionError:\n        raise\n",
        "    try:\n        assert sing()\n    except ValueError:\n        pass\n",
        "    try:\n        sing()\n    except ValueError:\n        pytest.fail('no song')\n",
        "    try:\n        sing()\n    except ValueError:\n        pass\n    else:\n        assert 0\n",  # noqa: E501
        "    try:\n        pytest.fail()\n    except Exception:\n        pass\n",
        "    try:\n        assert sing()\n    except AssertionError:\n        raise\n"
        "    except Exception:\n        pass\n",
        "    with suppress(ValueError):\n        assert sing()\n",
        "    ok = False\n    try:\n        assert sing()\n    except AssertionError:\n        ok = 1\n"  # noqa: E501
        "    assert ok\n",
        "    song = sing()\n    assert song == sing()\n",
        "    assert sing() == sing()\n",
        "    assert x != x\n",
        "    if sing():\n        assert False\n",
        "    assert all(it for it in sing())\n",
        "    self.assertTrue(x)\n",
        "    song.assert_called_once_with(1)\n",
        "    def inner():\n        assert sing()\n    inner()\n",
        "    @given(1)\n    def inner():\n        assert sing()\n",
        "    good(sing())\n",
        "    helpers.good(sing())\n",
        "    check_unknown(sing())\n",
        "    sings.map(good)\n",
        "    await_it(later(sing()))\n",
        "    helpers.Singer().sung()\n",
        "    given_song\n",
        "    ok = True\n    if sing():\n        ok = False\n    assert ok\n",
        "    error = None\n    try:\n        sing()\n    except OSError as error:\n        pass\n"
        "    assert error is None\n",
        "    heard = False\n    def hear():\n        nonlocal heard\n        heard = True\n"
        "    sing(hear)\n    assert heard\n",
        "    songs = []\n    sing(songs)\n    for it in songs:\n        assert it\n",
        "    before = song.count\n    sing()\n    assert song.count == before\n",
        "    while sing():\n        last = x\n        x = sing()\n        assert x == last\n",
        "    assert {**sing()}\n",
        "    assert len(sing()) > 0\n",
        "    assert len([sing()]) == 1 + number\n",
        "    assert sing() + 1 == 2\n",
        "    assert 10 ** 99999999 == 1\n",
        "    assert 'a' * 999999999 == sing()\n",
        "    assert x\n",
        "    good = sing()\n    assert good\n",
        "    with loudly():\n        assert sing()\n",
        "    with softly():\n        assert sing()\n",
        "    with Loud():\n        assert sing()\n",
        "    with sing() as song:\n        assert song\n",
    ],
)
def test_a_test_of_which_an_assertion_may_fail_can_fail(body: str) -> None:
    head = (
        "from tests import helpers\nfrom tests.helpers import Loud, good, later, loudly, softly\n"
        "from singing import check_unknown, await_it\n"
    )
    helper = (
        "def good(song):\n    _good(song)\n\ndef _good(song):\n    assert song\n\n"
        "async def later(song):\n    assert song\n\n"
        "class Singer:\n    def sung(self):\n        assert sing()\n"
        "def given_song():\n    assert sing()\n\n"
        "def loudly():\n    try:\n        yield\n    finally:\n        sing()\n\n"
        "def softly():\n    try:\n        yield\n    except AssertionError as error:\n"
        "        found = [error]\n    raise ExceptionGroup('all', found)\n\n"
        "class Loud:\n    def __exit__(self, kind, *_):\n        return kind is KeyError\n"
    )
    arguments = "self, x" if "given_song" not in body else "given_song"
    text = f"def test_a({arguments}):\n{body}\n{head}from tests.helpers import given_song\n"
    assert links(text, helper) == [True]


@pytest.mark.verifies("tracing#4.27")
@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("try:\n            song()\n        except AssertionError:\n            pass", False),
        ("print(1)", False),
        ("song()", True),
        ("with suppress(OSError):\n            song()", True),
        (
            "try:\n            song()\n        except AssertionError as e:\n            print(e)\n"
            "        raise SystemExit",
            True,
        ),
    ],
)
def test_a_decorator_may_drop_what_a_test_asserts(decorator: str, expected: bool) -> None:
    text = (
        f"def quiet(song):\n    @wraps(song)\n    def inner():\n        {decorator}\n"
        '    return inner\n\n@pytest.mark.verifies("auth#1.1")\n@quiet\n'
        "def test_a():\n    assert sing()\n"
    )
    assert can_fail_in({PATH: HEAD + text}) == [expected]


@pytest.mark.verifies("tracing#4.27")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("class T(unittest.TestCase):\n    {mark}\n    async def test_a(self):", False),
        ("class T(TestCase):\n    {mark}\n    async def test_a(self):", False),
        ("class T(TestCase):\n    {mark}\n    def test_a(self):\n        yield", False),
        ("class T(TestCase):\n    {mark}\n    def test_a(self):", True),
        ("class T(IsolatedAsyncioTestCase):\n    {mark}\n    async def test_a(self):", True),
        ("class TestA:\n    {mark}\n    async def test_a(self):", True),
    ],
)
def test_a_test_that_unittest_does_not_await_cannot_fail(body: str, expected: bool) -> None:
    mark = '@pytest.mark.verifies("auth#1.1")'
    text = (
        "import pytest, unittest\nfrom unittest import TestCase, IsolatedAsyncioTestCase\n"
        f"{body.format(mark=mark)}\n        assert sing()\n"
    )
    assert can_fail_in({PATH: text}) == [expected]


@pytest.mark.verifies("tracing#4.4")
@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("def song():\n    def compare(it):\n        assert it\n    return compare\n", True),
        ("def song():\n    def check(it):\n        return it\n    return check\n", False),
    ],
)
def test_a_name_of_a_star_import_means_what_it_names_there(made: str, expected: bool) -> None:
    test = '@pytest.mark.verifies("auth#1.1")\ndef test_a(song):\n    song(sing())\n'
    files = {
        PATH: f"import pytest\n\n{test}",
        "tests/conftest.py": "from tests.helpers import *\n",
        "tests/helpers.py": "from tests.songs import *\nfrom tests.conftest import *\n",
        "tests/songs.py": f"import pytest\n\n@pytest.fixture\n{made}",
    }

    assert can_fail_in(files) == [expected]
