"""How a setting's value is read: each function gives the value or raises ValueError."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shall import late_json
from shall.late_pattern import late_pattern

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_TRANSPORTS = {
    "stdio": "stdio",
    "http": "http",
    "http-stream": "http",
    "streamable-http": "http",
    "sse": "sse",  # served by the same URL as http
}
# RFC 3986, 2.3: what is sent as it is written, so that every client and proxy means the same.
_URL_PATH = late_pattern(r"/|(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+")
_TOKEN = late_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MAX_WORKERS = 128
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def text(value: Any) -> str:
    """Read a text of one line."""
    if not isinstance(value, str):
        raise ValueError("not a text")
    name = value.strip()
    if not name.isprintable():
        raise ValueError("it contains a control character")
    return name


def sources(value: Any) -> tuple[str, ...]:
    """Read a path or a URL, or a list of them."""
    found = value if isinstance(value, list) else [value]
    return tuple(filter(None, map(text, found)))


def path(value: Any) -> Path:
    """Read a path."""
    return Path(text(str(value)) if isinstance(value, Path) else text(value))


def folders(value: Any) -> tuple[Path, ...]:
    """Read paths: a list, or a text with the system's path separator."""
    parts = value.split(os.pathsep) if isinstance(value, str) else value
    return tuple(Path(part) for part in parts if str(part).strip())


def positive(value: Any) -> int:
    """Read a whole number of 1 or more."""
    number = whole(value)
    if number < 1:
        raise ValueError("it must be 1 or more")
    return number


def workers(value: Any) -> int:
    """Read a number of processes: a slip of the finger must not fill the machine with them."""
    number = whole(value)
    if not 1 <= number <= _MAX_WORKERS:
        raise ValueError(f"it must be 1 to {_MAX_WORKERS}")
    return number


def processes(value: Any) -> int:
    """Read a number of processes; 0, written ``auto``, means one a processor."""
    return 0 if value == "auto" else workers(value)


def not_negative(value: Any) -> int:
    """Read a whole number of 0 or more."""
    number = whole(value)
    if number < 0:
        raise ValueError("it must be 0 or more")
    return number


def whole(value: Any) -> int:
    """Read a whole number."""
    if isinstance(value, bool | float):
        raise ValueError("not a whole number")
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError("not a whole number") from None


def port(value: Any) -> int:
    """Read a port; 0 lets the system choose."""
    number = whole(value)
    if not 0 <= number <= 65535:
        raise ValueError("it must be a port from 0 to 65535")
    return number


def seconds(value: Any) -> float:
    """Read a positive number of seconds."""
    if isinstance(value, bool):
        raise ValueError("not a number of seconds")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError("not a number of seconds") from None
    if not 0 < number < float("inf"):
        raise ValueError("it must be more than 0")
    return number


def rate(value: Any) -> float:
    """Read a number of things a second; 0 means no limit."""
    if isinstance(value, bool):
        raise ValueError("not a number")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError("not a number") from None
    if not 0 <= number < float("inf"):
        raise ValueError("it must be 0 or more")
    return number


def boolean(value: Any) -> bool:
    """Read true or false in one of their spellings."""
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("neither true nor false")
    return word in _TRUE


def present(value: Any) -> bool:
    """Read a variable that counts by being there (no-color.org)."""
    return bool(value)


def language(value: Any) -> str:
    """Read a language or a locale: whatever begins with zh is Chinese, the rest English."""
    return "zh" if text(value).lower().startswith("zh") else "en"


def toolset(value: Any) -> str:
    """Read which tools are offered."""
    name = text(value).lower()
    if name not in {"core", "all"}:
        raise ValueError("it must be core or all")
    return name


def keep(value: Any) -> str:
    """Read of which cases headers and bodies are stored."""
    name = text(value).lower()
    if name not in {"failed", "all"}:
        raise ValueError("it must be failed or all")
    return name


def transport(value: Any) -> str:
    """Read a transport's name."""
    name = text(value).lower()
    if name not in _TRANSPORTS:
        raise ValueError("it must be stdio, http, http-stream or sse")
    return _TRANSPORTS[name]


def url_path(value: Any) -> str:
    """Read the path of a URL."""
    name = text(value).rstrip("/") or "/"
    if not _URL_PATH.fullmatch(name):
        raise ValueError("it must start with / and contain letters, digits, ., _, ~ and -")
    return name


