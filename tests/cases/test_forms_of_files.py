"""A case with its fields at the top level of its file is the one below the older root."""

import textwrap
from pathlib import Path

import pytest
import yaml

from shall.cases.comments import with_comments
from shall.cases.early_fields import Early, early_fields
from shall.cases.fingerprint import case_fingerprints
from shall.cases.plain_case import plain_case
from shall.cases.reader import examine_text, locate, read_case, root_of
from shall.cases.shared_steps import read_shared
from shall.cases.verifies import add_criterion, rename_criteria
from shall.cases.yaml_writer import to_yaml
from shall.errors import InvalidCase

ROOT = Path(__file__).parents[2]
OLDER = sorted((ROOT / "tests/compat/cases").glob("*.yaml"))

WRAPPED = """\
# yaml-language-server: $schema=case.schema.json
testcase:
  # its name
  name: a  # first
  verifies: [auth#1.1]
  data: [{x: 1}]
  steps:
    # the request
    - GET: /a
      asserts: [{type: eq, field: b, expected: 1}]  # still
    - id: b
      path: /b
"""


def unwrapped(text: str) -> str:
    """Return the text of the older form without its root."""
    head, _, below = text.partition("testcase:\n")
    return head + textwrap.dedent(below)


@pytest.mark.verifies("cases#1.17")
@pytest.mark.parametrize("file", OLDER, ids=[it.stem for it in OLDER])
def test_a_file_without_the_root_is_the_same_case_with_the_same_fingerprints(file: Path) -> None:
    text = file.read_text("utf-8")
    bare = unwrapped(text)

    wrapped_case, bare_case = read_case(text, "a.yaml"), read_case(bare, "a.yaml")

    assert "testcase:" not in bare
    assert (root_of(text), root_of(bare)) == ("testcase", "testcase")
    assert bare_case == wrapped_case
    assert case_fingerprints(bare_case) == case_fingerprints(wrapped_case)
    assert case_fingerprints(read_case(to_yaml(bare_case), "a.yaml")) == case_fingerprints(
        wrapped_case
    )
    assert plain_case(yaml.safe_load(bare)) == plain_case(yaml.safe_load(text))


@pytest.mark.verifies("cases#1.17")
def test_places_and_notes_are_those_of_the_file() -> None:
    bare = unwrapped(WRAPPED)
    (note, other), (above, below) = (examine_text(it, "a.yaml").notes for it in (WRAPPED, bare))
    assert (note.span.line, note.span.column) == (10, 7)  # type: ignore[union-attr]
    assert (above.span.line, above.span.column) == (9, 5)  # type: ignore[union-attr]
    assert (note.message, other.message) == (above.message, below.message)
    assert str(locate(bare, "a.yaml", "steps[1].path")) == "a.yaml:11:11"
    with pytest.raises(InvalidCase) as caught:
        read_case("name: a\ncolour: red\nsteps:\n- GTE: /a\n", "a.yaml")
    assert [str(it) for it in caught.value.diagnostics] == [
        "a.yaml:2:1: colour: Unknown field `colour`.",
        "a.yaml:4:3: steps[0]: `path` is missing. Write `GET: /users`,"
        " or `path:` or `url:` beside `method`.",
        "a.yaml:4:3: steps[0].GTE: Unknown field `GTE`.",
    ]


@pytest.mark.verifies("cases#1.18")
def test_fields_beside_the_root_are_each_reported_at_their_place() -> None:
    with pytest.raises(InvalidCase) as caught:
        read_case(WRAPPED + "tags: [a]\nname: b\n", "a.yaml")
    step = "Indent it under `testcase:`, or remove that line and its indentation."
    assert [str(it) for it in caught.value.diagnostics] == [
        f"a.yaml:13:1: tags: `tags` cannot be combined with `testcase:`. {step}",
        f"a.yaml:14:1: name: `name` cannot be combined with `testcase:`. {step}",
    ]


@pytest.mark.verifies("cases#1.17")
def test_the_plain_reader_takes_both_forms() -> None:
    text = "testcase:\n  name: a\n  steps:\n    - GET: /a\n      expect: 200\n"
    plain = plain_case(yaml.safe_load(unwrapped(text)))
    assert plain is not None
    assert plain == plain_case(yaml.safe_load(text)) == read_case(text, "a.yaml")
    assert plain_case(yaml.safe_load(text + "tags: [a]\n")) is None


@pytest.mark.verifies("cases#1.18")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "jobs:\n  a: {steps: [{run: x}]}\n",
            "a.yaml:1:1: jobs: This is not a case: `jobs` belongs",
        ),
        ("name: a\nstep: [{GET: /a}]\n", "a.yaml:1:1: `steps` is missing"),
        ("tescase:\n  name: a\n", "a.yaml:1:1: The fields `name` and `steps` are missing. Remove"),
        (
            "x: 1\n",
            "a.yaml:1:1: The fields `name` and `steps` are missing. Write them in the first",
        ),
        ("name: a\nsteps: [{GET: /a}]\nuntil: 3\n", "a.yaml:3:1: until: Unknown field `until`."),
    ],
)
def test_a_file_that_is_named_and_is_no_case_is_refused_at_a_place(text: str, said: str) -> None:
    with pytest.raises(InvalidCase) as caught:
        read_case(text, "a.yaml")
    assert said in "\n".join(map(str, caught.value.diagnostics))


