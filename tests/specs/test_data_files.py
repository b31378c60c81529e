"""Data files that test code names are part of what a test uses."""

import ast

import pytest

from shall.specs.data_files import file_pattern
from shall.specs.links import read_marks
from shall.specs.python_module import read_module
from shall.specs.used_code import UsedCode, Uses

TEST = "tests/test_cart.py"
HEAD = "import pytest\nfrom pathlib import Path\nfrom helpers import load\n"
MARK = "@pytest.mark.verifies('cart#1.1')\n"
LOAD = "from pathlib import Path\n\ndef load(name):\n    return {}\n"


def uses(body: str, data: dict[str, str], load: str = "1") -> Uses:
    files = {TEST: HEAD + body, "tests/helpers.py": LOAD.format(load)}
    modules = {path: read_module(text, ["test_a"]) for path, text in files.items()}
    alone = read_marks(files[TEST], TEST).links[0].fingerprint
    listed = [it for it in data if it.startswith("tests/")]
    code = UsedCode(files, modules.get, data=listed, digest_of=lambda it: data.get(it, ""))
    return code.of(TEST, {"test_a": alone}).tests["test_a"]


@pytest.mark.verifies("tracing#4.38")
@pytest.mark.parametrize(
    ("body", "load"),
    [
        (MARK + "def test_a():\n    assert open('tests/data/cart.json')\n", "1"),
        (MARK + "def test_a():\n    assert (Path(__file__).parent / 'data/cart.json')\n", "1"),
        (
            "DATA = Path('tests') / 'data' / 'cart.json'\n"
            + MARK
            + "def test_a():\n    assert DATA\n",
            "1",
        ),
        (
            MARK
            + "@pytest.mark.parametrize('it', load('cart.json'))\ndef test_a(it):\n    assert it\n",
            "1",
        ),
        (MARK + "def test_a():\n    assert load('cart')\n", "Path(f'data/{name}.json')"),
        (MARK + "def test_a():\n    assert load('cart')\n", "Path('data/%s.json' % name)"),
        (MARK + "def test_a():\n    assert load('cart')\n", "Path('data/{}.json'.format(name))"),
        (MARK + "def test_a():\n    assert load('cart')\n", "Path(name + '.json')"),
        (MARK + "def test_a():\n    assert load('cart')\n", "[*Path('data').glob('*.json')]"),
        (
            "@pytest.fixture\ndef cart():\n    return open('cart.json')\n"
            + MARK
            + "def test_a(cart):\n    assert cart\n",
            "1",
        ),
    ],
)
def test_a_data_file_that_a_test_may_open_counts(body: str, load: str) -> None:
    data = {"tests/data/cart.json": "1", "tests/data/cart.csv": "1"}
    found = uses(body, data, load)
    assert "tests/data/cart.json" in found.files
    assert uses(body, data | {"tests/data/cart.json": "2"}, load).fingerprint != found.fingerprint
    assert uses(body, data | {"tests/data/cart.csv": "2"}, load).fingerprint == found.fingerprint


@pytest.mark.verifies("tracing#4.38")
def test_a_file_outside_of_folders_of_tests_counts_by_its_path_from_the_root() -> None:
    body = MARK + "def test_a():\n    assert open('examples/cart.json') or open('shop.json')\n"
    data = {"examples/cart.json": "1", "src/examples/cart.json": "1", "src/shop.json": "1"}
    assert uses(body, data).files == ("examples/cart.json",)
    assert uses(body, {}).fingerprint != uses(body, data).fingerprint


@pytest.mark.verifies("tracing#4.38")
@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("'cart.json'", "cart.json"),
        ("'./data/cart.json'", "data/cart.json"),
        ("'../data/cart.json'", "data/cart.json"),
        ("f'{a}/{b}_x.json'", "*/*_x.json"),
        ("'.json'", "*.json"),
        ("'data/.json'", "data/*.json"),
        ("'cart.py'", ""),
        ("'https://shop.example/cart.json'", ""),
        ("'no file'", ""),
        ("'1.0'", ""),
        ("f'{a}.{b}'", ""),
        ("b'cart.json'", ""),
        ("'x' * 300 + '.json'", "*.json"),
    ],
)
def test_a_text_that_may_be_a_path_is_what_the_path_ends_with(text: str, pattern: str) -> None:
    nodes = ast.walk(ast.parse(text, mode="eval"))
    found = [file_pattern(it) for it in nodes if isinstance(it, ast.JoinedStr | ast.Constant)]
    assert next(filter(None, found), "") == pattern
