"""Recognizes a case file whose fields are at the top level, and finds the fields of either form.

A file of the older form has its fields below the root ``testcase:``.
"""

from typing import Any

from shall.late_pattern import late_pattern

ROOT = "testcase"

_METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
_STEPS = late_pattern(r"""(?m)^\ufeff?["']?steps["']?[ \t]*:(?=\s|$)""")
_STEPS_IN_BRACES = late_pattern(r"""[{,]\s*["']?steps["']?\s*:""")
_CRITERIA = late_pattern(r"""(?m)^\ufeff?["']?verifies["']?[ \t]*:(?=\s|$)""")
_NAME = late_pattern(r"""(?m)^\ufeff?["']?name["']?[ \t]*:(?=\s|$)""")
_STEP = late_pattern(rf"""(?m)^[ \t]*- +["']?(?:{_METHODS})["']?[ \t]*:(?=\s|$)""")
_BEGINS = r"""(?:^[ \t]*(?:- +)*|[\[{,][ \t]*)["']?"""
_REQUEST = late_pattern(rf"""(?m){_BEGINS}(?:{_METHODS}|WS|sql)["']?[ \t]*:(?=\s|$)""")
_OLDER_REQUEST = late_pattern(
    rf"""(?m){_BEGINS}(?:path|url|{_METHODS.lower()})["']?[ \t]*:[ \t]+["']?(?:/|https?://|\{{\{{)"""
)
OTHER_TOOLS = (
    *("agents", "apiVersion", "arazzo", "desc", "image", "jobs", "kind", "on", "openapi"),
    *("pipelines", "pool", "pr", "resources", "runners", "runs", "stages", "swagger"),
    *("test_name", "tests", "trigger", "version", "workflows", "$schema"),
)
"""Keys at the top of documents of other tools: pipelines, runbooks, manifests, descriptions."""

_OTHER_KEYS = "|".join(OTHER_TOOLS).replace("$", r"\$")
_OTHER = late_pattern(rf"""(?m)^["']?(?:{_OTHER_KEYS})["']?[ \t]*:(?=\s|$)""")
_OTHER_STEP = late_pattern(
    r"""(?m)^[ \t]*- +["']?(?:task|script|bash|pwsh|powershell|checkout|publish|download|template"""
    r"""|uses|run|image|command|commands|label|plugins|wait|req|runner|exec)["']?[ \t]*:"""
)


def has_own_form(text: str) -> bool:
    """Return whether a text is a case, or shared steps, with its fields at the top level.

    It has ``steps`` with a request in a spelling of ours, and no sign of another tool. One that
    misses ``steps`` alone is a case, too, whose problem is reported.
    """
    if text.lstrip("\ufeff \n").startswith("{"):
        has_request = _REQUEST.search(text) or _OLDER_REQUEST.search(text)
        return bool(_STEPS_IN_BRACES.search(text) and has_request)
    if _OTHER.search(text):
        return False
    if not _STEPS.search(text):
        return bool(_CRITERIA.search(text) or (_NAME.search(text) and _STEP.search(text)))
    if _REQUEST.search(text):
        return True
    return bool(_OLDER_REQUEST.search(text) and not _OTHER_STEP.search(text))


def fields_of(data: Any) -> Any:
    """Return the fields of a case, of the data of its file in either form."""
    return data[ROOT] if type(data) is dict and ROOT in data else data
