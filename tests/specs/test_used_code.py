import pytest

from shall.specs.links import read_marks
from shall.specs.pytest_settings import pytest_settings
from shall.specs.python_module import PythonModule, read_module
from shall.specs.used_code import UsedCode, Uses

TEST = "tests/shop/test_cart.py"
NAME = "TestCart::test_total"

FILES = {
    TEST: '''\
"""Tests of the cart."""
import json
import pytest
import tests.money
from shop import price
from tests import clock as watch
from .orders import order
from ..lists import *

pytestmark = [pytest.mark.verifies("shop#1.1"), pytest.mark.usefixtures("stock")]
RATE = 3
UNUSED = 4
RATES = {"full": RATE}
RATES["half"] = 2

def local(amount):
    return amount * RATES["full"]

def unused():
    return UNUSED

@pytest.fixture(autouse=True)
def clean():
    yield 1

def setup_module():
    ready = 1

class Base:
    def helper(self):
        return 5

class TestCart(Base):
    size = 6

    def setup_method(self):
        self.cart = []

    @pytest.mark.parametrize("amount", [7])
    def test_total(self, client, amount, request):
        from tests.late import late
        assert local(amount) == order(watch.now()) + tests.money.cents(price)
        assert request.getfixturevalue("asked") == late

    def test_other(self):
        assert self.size == 8
''',
    "tests/conftest.py": """\
import os
import pytest
from tests.fixtures import automatic
pytest_plugins = ["tests.plugin"]
os.environ["A"] = "11"
@pytest.fixture
def client(server):
    return server, 12
@pytest.fixture
def other():
    return 13
@pytest.fixture(name="asked")
def made():
    return 14
def pytest_runtest_setup(item):
    item.a = 15
""",
    "tests/shop/conftest.py": """\
import pytest
@pytest.fixture
def client(client):
    return 21
""",
    "tests/plugin.py": """\
import pytest
@pytest.fixture
def server():
    return 31
@pytest.fixture
def stock():
    return 32
""",
    "tests/fixtures.py": """\
import pytest
@pytest.fixture(autouse=True)
def automatic():
    return 41
""",
    "tests/__init__.py": """\
AT_IMPORT = []
AT_IMPORT.append(51)
""",
    "tests/money.py": """\
from tests.deep import factor
def cents(it):
    return it * factor() * 61
def other():
    return 62
""",
    "tests/deep.py": """\
def factor():
    return _factor()
def _factor():
    return 71
def other():
    return 72
""",
    "tests/clock.py": """\
if True:
    def now():
        return 81
""",
    "tests/shop/orders.py": """\
class Order:
    def of(self):
        return 91
def order(at):
    return Order().of()
""",
    "tests/lists.py": """\
from .more_lists import *
A = 101
""",
    "tests/more_lists.py": """\
B = 102
""",
    "tests/late.py": """\
late = 111
""",
    "src/shop/__init__.py": """\
price = 121
""",
    "tests/other/conftest.py": """\
import pytest
@pytest.fixture(autouse=True)
def far():
    return 131
""",
}


def uses(files: dict[str, str], test: str = TEST, name: str = NAME) -> Uses:
    links = {it.source: it.fingerprint for it in read_marks(files[test], test).links}
    modules: dict[str, PythonModule] = {}

    def module_of(path: str) -> PythonModule | None:
        if path not in modules:
            modules[path] = read_module(files[path], [name] if path == test else [])
        return modules[path]

    return UsedCode(files, module_of).of(test, {name: links[f"{test}::{name}"]}).tests[name]


def changed(path: str, old: str, new: str) -> dict[str, str]:
    assert old in FILES[path]
    return FILES | {path: FILES[path].replace(old, new)}


