"""URLs of requests: joined to a host, checked and encoded."""

from collections.abc import Iterable

from shall.errors import BadValue
from shall.late_pattern import late_pattern
from shall.redaction.shapes import mask_path

# RFC 3986: reserved and unreserved characters stay, and so does a % that begins an escape.
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_CONTROL = late_pattern(r"[\x00-\x1f\x7f]")
_STRAY = late_pattern(r"%(?![0-9A-Fa-f]{2})")

_DEFAULT_PORTS = {"http": 80, "https": 443}

_OF_HOSTS = "abcdefghijklmnopqrstuvwxyz0123456789.-"
_OF_PATHS = f"{_OF_HOSTS}ABCDEFGHIJKLMNOPQRSTUVWXYZ_~/&=?"
"""What the host and the path of most URLs are made of: they go on the wire as they are."""

_ENCODE = "Percent-encode `/`, `?`, `#` and `@` in a user or password."


def is_absolute(url: str) -> bool:
    """Return whether a URL names its own host."""
    return url[:8].lower().startswith(("http://", "https://", "ws://", "wss://"))


def join_url(host: str, path: str) -> str:
    """Join a path to a host, whose own path is kept: ``http://h/api`` + ``/users``."""
    base = host if "://" in host else f"http://{host}"
    return f"{base.rstrip('/')}/{path.lstrip('/')}" if path else base


def with_params(url: str, params: Iterable[tuple[str, str]]) -> str:
    """Add query parameters to a URL, before its fragment."""
    from urllib.parse import urlencode  # few steps have parameters apart from their URL

    query = urlencode(list(params))
    if not query:
        return url
    address, mark, fragment = url.partition("#")
    joint = "?" if "?" not in address else "" if address.endswith(("?", "&")) else "&"
    return f"{address}{joint}{query}{mark}{fragment}"


_EXPRESSION = late_pattern(r"\{\{.*?\}\}")
_BEFORE_HOST = late_pattern(r"(?:[A-Za-z]+://)?[^/?#]*")
_END = late_pattern(r"[/?#]")


def host_begins_at(template: str) -> int:
    """Return where the host begins behind the user and password of a template; 0 without them."""
    plain = _EXPRESSION.sub(lambda it: "_" * len(it[0]), template)
    begin = plain.find("://") + 3 if "://" in plain else 0
    end = _END.search(plain, begin)
    return plain.rfind("@", begin, end.start() if end else len(plain)) + 1


def check_userinfo(text: str) -> None:
    """Check what is before the host of a URL: scheme, user and password.

    Raises:
        BadValue: The user or password contains `/`, `?` or `#`: what follows would be the host.
    """
    if not _BEFORE_HOST.fullmatch(text):
        raise BadValue("The user or password of a URL contains `/`, `?` or `#`.", hint=_ENCODE)


def checked_url(url: str) -> str:
    """Return the URL as it goes on the wire: ASCII, http or https, with a host.

    Raises:
        BadValue: It is not such a URL, or contains a control character or a space in its host.
    """
    if _is_plain(url):
        return url
    if _CONTROL.search(url):
        raise BadValue(f"The URL {_shown(url)} contains a control character.")
    from urllib.parse import quote, urlsplit  # few URLs get here

    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # its text may quote a part of a password
        raise BadValue(
            f"The host or port of the URL {_shown(url)} cannot be used.",
            hint=_ENCODE if "@" in url else None,
        ) from None
    if parts.scheme not in _DEFAULT_PORTS or not host or " " in host:
        raise BadValue(
            f"The URL {_shown(url)} cannot be used.",
            hint="It starts with http:// or https:// and a host.",
        )
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadValue(f"The host of the URL {_shown(url)} is not a name.") from None
    name = f"[{name}]" if ":" in name else name
    userinfo, at, _ = parts.netloc.rpartition("@")
    user = quote(userinfo, _SAFE.replace("@", "")) + at  # libcurl ends it at the first @
    authority = f"{user}{name}" + (f":{port}" if port is not None else "")
    rest = _encoded(parts.path or "/")
    query = f"?{_encoded(parts.query)}" if parts.query else ""
    return f"{parts.scheme}://{authority}{rest}{query}"


def _is_plain(url: str) -> bool:
    """Return whether a URL has nothing to check or to encode; most need no pattern to see it."""
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    host, colon, port = authority.partition(":")
    if scheme not in _DEFAULT_PORTS or not (host and slash) or (colon and not _is_port(port)):
        return False
    return not (host.strip(_OF_HOSTS) or path.strip(_OF_PATHS))


def _is_port(text: str) -> bool:
    digits = text.isdecimal() and text.isascii()
    return digits and (len(text) < 5 or (len(text) == 5 and "1" <= text < "6"))


def _encoded(text: str) -> str:
    from urllib.parse import quote  # as above

    return quote(_STRAY.sub("%25", text), _SAFE)


def _shown(url: str) -> str:
    """Return the URL for a message, without what may be secret: user, password and parameters."""
    address, mark, _ = url.partition("?")
    scheme, slashes, rest = address.partition("://")
    path = mask_path(rest.rpartition("@")[2])
    return repr(f"{scheme}{slashes}{path}{mark}{'…' if mark else ''}")


def host_and_port(url: str) -> tuple[str, int]:
    """Return host and port of a checked URL."""
    from urllib.parse import urlsplit  # only where something is wrong

    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
