"""Words of other tools, and what is written here instead.

A word that means something here, or will in a later release, gets that as its hint: a suggestion
by likeness alone would be nonsense (``until``: ``url``) or the opposite (``not_empty``:
``not_exists``).
"""

from collections.abc import Collection, Iterator

from shall.cases.aliases import plain_spelling
from shall.late_pattern import late_pattern

_CAMEL_BOUNDARY = late_pattern(r"(?<=[a-z0-9])(?=[A-Z])")


def _words(words: str, hint: str) -> Iterator[tuple[str, str]]:
    return ((word, hint) for word in words.split())


_ANYWHERE: dict[str, str] = {
    **dict(_words("grpc", "This kind of step")),
}
"""Word to what it asks for: not in this release, in any mapping."""

_EXPECT = "Write `expect`, selectors with values such as `expect: {status: 200, $.id: 1}`."
_STATUS = "Write `expect: 200`."
_SCHEMA = "Write `expect: {body: {schema: FILE}}`."
_CAPTURE = "Write `capture: {name: $.id}`; a later step reads `{{ name }}`."
_FLAT = "Write the address with its method, `GET: /users`, and the other fields in the step itself."
_CREDENTIALS = 'Write `auth: {bearer: "{{ token }}"}` or another kind of `auth`.'
_KIND = "Write the kind of check in `type`, what it looks at in `field`, the value in `expected`."

_BODY = "Write `json`, `form`, `text` or `xml`, or `body: {file: PATH}`."
_SQL = "Write `sql: {database: NAME, query: SELECT ...}`."
_USE = "Write `use: [login]` for the steps of shared/login.yaml in the folder of cases."
_DATA = "Write `data: rows.csv`, or a list of rows; a step reads `{{ row.name }}`."
_CONNECTION = "Write it below `connection`, such as `connection: {ca: FILE}`."
_UNTIL = "Write `until: {$.state: done, every: 1 s, within: 30 s}`."

_RETRY = "Write `retry: {times: 3, every: 1 s}` in a step."
_LOOP = (
    'Write `for each: "{{ items }}"`, or `repeat: {while: {$.next: {exists: true}}}`, in a step.'
)
_IF = 'Write `if: "{{ is_new }}"`, or `if: {$.state: new}`, in a step.'

_FLOW: dict[str, str] = {
    **dict(_words("retry retries max_retries attempts", _RETRY)),
    **dict(_words("repeat loop foreach for_each with_items times", _LOOP)),
    **dict(_words("if when unless skip_if skipif condition", _IF)),
}

_CASE: dict[str, str] = {
    **dict(_words("title test_name", "Write `name`.")),
    **dict(_words("stages tests test requests scenario scenarios teststeps", "Write `steps`.")),
    **dict(_words("base_url baseurl url base server endpoint", "Write `host`.")),
    **dict(_words("env environment config globals constants vars_files", "Write `variables`.")),
    **dict(_words("include includes import imports extends uses template shared", _USE)),
    **_FLOW,
    **dict(_words("parameters parametrize parameterize examples data_rows csv rows", _DATA)),
    **dict(_words("labels markers marks groups categories", "Write `tags`.")),
    **dict(_words("requirements requirement covers criteria proves traces", "Write `verifies`.")),
    **dict(_words("setup before before_all setups fixtures", "Write it as the first of `steps`.")),
    **dict(_words("after after_all cleanup finally", "Write `teardowns`.")),
    **dict(_words("basic_auth bearer oauth2 credentials", _CREDENTIALS)),
}

_STEP: dict[str, str] = {
    **_FLOW,
    **dict(_words("name title label", "Write `id`.")),
    **dict(_words("request http call api", _FLAT)),
    **dict(_words("uri endpoint route link href", "Write `path` or `url`.")),
    **dict(_words("verb", "Write `method`.")),
    **dict(_words("expected validate validators check checks test tests then", _EXPECT)),
    **dict(_words("response should expectations asserting", _EXPECT)),
    **dict(_words("schema json_schema jsonschema", _SCHEMA)),
    **dict(_words("status status_code expected_status code", _STATUS)),
    **dict(_words("payload content raw request_body data_raw", _BODY)),
    **dict(_words("query qs query_string querystring querystringparams", "Write `params`.")),
    **dict(_words("extract captures save store export register set", _CAPTURE)),
    **dict(_words("basic_auth basicauth bearer token oauth oauth2 digest aws_sigv4", _CREDENTIALS)),
    **dict(_words("authentication authorization credentials ntlm api_key apikey", _CREDENTIALS)),
    **dict(_words("cookie cookies", 'Write `headers: {Cookie: "name=value"}`.')),
    **dict(_words("allow_redirects redirect redirects location", "Write `follow_redirects`.")),
    **dict(_words("multipart upload file attachments", "Write `files: {field: PATH}`.")),
    **dict(_words("verify verify_ssl insecure ssl tls cert certificate ca mtls", _CONNECTION)),
    **dict(_words("proxy proxies resolve http_version http2 compressed max_redirs", _CONNECTION)),
    **dict(_words("gql graphql_query", "Write `graphql: {query: ...}`.")),
    **dict(_words("websocket ws ws_url", "Write `WS: /path` and `messages: [{send: ...}]`.")),
    **dict(_words("sse events event_stream eventsource", "Write `stream: true`.")),
    **dict(_words("poll polling eventually wait_for wait_until every within fails_if", _UNTIL)),
    **dict(_words("while at_most", _LOOP)),
    **dict(_words("backoff", _RETRY)),
    **dict(_words("sleep wait pause delay_before think_time", "Write `delay: 500 ms`.")),
    **dict(_words("skip", "Write `skip: REASON` in the case.")),
    **dict(_words("setup setup_hooks before", "Write it as a step before this one.")),
    **dict(_words("teardown_hooks after cleanup", "Write it below `teardowns`.")),
    **dict(_words("db database mysql postgres db_query sql_query", _SQL)),
}

