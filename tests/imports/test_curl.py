"""Curl commands as cases: the same requests on the wire, and no secret in a file."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from tests.imports.conftest import Recorder, comparable

from shall.actions.importing import Import, read_cases
from shall.errors import BadValue
from shall.imports.expressions import expression_text
from shall.imports.shell_words import commands
from shall.results.records import RunResult
from shall.workspace.workspace import Workspace

Imported = Callable[..., Import]
Run = Callable[..., RunResult]

COMMANDS = [
    "curl -s 'URL/orders?state=open&page=2#top'",
    "curl -sS -X DELETE URL/orders/7 -H 'X-Trace: a, b' -H 'Accept: text/plain'",
    "curl -s URL/tab -H 'X-Tab: a\tb'",
    """curl -s URL/orders --json '{"item": "book", "qty": 2, "tags": ["a", null, 1.5]}'""",
    """curl -s -H 'Content-Type: application/json' -d '{"text": "{{ not ours }}"}' URL/a""",
    "curl -s URL/form -d item=book -d 'note=two words' -d item=pen",
    "curl -s URL/form --data-urlencode 'q=a b&c' --data-urlencode 'n=ü'",
    "curl -s -G URL/find -d q=1 --data-urlencode 'r=x y'",
    "curl -s -I URL/head",
    r"curl -s URL/raw -H 'Content-Type: text/plain' --data-raw $'it\'s\ttwo\nlines'",
    "curl -s URL/xml -H 'Content-Type: application/xml' --data '<a b=\"1\"/>'",
    'curl -s "URL/q" -X PATCH \\\n  --data-raw "a=\\"b\\""',
    "curl -s URL/upload -F item=book -F 'note=two words'",
    "curl -s URL/upload -F 'meta={};type=application/json' -F 'note=a;type=text/x;filename=n.txt'",
    """curl -s URL/upload -F 'a="x;y"' -F 'b="say \\"hi\\""' -F 'c=1;type=text/x; charset=utf-8'""",
    "curl -sXPUT URL/short -Hx-a:1 -dz=1",
    "curl -s -A tester -e http://from.example/ URL/agent",
    "curl -s --url-query 'a=1 2' URL/query",
    "curl -s URL/one URL/two --next -d b=1 URL/three",
    "curl -s -u ann:wonderland URL/basic",
]


@pytest.mark.verifies("import#1.1", "import#2.1")
@pytest.mark.parametrize("command", COMMANDS)
def test_an_imported_case_sends_what_curl_sends(
    command: str, recorder: Recorder, imported: Imported, run: Run
) -> None:
    typed = command.replace("URL", recorder.url)
    subprocess.run(["bash", "-c", typed], check=True, capture_output=True, timeout=20)
    by_curl = [comparable(it) for it in recorder.seen]
    recorder.seen.clear()

    found = imported(typed)
    result = run(password="wonderland")

    assert [case.outcome.value for case in result.cases] == ["passed"]
    assert [comparable(it) for it in recorder.seen] == by_curl
    assert found.left_out == []


@pytest.mark.verifies("import#1.3")
def test_secret_values_become_variables_and_are_written_nowhere(imported: Imported) -> None:
    found = imported(
        "curl 'http://h/a?api_key=planted-1' -H 'Authorization: Bearer planted-2'"
        " -b 'sid=planted-3' -H 'X-Api-Key: planted-4' -u ann:planted-5"
        """ --json '{"login": {"password": "planted-6"}, "note": "planted-6 again"}'; """
        "curl http://h/planted-2 -d 'token=planted-7' -d pin=2846117"
        " -H 'X-Note: ghp_planted8planted8planted8planted8pl'"
    )

    written = "\n".join(it.text for it in found.files) + str(found.left_out)
    assert "planted" not in written
    assert "2846117" not in written
    assert 'note: "{{ password }} again"' in written
    assert 'POST: "/{{ token }}"' in written
    for name in ("api_key", "token", "cookie", "x_api_key", "password", "pin"):
        assert name in found.secrets
    declared = {name for it in found.files for name in it.case.secrets}
    assert declared == set(found.secrets)


@pytest.mark.verifies("import#2.2")
def test_variables_of_the_shell_become_variables_of_the_case(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    found = imported(
        f"BASE={recorder.url}\n"
        "export ORDER=41\n"
        "API_TOKEN=planted-value\n"
        'curl "$BASE/orders/${ORDER}" -H "Authorization: Bearer $API_TOKEN"'
        " -H 'X-Dollar: $ORDER'\n"
    )
    run(API_TOKEN="given-value")

    assert found.secrets == ["API_TOKEN"]
    assert "planted-value" not in found.files[0].text
    (seen,) = recorder.seen
    assert seen["path"] == "/orders/41"
    assert seen["headers"]["authorization"] == "Bearer given-value"
    assert seen["headers"]["x-dollar"] == "$ORDER"


LEFT_OUT = [
    ("--resolve a:1:b", "`--resolve` was left out."),
    ("--pass planted", "The password of the key was left out."),
    ("--proxy http://p:1", "`--proxy` was left out."),
    ("-d @body.json", "The body of the file body.json was left out."),
    ("--data-binary @- --data-binary @b", "The body of the file - was left out."),
    ("-d a=1 --data-binary @b", "The body of the file b was left out."),
    ("-G --data-binary @b", "The body of the file b was left out."),
    ("-b jar.txt", "The cookies of the file jar.txt were left out."),
    ("-H @headers.txt", "Headers of a file were left out."),
    ("-H 'Accept:'", "The header Accept has no value, so it was left out."),
    ("-T -", "The body of the file - was left out."),
    ("-L --max-redirs 0", "`--max-redirs 0` was left out."),
    ("-F 'a=x;y'", "`y` of the part a was left out."),
    ("-F 'a=@x,y'", "`,y` of the file x was left out."),
    ("--no-such-option", "`--no-such-option` was left out."),
    ("-sW", "`-W` was left out."),
    ("-F 'a=@x;headers=X'", "`headers=X` of the file x was left out."),
    ('-H "X: $(date)"', "The output of a command became the variable command_1."),
    ("-d @- <<EOF", "An input that is redirected was left out."),
    ("-u ann", "The password of `--user` is not in the command."),
    ("'http://h/[1-9]'", "The ranges in the URL http://h/[1-9] were not expanded."),
    ("-X PROPFIND", "The request was left out: a case has no method PROPFIND."),
    ("-H 'X: unclosed", "A quotation mark is not closed."),
]


@pytest.mark.verifies("import#1.2")
@pytest.mark.parametrize(("words", "message"), LEFT_OUT)
def test_what_a_case_cannot_say_is_reported_with_its_line(words: str, message: str) -> None:
    found = read_cases(f"# a comment\n\ncurl http://h/a {words}\ncurl http://h/b", "a.sh")

    messages = {it.message: it for it in found.left_out}
    assert message in messages
    span = messages[message].span
    assert span is not None
    assert (span.file, span.line) == ("a.sh", 3)


@pytest.mark.verifies("import#2.1")
def test_credentials_and_certificates_become_those_of_the_step(imported: Imported) -> None:
    found = imported(
        'curl --digest -u "$WHO:$WORD" -k --cacert ca.pem -E c.pem --key k.pem https://h/a'
    )

    (step,) = found.files[0].case.steps
    assert 'digest: {user: "{{ WHO }}", password: "{{ WORD }}"}' in found.files[0].text
    assert step.request.url == "/a"
    assert "ca: ca.pem" in found.files[0].text
    assert "insecure: true" in found.files[0].text
    assert found.secrets == ["WORD"]


@pytest.mark.verifies("import#2.1")
def test_a_command_without_location_does_not_follow_redirects(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    recorder.answers["GET /old"] = (302, {"Location": "/new"}, "")
    imported(f"curl {recorder.url}/old; curl -L {recorder.url}/old")

    run()

    assert sorted(it["path"] for it in recorder.seen) == ["/new", "/old", "/old"]


@pytest.mark.verifies("import#2.1")
def test_a_body_that_was_left_out_leaves_the_method(imported: Imported) -> None:
    found = imported("curl http://h/a -d @body.json\ncurl -G http://h/b -d @body.json")
    assert [it.case.steps[0].request.method for it in found.files] == ["POST", "GET"]


@pytest.mark.verifies("import#2.1")
def test_a_file_is_uploaded_and_names_with_separators_are_unquoted(
    recorder: Recorder, imported: Imported, run: Run, workspace: Workspace
) -> None:
    (workspace.root / "a;b.txt").write_text("content")
    found = imported(
        f"curl -L --max-redirs 3 -T 'a;b.txt' {recorder.url}/put/\n"
        f"""curl {recorder.url}/form -F 'f=@"a;b.txt";filename="c;d"'"""
    )
    result = run()

    assert found.left_out == []
    assert "max_redirects: 3" in found.files[0].text
    assert [case.outcome.value for case in result.cases] == ["passed", "passed"]
    put = next(it for it in recorder.seen if it["method"] == "PUT")
    assert (put["path"], put["body"]) == ("/put/a%3Bb.txt", "content")
    form = next(it for it in recorder.seen if it["method"] == "POST")
    assert 'filename="c;d"' in form["body"]


@pytest.mark.verifies("import#2.1")
@pytest.mark.parametrize(
    ("option", "kind"),
    [
        ("--data-binary @rows.bin", "application/x-www-form-urlencoded"),
        ("--data-binary @rows.bin -H 'Content-Type: image/png'", "image/png"),
        ("--json @rows.bin", "application/json"),
    ],
)
def test_the_body_of_a_file_is_sent_as_it_is(
    recorder: Recorder,
    imported: Callable[..., Import],
    run: Callable[..., RunResult],
    workspace: Workspace,
    option: str,
    kind: str,
) -> None:
    (workspace.root / "rows.bin").write_text("a\r\nb", newline="")

    found = imported(f"curl {recorder.url}/a {option}")
    (case,) = run().cases

    assert (found.left_out, case.outcome.value) == ([], "passed")
    (seen,) = recorder.seen
    assert seen["method"] == "POST"
    assert (seen["body"], seen["headers"]["content-type"]) == ("a\r\nb", kind)


@pytest.mark.verifies("import#1.4")
@pytest.mark.parametrize(
    "text", ["", "just words", "curl", "curl -d", "curl ''", "x" * 1_000_001, 'curl ^"http://h^"']
)
def test_a_text_without_a_usable_command_is_refused_or_reported(text: str) -> None:
    try:
        found = read_cases(text, "a.sh", "curl")
    except BadValue as error:
        assert error.message.endswith(".")
    else:
        assert found.files == []
        assert found.left_out


def words_of(text: str) -> list[Any]:
    return [[expression_text(word) for word in it.words] for it in commands(text)]


@pytest.mark.verifies("import#2.2")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"a 'b c'd\ e", [["a", "b cd e"]]),
        (r'a "b \"c\" \\ \d"', [["a", r'b "c" \ \d']]),
        (r"a $'\x41\u00e9\t\101\''", [["a", "Aé\tA'"]]),
        ("a b \\\n  c", [["a", "b", "c"]]),
        ("a | b; c && d # e", [["a"], ["c"], ["d"]]),
        ("a 2>&1 > out b", [["a", "b"]]),
        ("a '' \"\"", [["a", "", ""]]),
        ('a "$B" \'$B\' ${C} "{{ d }}"', [["a", "{{ B }}", "$B", "{{ C }}", '{{ "{{" }} d }}']]),
        ("a `x y` $(z (q))", [["a", "{{ command_1 }}", "{{ command_2 }}"]]),
        ("a#b c", [["a#b", "c"]]),
    ],
)
def test_words_are_those_of_a_shell(text: str, words: list[list[str]]) -> None:
    assert words_of(text) == words
