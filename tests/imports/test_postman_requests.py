"""The address, the authentication and the body of requests in Postman collections."""

from typing import Any

import pytest
import yaml
from tests.imports.postman_texts import collection, pair, values

from shall.actions.importing import read_cases

CREDENTIALS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (values("bearer", token="planted"), {"bearer": "{{ token }}"}),
    (values("bearer", token=""), {}),
    (values("noauth"), {}),
    ({"type": "noauth"}, {}),
    (
        values("digest", username="{{who}}", password="planted"),
        {"digest": {"user": "{{ who }}", "password": "{{ password }}"}},
    ),
    (
        values("ntlm", username="ann", password="planted", domain="SHOP"),
        {"ntlm": {"user": "SHOP\\ann", "password": "{{ password }}"}},
    ),
    (
        values("apikey", key="k", value="planted", **{"in": "query"}),
        {"api_key": {"query": "k", "value": "{{ k }}"}},
    ),
    (
        values("apikey", key="X-Key", value="{{own}}"),
        {"api_key": {"header": "X-Key", "value": "{{ own }}"}},
    ),
    (
        values(
            "awsv4", accessKey="planted", secretKey="planted-2", region="", sessionToken="{{s}}"
        ),
        {
            "aws_sigv4": {
                "access_key": "{{ access_key }}",
                "secret_key": "{{ secret_key }}",
                "region": "us-east-1",
                "service": "execute-api",
                "session_token": "{{ s }}",
            }
        },
    ),
    (
        values(
            "oauth2",
            grant_type="client_credentials",
            accessTokenUrl="{{base}}/token",
            clientId="shop",
            clientSecret="planted",
            scope="orders",
            client_authentication="body",
        ),
        {
            "oauth2": {
                "client_credentials": {
                    "token_url": "{{ base }}/token",
                    "client_id": "shop",
                    "client_secret": "{{ client_secret }}",
                    "scope": "orders",
                    "client_in": "body",
                }
            }
        },
    ),
    (
        values(
            "oauth2",
            grant_type="password_credentials",
            accessTokenUrl="http://h/token",
            username="ann",
            password="planted",
        ),
        {
            "oauth2": {
                "password": {
                    "token_url": "http://h/token",
                    "user": "ann",
                    "password": "{{ password }}",
                }
            }
        },
    ),
    (
        values("oauth2", accessToken="planted", grant_type="authorization_code"),
        {"bearer": "{{ token }}"},
    ),
    (
        values("oauth2", accessToken="planted", headerPrefix="Token "),
        {"api_key": {"header": "Authorization", "value": "Token {{ token }}"}},
    ),
    (
        values("oauth2", accessToken="planted", addTokenTo="queryParams"),
        {"api_key": {"query": "access_token", "value": "{{ token }}"}},
    ),
]


@pytest.mark.verifies("import#3.1", "import#3.4", "import#1.3")
@pytest.mark.parametrize(("auth", "wanted"), CREDENTIALS)
def test_each_authentication_is_written_with_variables_for_its_secrets(
    auth: dict[str, Any], wanted: dict[str, Any]
) -> None:
    item = {"name": "a", "request": {"url": "http://h/a"}}
    outer = values("basic", username="outer", password="planted-4")
    text = collection({"name": "in", "auth": auth, "item": [item]}, auth=outer)

    found = read_cases(text, "c.json")

    (file,) = found.files
    (step,) = yaml.safe_load(file.text)["steps"]
    assert step.get("auth", {}) == wanted
    assert "planted" not in file.text
    assert found.left_out == []


@pytest.mark.verifies("import#1.2", "import#3.4")
@pytest.mark.parametrize(
    "auth",
    [
        values("oauth2", grant_type="authorization_code", accessTokenUrl="http://h/token"),
        values("oauth2", grant_type="client_credentials"),
        values("oauth1", consumerKey="planted"),
    ],
)
def test_an_authentication_that_a_case_cannot_have_is_reported(auth: dict[str, Any]) -> None:
    text = collection({"name": "a", "request": {"url": "http://h/a", "auth": auth}})

    found = read_cases(text, "c.json")

    message = f"The authentication `{auth['type']}` was left out."
    assert [(it.field, it.message) for it in found.left_out] == [("a", message)]
    assert "auth" not in found.files[0].text


