"""What an import does, and which of several definitions counts."""

import pytest
from tests.specs.test_used_code import TEST, uses


@pytest.mark.verifies("tracing#4.50")
def test_of_definitions_with_one_name_the_last_is_read() -> None:
    test = """\
import pytest

@pytest.mark.verifies("shop#1.1")
class TestCart:
    def test_old(self):
        assert size() == 2

class TestCart:
    @pytest.mark.verifies("shop#1.2")
    def test_new(self):
        assert size() == 3
"""
    files = {TEST: test}
    assert not uses(files, name="TestCart::test_old").can_fail
    assert uses(files, name="TestCart::test_new").can_fail


IMPORTING = """\
import pytest
{}

@pytest.mark.verifies("shop#1.1")
def test_total():
    assert size() == 2
"""


@pytest.mark.verifies("tracing#4.51")
@pytest.mark.parametrize(
    ("path", "written", "more"),
    [
        ("tests/patches.py", "import tests.patches", ""),
        ("tests/patches.py", "import patches", ""),
        ("tests/patches.py", "from tests import patches", ""),
        ("tests/patches.py", "from tests.patches import SIZE", ""),
        ("tests/patches.py", "try:\n    import patches\nexcept ImportError:\n    pass", ""),
        ("tests/patches.py", "import tests.sizes", "from tests.patches import SIZE"),
        ("tests/patches.py", "from sizes import size", "import tests.patches"),
        ("tests/deep/__init__.py", "import tests.deep.sizes", ""),
    ],
)
def test_what_an_import_does_counts_where_nothing_of_it_is_named(
    path: str, written: str, more: str
) -> None:
    sizes = "def size():\n    return 2\n"
    test = "tests/test_cart.py"
    files = {
        test: IMPORTING.format(written),
        "tests/sizes.py": f"{more}\n{sizes}",
        "tests/deep/sizes.py": sizes,
        path: "import builtins\nSIZE = 3\nOTHER = 4\nbuiltins.size = lambda: 5\n",
    }

    def fingerprint(old: str = "", new: str = "") -> str:
        changed = files | {path: files[path].replace(old, new)}
        return uses(changed, test, "test_total").fingerprint

    assert fingerprint("lambda: 5", "lambda: 6") != fingerprint()
    assert fingerprint("OTHER = 4", "OTHER = 7") == fingerprint()
    assert fingerprint("OTHER = 4", "OTHER =") != fingerprint("OTHER = 4", "OTHER = )")
