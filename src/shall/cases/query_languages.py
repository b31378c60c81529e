"""The query languages of selectors, each by a library that is imported with its first use."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from shall.errors import BadValue

_NAMES = {"json": "JSONPath", "jmespath": "JMESPath", "xpath": "XPath", "css": "CSS"}


def check(language: str, text: str) -> None:
    """Raise ``BadValue`` where a text is not a query of a language."""
    compiled(language, text)


@lru_cache(maxsize=1024)
def compiled(language: str, text: str) -> Any:
    """Return what finds values: a query object of the language's library.

    Raises:
        BadValue: The text is not a query.
    """
    try:
        return _COMPILERS[language](text)
    except RecursionError:
        reason = "it is nested too deep"
    except BadValue:
        raise
    except Exception as error:  # noqa: BLE001 - each library has errors of its own
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    raise BadValue(f"`{text:.60}` is not valid {_NAMES[language]}: {reason.rstrip('.: ')}.")


@lru_cache(maxsize=1)
def _json_path_environment() -> Any:
    from jsonpath_rfc9535 import JSONPathEnvironment

    environment = JSONPathEnvironment()
    for name in ("match", "search"):  # their patterns could not be stopped
        environment.function_extensions.pop(name, None)
    return environment


def _json_path(text: str) -> Any:
    return _json_path_environment().compile(text)


def _jmespath(text: str) -> Any:
    import jmespath

    return jmespath.compile(text)


def _xpath(text: str) -> Any:
    from lxml import etree

    return etree.XPath(text, regexp=False, smart_strings=False)


@lru_cache(maxsize=256)
def xpath_with_prefixes(text: str, prefixes: tuple[tuple[str, str], ...]) -> Any:
    """Return what finds values by an XPath whose prefixes stand for these namespaces."""
    from lxml import etree

    return etree.XPath(text, namespaces=dict(prefixes), regexp=False, smart_strings=False)


def _css(text: str) -> Any:
    from cssselect import HTMLTranslator
    from lxml import etree

    return etree.XPath(HTMLTranslator().css_to_xpath(text), regexp=False, smart_strings=False)


_COMPILERS: dict[str, Callable[[str], Any]] = {
    "json": _json_path,
    "jmespath": _jmespath,
    "xpath": _xpath,
    "css": _css,
}