@pytest.mark.verifies("import#3.4")
@pytest.mark.parametrize(
    ("auth", "wanted"),
    [
        (values("bearer", token="{{t}}"), {"auth": {"bearer": "{{ t }}"}}),
        (
            values("apikey", key="X-Key", value="{{own}}"),
            {"headers": {"Authorization": "Bearer {{ b }}", "X-Key": "{{ own }}"}},
        ),
        (
            values("apikey", key="k", value="{{own}}", **{"in": "query"}),
            {"headers": {"Authorization": "Bearer {{ b }}"}, "params": {"k": "{{ own }}"}},
        ),
        (
            values("apikey", key="authorization", value="{{own}}"),
            {"auth": {"api_key": {"header": "authorization", "value": "{{ own }}"}}},
        ),
    ],
)
def test_an_authentication_replaces_the_header_that_it_writes(
    auth: dict[str, Any], wanted: dict[str, Any]
) -> None:
    header = pair("Authorization", "Bearer {{b}}")
    request = {"url": "http://h/a", "header": [header], "auth": auth}

    found = read_cases(collection({"name": "a", "request": request}), "c.json")

    (step,) = yaml.safe_load(found.files[0].text)["steps"]
    assert step == {"GET": "/a", **wanted}


QUERY = "query One($id: Int!) { order(id: $id) { id } }"


def graphql(**given: str) -> dict[str, Any]:
    return {"mode": "graphql", "graphql": {"query": QUERY, **given}}


def raw(text: str, language: str = "xml") -> dict[str, Any]:
    return {"mode": "raw", "raw": text, "options": {"raw": {"language": language}}}


def parts(*given: dict[str, Any]) -> dict[str, Any]:
    return {"mode": "formdata", "formdata": list(given)}


BODIES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"mode": "file", "file": {"src": "data/a.bin"}},
        {"body": {"file": "data/a.bin"}},
    ),
    ({"mode": "file", "file": {"content": "plain"}}, {"text": "plain"}),
    ({"mode": "file", "file": None}, {}),
    ({"mode": "raw", "raw": ""}, {}),
    (
        raw('{"a": "//b", // c\n "d": 1 /* e */}', "json"),
        {"json": {"a": "//b", "d": 1}},
    ),
    (
        raw("{} // a", "text"),
        {"headers": {"Content-Type": "text/plain"}, "text": "{} // a"},
    ),
    (
        graphql(variables='{"id": "{{x}}"}', operationName="One"),
        {"graphql": {"query": QUERY, "variables": {"id": "{{ x }}"}, "operation": "One"}},
    ),
    (graphql(variables=""), {"graphql": {"query": QUERY}}),
    (
        graphql(variables='{"id": {{x}}}', operationName="One"),
        {
            "headers": {"Content-Type": "application/json"},
            "text": f'{{"query": "{QUERY}", "variables": {{"id": {{{{ x }}}}}}, '
            '"operationName": "One"}',
        },
    ),
    (raw("<a b='{{x}}'>1</a>"), {"xml": "<a b='{{ x }}'>1</a>"}),
    (raw("<a>"), {"headers": {"Content-Type": "application/xml"}, "text": "<a>"}),
    (
        raw("<a><![CDATA[{{x}}]]></a>"),
        {
            "headers": {"Content-Type": "application/xml"},
            "text": "<a><![CDATA[{{ x }}]]></a>",
        },
    ),
    (
        parts(
            pair("a", "1", contentType="application/json"),
            pair("off", "1", disabled=True),
            {"key": "b", "type": "file", "src": ["x.png", "y.png"]},
            {"key": "c", "type": "file", "src": "z", "contentType": "t/z", "fileName": "q"},
            pair("d", "2"),
        ),
        {
            "form": {"d": "2"},
            "files": {
                "a": {"text": "1", "type": "application/json"},
                "b": ["x.png", "y.png"],
                "c": {"file": "z", "type": "t/z", "name": "q"},
            },
        },
    ),
    ({"mode": "urlencoded", "urlencoded": [pair("a", "1", disabled=True)]}, {}),
    ({"mode": "raw", "raw": "a", "disabled": True}, {}),
]


