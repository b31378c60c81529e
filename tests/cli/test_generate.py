import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis.errors import Unsatisfiable

from shall.cases.json_schema import json_schema

Shall = Callable[..., Any]

ROOT = Path(__file__).parents[2]

CRITERIA = """\
# Orders

### Requirement 1: Orders

#### Acceptance Criteria

1. WHEN a client sends POST /orders with an unknown item,
   THE shop SHALL return 404 and a JSON body with `error`.
2. 当客户端 GET /users/{id} 且用户不存在时，系统应返回 404。
3. THE shop SHALL store orders for 7 years.
4. FOR ALL orders, THE total SHALL equal the sum of its lines.
"""


@pytest.fixture
def orders(project: Path) -> Path:
    specs = project / "specs/orders/requirements.md"
    specs.parent.mkdir(parents=True)
    specs.write_text(CRITERIA)
    return specs


def files_of(project: Path) -> dict[str, bytes]:
    found = [it for it in (project / "tests").rglob("*") if it.is_file()]
    return {it.relative_to(project).as_posix(): it.read_bytes() for it in sorted(found)}


@pytest.mark.usefixtures("orders")
@pytest.mark.verifies("generate#2.1", "generate#2.5")
def test_drafts_are_those_of_the_guide_and_valid_by_the_schema(shall: Shall, project: Path) -> None:
    shall("schema", "--write")
    made = shall("generate", "orders")

    guide = (ROOT / "docs/guides/generate.md").read_text("utf-8")
    validator = jsonschema_rs.Draft202012Validator(json_schema())
    assert made.returncode == 0
    assert "Drafts: 3. Left out: 1. Criteria with a case or test: 0.\n" in made.stdout
    for name in ("1.1", "1.2"):
        line, _, text = (project / f"tests/cases/orders/{name}.yaml").read_text().partition("\n")
        assert line == "# yaml-language-server: $schema=../case.schema.json"
        assert f"```yaml\n{text}```" in guide
        assert validator.is_valid(yaml.safe_load(text))


@pytest.mark.usefixtures("orders")
@pytest.mark.verifies("generate#2.6", "generate#2.7")
def test_a_second_run_adds_nothing_and_no_file_is_overwritten(shall: Shall, project: Path) -> None:
    first = project / "tests/cases/orders/1.1.yaml"
    first.parent.mkdir(parents=True)
    first.write_text("mine: true\n")

    made = shall("generate")
    written = files_of(project)
    again = shall("generate")
    asked = shall("generate", "--again", "orders#1.2", "--format", "json")

    assert first.read_text() == "mine: true\n"
    assert [*written] == [
        "tests/cases/orders/1.1.yaml",
        "tests/cases/orders/1.2.yaml",
        "tests/properties/test_orders_1_4.py",
    ]
    for line in (
        "requirements.md:7:4: orders#1.1 was left out. tests/cases/orders/1.1.yaml exists.",
        "requirements.md:10:4: orders#1.3 was left out. It names no HTTP method and path",
    ):
        assert line in made.stdout
        assert line in again.stdout
    assert "Drafts: 0. Left out: 2. Criteria with a case or test: 2." in again.stdout
    assert files_of(project) == written
    [left_out] = json.loads(asked.stdout)["left_out"]
    assert left_out["message"].endswith("tests/cases/orders/1.2.yaml exists.")


@pytest.mark.usefixtures("orders")
@pytest.mark.verifies("generate#2.8", "generate#2.7")
def test_a_dry_run_prints_what_is_chosen_and_writes_nothing(shall: Shall, project: Path) -> None:
    shown = shall("generate", "--dry-run", "orders#1.1")
    chinese = shall("generate", "--dry-run", "orders#1.3", SHALL_LANG="zh")
    unknown = shall("generate", "ordres")
    shall("waive", "orders#1.1", "--reason", "later", "--until", "2999-01-01", "--by", "ann")
    waived = shall("generate", "--dry-run", "orders#1.1")

    assert not (project / "tests").exists()
    assert "- POST: /orders" in shown.stdout
    assert "GET" not in shown.stdout
    assert "Nothing was written." in shown.stdout
    assert "未为 orders#1.3 生成草稿：其中没有写明由系统应答的 HTTP 方法和路径。" in chinese.stdout
    assert unknown.returncode == 2
    assert "orders#1.1 was left out. It is waived." in waived.stdout


@pytest.mark.usefixtures("orders")
@pytest.mark.verifies("generate#2.4")
def test_bodies_come_from_an_openapi_document(shall: Shall, project: Path) -> None:
    media = {"application/json": {"example": {"item": "B7", "qty": 2}}}
    operation = {"requestBody": {"content": media}, "responses": {"201": {"description": "made"}}}
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/orders": {"post": operation}}}
    (project / "api.json").write_text(json.dumps(document))

    shall("generate", "orders#1.1", "--openapi", "api.json")

    case = yaml.safe_load((project / "tests/cases/orders/1.1.yaml").read_text())
    assert case["steps"][0]["json"] == {"item": "B7", "qty": 2}
    assert case["variables"] == {"given": "TODO: with an unknown item"}


@pytest.mark.usefixtures("orders")
@pytest.mark.verifies("generate#2.9")
def test_the_draft_of_a_property_is_skipped_and_fails_when_it_is_not(
    shall: Shall, project: Path
) -> None:
    shall("generate", "orders#1.4")
    traced = json.loads(shall("trace", "--format", "json").stdout)["criteria"]
    text = (project / "tests/properties/test_orders_1_4.py").read_text()
    module: dict[str, Any] = {}
    exec(compile(text, "test_orders_1_4.py", "exec"), module)
    test = module["test_orders_1_4"]

    assert next(it["status"] for it in traced if it["key"] == "orders#1.4") == "not run"
    assert "# FOR ALL orders, THE total SHALL equal the sum of its lines." in text
    assert {it.name: it.args or it.kwargs for it in test.pytestmark} == {
        "verifies": ("orders#1.4",),
        "skip": {"reason": "draft"},
    }
    with pytest.raises(pytest.fail.Exception, match="TODO"):
        test.hypothesis.inner_test(value=0)
    with pytest.raises(Unsatisfiable):  # also where the assertion alone is written
        test()
    written = text.replace("st.nothing()", "st.integers()").replace("pytest.fail(", "assert str(")
    assert written != text
    exec(compile(written, "test_orders_1_4.py", "exec"), module)
    module["test_orders_1_4"]()


@pytest.mark.usefixtures("orders")
@pytest.mark.verifies("generate#1.6")
@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("TODO: an unknown item", "draft"),
        ("{{ 'TODO: an unknown item' }}", "proved"),
        ("no-such-item", "proved"),
        ("TODO", "proved"),
    ],
)
def test_a_case_with_a_mark_proves_nothing_when_draft_was_removed(
    shall: Shall, project: Path, service: Any, value: str, status: str
) -> None:
    case = project / "tests/cases/orders.yaml"
    case.parent.mkdir(parents=True, exist_ok=True)
    case.write_text(
        "testcase:\n  name: a\n  verifies: ['orders#1.1']\n  steps:\n"
        f'    - POST: /echo\n      json: {{item: "{value}"}}\n      expect: {{status: 200}}\n'
    )
    assert shall("run", "--host", service.url).returncode == 0
    matrix = json.loads(shall("trace", "--format", "json").stdout)
    found = {it["key"]: it["status"] for it in matrix["criteria"]}
    assert found["orders#1.1"] == status
