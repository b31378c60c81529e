"""Drafts of property tests, for pytest with hypothesis: cases have no generated values."""

import json
import re
import textwrap

from shall.specs.model import Criterion

_DRAFT = '''\
"""A draft: fill in what is marked TODO, then remove the skip."""

import pytest

pytest.importorskip("hypothesis")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402


{comment}
@pytest.mark.verifies({key})
@pytest.mark.skip(reason="draft")
@given(value=st.nothing())  # TODO: the values that the property is about
def test_{name}(value: object) -> None:
    pytest.fail("TODO: assert that the property holds of the value")
'''


def name_of(key: str) -> str:
    """Return a criterion's key as part of the name of a function and of a file."""
    name = "".join(it if f"a{it}".isidentifier() else "_" for it in key)
    return re.sub(r"_+", "_", name).strip("_").lower()


def draft_property_test(criterion: Criterion) -> str:
    """Return a Python file with one test that is skipped, and fails until it is written.

    Its strategy has no value, so that an assertion alone does not let it pass.
    """
    text = "".join(it if it.isprintable() else " " for it in " ".join(criterion.text.split()))
    comment = textwrap.indent("\n".join(textwrap.wrap(text, 90)), "# ")
    key = json.dumps(criterion.key, ensure_ascii=False)
    return _DRAFT.format(comment=comment, key=key, name=name_of(criterion.key))