@pytest.mark.verifies("tracing#4.22")
@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (TEST, "RATE = 3", "RATE = 4"),
        (TEST, '"half"] = 2', '"half"] = 3'),
        (TEST, 'RATES["full"]', 'RATES["half"]'),
        (TEST, "yield 1", "yield 2"),
        (TEST, "ready = 1", "ready = 2"),
        (TEST, "return 5", "return 6"),
        (TEST, "size = 6", "size = 7"),
        (TEST, "cart = []", "cart = [1]"),
        (TEST, "[7]", "[7, 8]"),
        (TEST, "import price", "import cost as price"),
        (TEST, '"stock"', '"other"'),
        ("tests/conftest.py", '"11"', '"12"'),
        ("tests/conftest.py", "server, 12", "server, 13"),
        ("tests/conftest.py", "return 14", "return 15"),
        ("tests/conftest.py", "a = 15", "a = 16"),
        ("tests/conftest.py", "def other():", "@pytest.fixture(autouse=True)\ndef other():"),
        ("tests/shop/conftest.py", "21", "22"),
        ("tests/plugin.py", "31", "32"),
        ("tests/plugin.py", "32", "33"),
        ("tests/fixtures.py", "41", "42"),
        ("tests/__init__.py", "51", "52"),
        ("tests/money.py", "61", "62"),
        ("tests/deep.py", "71", "72"),
        ("tests/clock.py", "81", "82"),
        ("tests/shop/orders.py", "91", "92"),
        ("tests/lists.py", "101", "103"),
        ("tests/more_lists.py", "102", "103"),
        ("tests/late.py", "111", "112"),
    ],
)
def test_whatever_of_the_test_code_a_test_uses_counts(path: str, old: str, new: str) -> None:
    assert uses(changed(path, old, new)).fingerprint != uses(FILES).fingerprint


@pytest.mark.verifies("tracing#4.22")
@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (TEST, "UNUSED = 4", "UNUSED = 5"),
        (TEST, "self.size == 8", "self.size == 9"),
        (TEST, '"shop#1.1"', '"shop#1.1", "shop#1.2"'),
        (TEST, "import json\n", "import json\nimport re\n"),
        (TEST, "def local(amount):\n", "def local( amount ):\n    '''Of some.'''  # text\n\n"),
        (TEST, "RATE = 3\nUNUSED = 4\n", "UNUSED = 4\n\nRATE =  3\n"),
        ("tests/conftest.py", "13", "16"),
        ("tests/money.py", "62", "63"),
        ("tests/deep.py", "72", "73"),
        ("tests/money.py", "def cents", "# text\ndef cents"),
        ("tests/other/conftest.py", "131", "132"),
        ("src/shop/__init__.py", "121", "122"),
    ],
)
def test_nothing_else_counts(path: str, old: str, new: str) -> None:
    assert uses(changed(path, old, new)).fingerprint == uses(FILES).fingerprint


@pytest.mark.verifies("tracing#4.22")
def test_a_nearer_conftest_counts_from_when_it_is_there() -> None:
    files = {path: text for path, text in FILES.items() if path != "tests/shop/conftest.py"}

    assert uses(files).fingerprint != uses(FILES).fingerprint


@pytest.mark.verifies("tracing#4.22")
def test_the_files_that_a_test_uses_are_named() -> None:
    assert uses(FILES).files == tuple(
        sorted(FILES.keys() - {TEST, "src/shop/__init__.py", "tests/other/conftest.py"})
    )


DYNAMIC = """\
import helpers
import importlib
import pytest

@pytest.mark.verifies("a#1.1")
def test_a(request):
    assert {}

def local():
    return 1
"""


@pytest.mark.verifies("tracing#4.23")
@pytest.mark.parametrize(
    ("body", "path", "old"),
    [
        ("globals()['local']()", "e2e/test_a.py", "return 1"),
        ("eval('local()')", "e2e/test_a.py", "return 1"),
        ("getattr(helpers, 'made')()", "e2e/helpers.py", "return 2"),
        ("helpers.missing", "e2e/helpers.py", "return 2"),
        ("importlib.import_module('helpers').made()", "e2e/helpers.py", "return 2"),
        ("importlib.import_module(request.param).made()", "e2e/helpers.py", "return 2"),
        ("importlib.import_module(name=request.param).made()", "e2e/helpers.py", "return 2"),
        ("importlib.import_module(f'help{request.param}')", "e2e/helpers.py", "return 2"),
        ("importlib.import_module('e2e.' + request.param)", "e2e/helpers.py", "return 2"),
        ("importlib.import_module('e2e.%s' % request)", "e2e/helpers.py", "return 2"),
        ("importlib.import_module('e2e.{}'.format(request))", "e2e/helpers.py", "return 2"),
        ("importlib.import_module('.helpers', 'e2e')", "e2e/helpers.py", "return 2"),
        ("importlib.import_module('.' + request.param, 'e2e')", "e2e/helpers.py", "return 2"),
        ("[importlib.import_module(it.name) for it in request]", "e2e/helpers.py", "return 2"),
        ("spec_from_file_location('a', HERE / 'helpers.py')", "e2e/helpers.py", "return 2"),
        ("runpy.run_path(request.param)", "e2e/helpers.py", "return 2"),
        ("request.getfixturevalue(request.param)", "e2e/conftest.py", "return 3"),
    ],
)
def test_of_what_is_computed_at_run_time_the_whole_module_counts(
    body: str, path: str, old: str
) -> None:
    files = {
        "e2e/test_a.py": DYNAMIC.format(body),
        "e2e/helpers.py": "def made():\n    return 2\n",
        "e2e/conftest.py": "import pytest\n@pytest.fixture\ndef given():\n    return 3\n",
    }
    other = files | {path: files[path].replace(old, "return 9")}

    assert uses(files, "e2e/test_a.py", "test_a") != uses(other, "e2e/test_a.py", "test_a")