@pytest.mark.verifies("import#3.1")
@pytest.mark.parametrize(("body", "wanted"), BODIES)
def test_each_mode_of_a_body_becomes_that_of_a_step(
    body: dict[str, Any], wanted: dict[str, Any]
) -> None:
    request = {"method": "POST", "url": "http://h/a", "body": body}

    found = read_cases(collection({"name": "a", "request": request}), "c.json")

    (step,) = yaml.safe_load(found.files[0].text)["steps"]
    assert step == {"POST": "/a", **wanted}
    assert found.left_out == []


@pytest.mark.verifies("import#3.1")
@pytest.mark.parametrize(
    ("url", "address"),
    [
        ({"raw": "http://h/:id", "variable": [pair("id", "7")]}, "/7"),
        ({"raw": "http://h/:id.json", "variable": [{"id": "id", "value": "7"}]}, "/7.json"),
        ({"raw": "http://h/:id/x", "variable": [pair("id", "")]}, "/{{ id }}/x"),
        ({"raw": "http://h/a/:other"}, "/a/:other"),
        (
            {
                "raw": "http://other/b?c=2",
                "protocol": "http",
                "host": ["h"],
                "port": "81",
                "path": ["a", ":id"],
                "query": [pair("q", "1"), pair("off", "2", disabled=True), {"key": "flag"}],
                "variable": [pair("id", "7")],
            },
            "/a/7?q=1&flag",
        ),
        (
            {"host": "h", "path": "a", "query": [pair("a=&", "1#&={{x}}")]},
            "/a?a%3D%26=1%23%26={{ x }}",
        ),
    ],
)
def test_the_address_is_that_of_the_parts_of_a_url(url: dict[str, Any], address: str) -> None:
    found = read_cases(collection({"name": "a", "request": {"url": url}}), "c.json")

    case = yaml.safe_load(found.files[0].text)
    assert case["steps"] == [{"GET": address}]
    assert case["host"] == ("http://h:81" if "port" in url else "http://h")


@pytest.mark.verifies("import#3.1")
@pytest.mark.parametrize(
    ("method", "behaviour", "wanted"),
    [
        ("GET", {}, False),
        ("HEAD", {}, False),
        ("DELETE", {}, True),
        ("GET", {"disableBodyPruning": True}, True),
    ],
)
def test_a_body_of_get_is_sent_only_where_the_collection_says_so(
    method: str, behaviour: dict[str, Any], *, wanted: bool
) -> None:
    body = {"mode": "raw", "raw": "a"}
    request = {"method": method, "url": "http://h/a", "body": body}
    item = {"name": "a", "request": request, "protocolProfileBehavior": behaviour}

    found = read_cases(collection(item), "c.json")

    (step,) = yaml.safe_load(found.files[0].text)["steps"]
    assert ("text" in step) is wanted


@pytest.mark.verifies("import#3.1")
def test_a_form_keeps_the_parameters_of_its_content_type() -> None:
    kind = "application/x-www-form-urlencoded; charset=UTF-8"
    body = {"mode": "urlencoded", "urlencoded": [pair("a", "1")]}
    header = [pair("Content-Type", kind)]
    request = {"method": "POST", "url": "http://h/a", "header": header, "body": body}

    found = read_cases(collection({"name": "a", "request": request}), "c.json")

    (step,) = yaml.safe_load(found.files[0].text)["steps"]
    assert step == {"POST": "/a", "headers": {"Content-Type": kind}, "form": {"a": "1"}}


@pytest.mark.verifies("import#3.4", "import#1.3")
def test_the_user_of_a_url_is_sent_as_basic_authentication() -> None:
    url = {"host": "h", "path": "a", "auth": {"user": "a@b", "password": "planted"}}

    found = read_cases(collection({"name": "a", "request": {"url": url}}), "c.json")

    (step,) = yaml.safe_load(found.files[0].text)["steps"]
    assert step["auth"] == {"basic": {"user": "a@b", "password": "{{ password }}"}}
    assert "planted" not in found.files[0].text