_CHECK: dict[str, str] = {
    **dict(_words("actual path jsonpath json_path selector key target body property", "Field")),
    **dict(_words("operator op comparator check assert matcher kind condition", "Type")),
    **dict(_words("equals eq equal contains exists regex matches length status", "Kind")),
    **dict(_words("message msg description name", "Message")),
}
_CHECK_HINTS = {
    "Field": "Write `field`, such as data.items[0].id, or leave it out for the whole body.",
    "Type": "Write `type`.",
    "Kind": _KIND,
    "Message": "A check has no text of its own: remove it, or write a comment.",
}

_NOT_EMPTY = "Write {type: is_empty} with `expected: false`."
_TYPES = "Write `is_string`, `is_integer`, `is_list` or another of the types."
_TIME = "Write `expect: {duration: {less_than: 300 ms}}`."
_PATH = "Write the kind of check in `type` and the path in `field`."

_KINDS: dict[str, str] = {
    **dict(_words("empty isempty blank", "is_empty")),
    **dict(_words("not_empty is_not_empty notempty non_empty nonempty not_blank", _NOT_EMPTY)),
    **dict(_words("present is_present has has_key has_field defined is_defined", "exists")),
    **dict(_words("absent missing undefined not_present is_absent", "not_exists")),
    **dict(_words("is is_equal equal_to equals_to same be to_equal to_be", "equals")),
    **dict(_words("is_not not_equal_to different differs unequal", "not_equals")),
    **dict(_words("include includes has_item", "contains")),
    **dict(_words("not_include not_includes exclude excludes not_in_text", "not_contains")),
    **dict(_words("one_of any_of is_in enum", "in")),
    **dict(_words("none_of not_one_of is_not_in", "not_in")),
    **dict(_words("size length_equal", "length")),
    **dict(_words("pattern match_regex regex_match", "regex")),
    **dict(_words("above over min minimum at_least", "greater_or_equal")),
    **dict(_words("below under max maximum at_most", "less_or_equal")),
    **dict(_words("startswith start_with prefix", "starts_with")),
    **dict(_words("endswith end_with suffix", "ends_with")),
    **dict(_words("true is_true truthy", "Write {type: equals} with `expected: true`.")),
    **dict(_words("false is_false falsy", "Write {type: equals} with `expected: false`.")),
    **dict(_words("between range in_range", "Write a `greater_or_equal` and a `less_or_equal`.")),
    **dict(_words("ok success is_success http_code", "Write `status_code` with the status.")),
    **dict(_words("header headers", "Write the kind in `type` and the header's name in `header`.")),
    **dict(_words("body jsonpath json_path json path field xpath", _PATH)),
    **dict(_words("type type_of typeof is_type", _TYPES)),
    **dict(_words("is_bool", "is_boolean")),
    **dict(_words("is_array", "is_list")),
    **dict(_words("json_schema jsonschema matches_schema", "schema")),
    **dict(_words("time response_time duration latency elapsed", _TIME)),
}


def snake_spelling(word: str) -> str:
    """Return a word as ``plain_spelling`` does, with ``_`` inside camel case, too.

    >>> snake_spelling("isNotNull")
    'is_not_null'
    """
    return plain_spelling(_CAMEL_BOUNDARY.sub("_", word))


def field_hint(name: str, allowed: Collection[str]) -> str | None:
    """Return what to write instead of an unknown field; None where no tool has the word.

    ``allowed`` are the fields of the mapping: they say whether it is a case, a step or a check.
    """
    method, _, address = name.partition(" ")
    if address and method in allowed:  # ``- POST /todos:``
        return f"Write `{method}: {address}`."
    word = snake_spelling(name)
    if "steps" in allowed:
        hint = _CASE.get(word)
    elif "assert" in allowed:
        hint = _STEP.get(word)
    else:
        hint = _CHECK_HINTS.get(_CHECK.get(word, "")) if "expected" in allowed else None
    if hint is None and word in _ANYWHERE:
        hint = f"{_ANYWHERE[word]} is not in this release."
    return hint


def check_hint(spelling: str) -> str | None:
    """Return what to write instead of an unknown kind of check; None where no tool has it."""
    said = _KINDS.get(snake_spelling(spelling))
    if said is None:
        return None
    return said if " " in said else f"Write '{said}'."