@pytest.mark.verifies("tracing#4.23")
@pytest.mark.parametrize(
    "body",
    [
        "importlib.import_module(f'shop.{request.param}')",
        "importlib.import_module('shop.' + request.param + '.views')",
        "[importlib.import_module(it.name) for it in pkgutil.walk_packages(shop, 'shop.')]",
        "[importlib.import_module(it.name) for it in iter_modules(shop, prefix='shop.')]",
        "spec_from_file_location('a', HERE / 'other.py')",
    ],
)
def test_modules_that_a_computed_name_cannot_mean_do_not_count(body: str) -> None:
    files = {
        "e2e/test_a.py": DYNAMIC.format(body),
        "e2e/helpers.py": "def made():\n    return 2\n",
        "e2e/shop/views.py": "def made():\n    return 4\n",
        "e2e/other.py": "def made():\n    return 5\n",
    }
    files["e2e/test_a.py"] = files["e2e/test_a.py"].replace("import helpers\n", "")
    nine = "def made():\n    return 9\n"
    unmeant = files | {"e2e/helpers.py": nine}
    meant = files | {"e2e/shop/views.py": nine, "e2e/other.py": nine}
    before = uses(files, "e2e/test_a.py", "test_a").fingerprint

    assert uses(unmeant, "e2e/test_a.py", "test_a").fingerprint == before
    assert uses(meant, "e2e/test_a.py", "test_a").fingerprint != before


@pytest.mark.verifies("tracing#4.23")
@pytest.mark.parametrize(
    "loop",
    [
        "for it in walk_packages(shop, 'shop.'):\n        it = request.param",
        "for it in walk_packages(shop, 'shop.'): pass\n    for it in request:\n        pass",
        "def one(it):\n        pass\n    for it in walk_packages(shop, 'shop.'):\n        pass",
        "for it in walk_packages(shop, request.param):\n        pass",
        "for it in listed(shop, 'shop.'):\n        pass",
    ],
)
def test_a_name_that_may_come_from_elsewhere_means_any_module(loop: str) -> None:
    body = f"1\n    {loop}\n        importlib.import_module(it.name)"
    files = {
        "e2e/test_a.py": DYNAMIC.format(body).replace("import helpers\n", ""),
        "e2e/helpers.py": "def made():\n    return 2\n",
    }
    other = files | {"e2e/helpers.py": "def made():\n    return 9\n"}

    assert uses(files, "e2e/test_a.py", "test_a") != uses(other, "e2e/test_a.py", "test_a")


@pytest.mark.verifies("tracing#4.23")
@pytest.mark.parametrize("text", ["def made(:\n    return 2\n", "def made():\n    return 2\n\0"])
def test_of_a_module_that_is_no_python_the_whole_text_counts(text: str) -> None:
    files = {"e2e/test_a.py": DYNAMIC.format("helpers.made()"), "e2e/helpers.py": text}
    other = files | {"e2e/helpers.py": text.replace("2", "3")}

    assert uses(files, "e2e/test_a.py", "test_a") != uses(other, "e2e/test_a.py", "test_a")


@pytest.mark.verifies("tracing#4.22")
def test_imports_in_a_circle_are_followed() -> None:
    files = {
        "tests/test_a.py": (
            "import pytest\nfrom tests.one import made\n"
            "@pytest.mark.verifies('a#1.1')\ndef test_a():\n    assert made()\n"
        ),
        "tests/one.py": """\
from tests.two import made, helped
def two():
    return 2
""",
        "tests/two.py": "from tests.one import two, made as again\ndef made():\n    return two()\n"
        "def helped():\n    return again\n",
    }
    other = files | {"tests/one.py": files["tests/one.py"].replace("return 2", "return 3")}

    assert uses(files, "tests/test_a.py", "test_a") != uses(other, "tests/test_a.py", "test_a")