def header(value: Any) -> str:
    """Read the name of a header (RFC 9110, 5.6.2)."""
    name = text(value)
    if not _TOKEN.fullmatch(name):
        raise ValueError("it must be the name of a header, such as X-Client-DN")
    return name


def url(value: Any) -> str:
    """Read an absolute URL of http or https."""
    from urllib.parse import urlsplit  # settings of servers, as below

    name = text(value)
    parts = urlsplit(name)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it must be a URL such as https://mcp.example.com/mcp")
    return name


def sessions(value: Any) -> str:
    """Read whether clients have sessions."""
    word = str(value).strip().lower()
    if word == "auto":
        return word
    return "yes" if boolean(word) else "no"


def instance(value: Any) -> str:
    """Read the name of an instance."""
    name = text(value)
    if not (name.isascii() and name.isalnum() and len(name) <= 32):
        raise ValueError("it must be up to 32 letters and digits")
    return name


def words(value: Any) -> tuple[str, ...]:
    """Read words: a list, or a text with commas or spaces between them."""
    parts = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ValueError("not a list of words")
    return tuple(word for part in parts for word in part.replace(",", " ").split())


def networks(value: Any) -> tuple[str, ...]:
    """Read IP addresses and networks."""
    from ipaddress import ip_network  # few commands read networks

    found = words(value)
    for word in found:
        ip_network(word, strict=False)  # its ValueError says what is wrong
    return found


def log_format(value: Any) -> str:
    """Read the form of the log."""
    name = text(value).lower()
    if name not in {"console", "json"}:
        raise ValueError("it must be console or json")
    return name


def log_level(value: Any) -> str:
    """Read a log level."""
    name = text(value).upper()
    if name not in _LEVELS:
        raise ValueError(f"it must be one of {', '.join(_LEVELS)}")
    return name


def names(value: Any) -> tuple[str, ...]:
    """Read a list of names."""
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("not a list of names")
    return tuple(value)


def folders_inside(value: Any) -> tuple[str, ...]:
    """Read a list of folders, relative to the workspace and not hidden."""
    found = []
    for name in names(value):
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if not parts or name.startswith("/") or any(it.startswith(("~", ".")) for it in parts):
            raise ValueError(f"{name!r} is not a folder in the workspace")
        found.append("/".join(parts))
    return tuple(found)


def environments(value: Any) -> tuple[str, ...]:
    """Read the names of environments; one that is defined with ``required: false`` is left out."""
    if isinstance(value, dict):
        if not all(isinstance(it, dict | None) for it in value.values()):
            raise ValueError("not names with keys and values each")
        return tuple(name for name, it in value.items() if (it or {}).get("required", True))
    return names(value)


def environment_settings(value: Any) -> Mapping[str, Mapping[str, Any]]:
    """Read what environments set; a list of names defines nothing."""
    return {} if isinstance(value, list) else mapping(value)


def mapping(value: Any) -> Mapping[str, Any]:
    """Read keys and values."""
    if not isinstance(value, dict):
        raise ValueError("not keys and values")
    return value


def texts(value: Any) -> Mapping[str, str]:
    """Read keys with a text each."""
    found = mapping(value)
    if not all(isinstance(it, str) for it in found.values()):
        raise ValueError("not keys with a text each")
    return found


def lists(value: Any) -> Mapping[str, tuple[str, ...]]:
    """Read keys with a list of texts each; one text stands for a list of one."""
    found = {key: [it] if isinstance(it, str) else it for key, it in mapping(value).items()}
    return {key: names(it) for key, it in found.items()}


def project_hosts(value: Any) -> Mapping[str, str]:
    """Read ``{name: {host: ...}}`` or ``{name: host}``."""
    hosts: dict[str, str] = {}
    for name, said in mapping(value).items():
        host = said.get("host") if isinstance(said, dict) else said
        if not isinstance(host, str):
            raise ValueError(f"the project {name} has no host")
        hosts[name] = host
    return hosts


def shown(value: Any, *, is_secret: bool) -> str:
    """Return a value as a person reads it; a secret only by whether it is there."""
    if is_secret:
        return "***" if value else ""
    if value is None or value == () or value == {}:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, Mapping):
        return late_json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
