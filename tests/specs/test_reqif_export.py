"""The matrix as ReqIF, read by the parser of the library that others read it with."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reqif.parser import ReqIFParser

from shall.span import Span
from shall.specs.matrix import Matrix, build_matrix
from shall.specs.model import Link, LinkKind, SpecSet
from shall.specs.reader import read_document
from shall.specs.reqif_export import to_reqif

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DOCUMENT = """### Requirement 1

1. WHEN a < b & "c" is sent, THE shop SHALL answer with 400.
2. 当口令错误时，系统应当返回 401。
"""


def matrix() -> Matrix:
    names = ("login", "a&b", "登录")
    documents = tuple(read_document(DOCUMENT, f"specs/{it}/requirements.md", it) for it in names)
    links = [
        Link(key, LinkKind.CASE, f"tests/cases/{source}.yaml", Span("a.yaml", 3))
        for key, source in (("login#1.1", "a"), ("login#1.2", "a"), ("login#1.2", "b<c>"))
    ]
    return build_matrix(SpecSet(documents), links, [])


@pytest.mark.verifies("tracing#10.3")
def test_reqif_is_read_back_with_its_texts_statuses_and_relations() -> None:
    bundle = ReqIFParser.parse_from_string(to_reqif(matrix(), "A & <B>", NOW))
    content = bundle.core_content.req_if_content
    objects = {
        it.attribute_map[f"{it.spec_object_type}_REQIF_FOREIGNID"].value: it
        for it in content.spec_objects
    }
    assert len(objects) == len(content.spec_objects) == 8
    first = objects["login#1.1"].attribute_map
    assert first["REQUIREMENT_REQIF_TEXT"].value == matrix().rows[0].criterion.text
    assert first["REQUIREMENT_STATUS"].value == "not run"
    assert first["REQUIREMENT_SOURCE"].value == "specs/login/requirements.md:3:4"
    assert objects["登录#1.2"].attribute_map["REQUIREMENT_STATUS"].value == "untested"
    names = {it.identifier: name for name, it in objects.items()}
    assert [(names[it.source], names[it.target]) for it in content.spec_relations] == [
        ("tests/cases/a.yaml", "login#1.1"),
        ("tests/cases/a.yaml", "login#1.2"),
        ("tests/cases/b<c>.yaml", "login#1.2"),
    ]
    listed = {
        it.long_name: [names[each.spec_object] for each in it.children]
        for it in content.specifications
    }
    assert listed["a&b"] == ["a&b#1.1", "a&b#1.2"]
    assert bundle.exceptions == []


@pytest.mark.verifies("tracing#10.3")
def test_reqif_satisfies_the_schema_of_the_format(tmp_path: Path) -> None:
    file = tmp_path / "trace.reqif"
    file.write_text(to_reqif(matrix(), "A & <B>", NOW), "utf-8")
    command = [sys.executable, "-m", "reqif.cli.main", "validate", "--use-reqif-schema", str(file)]
    validated = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONWARNINGS": ""}
    )
    assert "0 errors, 0 schema issues found, 0 semantic issues" in validated.stdout