@pytest.mark.verifies("cases#4.6")
@pytest.mark.parametrize(
    "text",
    [
        "name: a\nsteps:\n- POST: /a\n  json: {kind: x}\n",
        "\ufeffsteps:\n# first\n- id: a\n  GET: /a\nname: a\n",
        "'steps': [{GET: /a}]\nname: a\n",
        "name: a\nsteps:\n  -   path: '{{ host }}/a'\n",
        "name: a\nsteps:\n- url: http://a/b\n",
        "name: a\nsteps:\n- get: /a\n",
        "name: a\nsteps:\n- sql: {query: select 1}\n",
        "name: a\nsteps:\n- WS: /a\n",
        '{"name": "a", "steps": [{"GET": "/a", "json": {"jobs": 1}}]}',
        '{\n  "name": "a",\n  "steps": [\n    {"GET": "/a"}\n  ]\n}\n',
        "name: a\nsteps:\n- GET: /a\n  json: [1\n",
    ],
)
def test_a_case_is_recognized_by_its_steps(text: str) -> None:
    assert root_of(text) == "testcase"


@pytest.mark.verifies("cases#4.6")
@pytest.mark.parametrize(
    "text",
    [
        "test_name: a\nstages:\n- name: b\n  request: {url: http://a, method: GET}\n",
        "name: ci\non: push\njobs:\n  a:\n    steps:\n    - uses: actions/checkout@v4\n",
        "name: x\nruns:\n  using: composite\n  steps:\n  - run: ls\n",
        "desc: a\nrunners: {req: http://a}\nsteps:\n- req:\n    /a:\n      get: {body: null}\n",
        "runners: {req: http://a}\nsteps:\n  a:\n    req:\n      /a: {get: {body: null}}\n",
        "version: '1.1'\nname: a\ntests:\n  b:\n    steps:\n    - http: {url: /a, method: GET}\n",
        "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps:\n  - image: a\n",
        "apiVersion: v1\nkind: ConfigMap\nsteps:\n- GET: /a\n".replace("- GET: /a", "- get: /a"),
        "$schema: https://a.example/b\nsteps:\n- get: /a\n",
        "trigger: [main]\nsteps:\n- script: ls\n",
        "steps:\n- checkout: self\n  path: /src/a\n- task: Download@1\n  inputs: {url: http://a}\n",
        "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, /a]\n",
        "steps:\n- label: a\n  command: ls\n  plugins:\n  - x:\n      url: https://a\n",
        "openapi: 3.1.0\npaths: {/a: {get: {}}}\n",
        "arazzo: 1.0.0\nworkflows: [{steps: [{operationId: a}]}]\n",
        "name: a\nvalue: 1\n",
        "- {name: a, steps: 3}\n",
        "name: a\nsteps: 3\n",
        "",
    ],
)
def test_a_document_of_another_tool_is_no_case(text: str) -> None:
    assert root_of(text) is None


@pytest.mark.verifies("cases#1.17")
def test_comments_outlive_the_root() -> None:
    case = read_case(WRAPPED, "a.yaml")
    written = with_comments(WRAPPED, to_yaml(case))
    assert "testcase" not in written
    assert written.startswith(
        "# yaml-language-server: $schema=case.schema.json\n# its name\nname: a  # first\n"
    )
    assert "# the request\n- GET: /a\n  expect: {$.b: 1}\n# still\n" in written
    assert case_fingerprints(read_case(written, "a.yaml")) == case_fingerprints(case)
    assert with_comments(written, to_yaml(case)) == written
    assert with_comments(unwrapped(WRAPPED), to_yaml(case)) == written
    assert with_comments("host: http://a  # h\n" + unwrapped(WRAPPED).partition("\n")[2],
                         "name: a\nhost: http://a\nsteps:\n- GET: /a\n").startswith(
        "# its name\nname: a  # first\nhost: http://a  # h\n"
    )  # fmt: skip


@pytest.mark.verifies("cases#1.17")
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_list_of_criteria_is_edited_in_both_forms(newline: str) -> None:
    bare = unwrapped(WRAPPED).replace("\n", newline)
    added = add_criterion(bare, "a.yaml", "auth#1.2")
    assert added == bare.replace("[auth#1.1]", "[auth#1.1, auth#1.2]")
    assert rename_criteria(bare, "a.yaml", {"auth#1.1": "x#1"}) == bare.replace("auth#1.1", "x#1")
    none = f"name: a{newline}steps:{newline}- GET: /a{newline}"
    assert add_criterion(none, "a.yaml", "auth#1.2") == none.replace(
        f"name: a{newline}", f"name: a{newline}verifies: [auth#1.2]{newline}"
    )


@pytest.mark.verifies("cases#1.17")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name: a\nuse: [x]\nsteps:\n- GET: /a\n", Early(("x",), frozenset({"use"}))),
        ("use: [x, y]\nneeds: b\nname: a\nsteps: []\n", Early((), frozenset({"use", "needs"}))),
        ('"data": rows.csv\nsteps:\n- GET: /a\n', Early((), frozenset({"data"}))),
        ("name: a\nsteps:\n- GET: /a\n  data: {only: 1}\n", None),
        ('{"name": "a", "use": ["x"], "steps": [{"GET": "/a"}]}', Early()),
        ('{"only": "now", "name": "a",\n"steps": [{"GET": "/a"}]}', Early()),
    ],
)
def test_what_must_be_read_before_a_run_is_seen_at_the_top_level(
    text: str, found: Early | None
) -> None:
    assert early_fields(text) == found


@pytest.mark.verifies("cases#7.3")
def test_shared_steps_are_the_same_without_their_root() -> None:
    text = "shared:\n  variables: {a: 1}\n  steps:\n    - GET: /a\n      capture: {t: $.t}\n"
    bare = textwrap.dedent(text.removeprefix("shared:\n"))
    assert read_shared(bare, "tests/cases/shared/login.yaml") == read_shared(
        text, "tests/cases/shared/login.yaml"
    )