IMPORTED = """\
import pytest
from e2e.helpers import install, Fake
from shop import connect
{}

@pytest.mark.verifies("a#1.1")
def test_a():
    assert 1 + 1 == 2
"""


def with_statement(statement: str, installed: int = 1) -> Uses:
    files = {
        "e2e/test_a.py": IMPORTED.format(statement),
        "e2e/helpers.py": f"def install(it=None):\n    return {installed}\n"
        "class Fake:\n    def of(self):\n        return install()\n",
        "src/shop.py": "def connect():\n    return 1\n",
    }
    return uses(files, "e2e/test_a.py", "test_a")


@pytest.mark.verifies("tracing#4.22")
@pytest.mark.parametrize(
    "statement",
    [
        "ready = install()",
        "ready: int = install()",
        "ready = [install() for _ in 'ab']",
        "@install\ndef unused(): pass",
        "@install()\nclass Unused: pass",
        "class Unused:\n    ready = install()",
        "def unused(ready=install()): pass",
        "fake = Fake().of()",
        "@pytest.fixture\n@install\ndef unused(): pass",
    ],
)
def test_what_runs_while_a_module_is_imported_counts_though_nothing_names_it(
    statement: str,
) -> None:
    assert with_statement(statement, 2) != with_statement(statement)


@pytest.mark.verifies("tracing#4.22")
def test_what_is_bound_by_code_under_test_counts_only_where_it_is_used() -> None:
    assert with_statement("ready = connect(1)") == with_statement("ready = connect(2)")
    assert with_statement("later = lambda: install()") == with_statement("later = 1")


SETTINGS = [
    'addopts = "-q -p e2e.plugin"',
    'addopts = ["-p", "e2e.plugin"]',
    "addopts = -pe2e.plugin",
    "usefixtures = other database",
    "usefixtures =\n    other\n    database\n",
    'usefixtures = ["other", "database"]',
]


@pytest.mark.verifies("tracing#4.22")
@pytest.mark.parametrize("settings", SETTINGS)
def test_plugins_and_fixtures_of_the_settings_count(settings: str) -> None:
    def fingerprint(settings: str, value: int) -> str:
        made = f"import pytest\n@pytest.fixture\ndef database():\n    return {value}\n"
        hook = f"def pytest_runtest_setup(item):\n    item.a = {value}\n"
        files = {
            "e2e/test_a.py": IMPORTED.format(""),
            "e2e/conftest.py": made,
            "e2e/plugin.py": hook,
        }
        modules = {path: read_module(text, ["test_a"]) for path, text in files.items()}
        code = UsedCode(files, modules.get, pytest_settings([settings]))
        return code.of("e2e/test_a.py", {"test_a": ""}).tests["test_a"].fingerprint

    assert fingerprint(settings, 2) != fingerprint(settings, 1)
    unset = "[pytest]\naddopts = -p no:e2e.plugin --strict-markers"
    assert fingerprint(unset, 2) == fingerprint(unset, 1)


@pytest.mark.verifies("tracing#4.23")
@pytest.mark.parametrize(
    ("plugins", "counts"),
    [
        ("[it.replace('/', '.') for it in glob('e2e/fixtures/*.py')]", True),
        ("[*COMMON, 'e2e.fixtures.other']", True),
        ("['e2e.fixtures.other']", False),
    ],
)
def test_fixtures_of_plugins_whose_names_are_computed_count(plugins: str, counts: bool) -> None:
    def fingerprint(value: int) -> str:
        fixture = "import pytest\n@pytest.fixture\ndef database():\n    return {}\n"
        test = "import pytest\n@pytest.mark.verifies('a#1.1')\ndef test_a(database):\n    assert 1"
        files = {
            "e2e/test_a.py": test,
            "conftest.py": f"pytest_plugins = {plugins}\n",
            "e2e/fixtures/database.py": fixture.format(value),
            "e2e/fixtures/other.py": fixture.format(1),
        }
        return uses(files, "e2e/test_a.py", "test_a").fingerprint

    assert (fingerprint(2) != fingerprint(1)) is counts
