"""The style and the script of the pages, at addresses that change with their content."""

from functools import cache

from starlette.responses import Response
from starlette.types import Scope

from shall.pages.frame import asset, asset_digest

ASSETS = {"style.css": "text/css", "script.js": "text/javascript"}
"""Each asset and its media type."""

FOLDER = "/assets/"

_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def digests() -> dict[str, str]:
    """Return what names the content of each asset, for its address."""
    for_urls = str.maketrans("+/", "-_", "=")
    return {name: asset_digest(name).translate(for_urls)[:16] for name in ASSETS}


def asset_response(scope: Scope) -> Response:
    """Answer with the asset that the path names: for everybody the same."""
    name = scope["path"].removeprefix(FOLDER)
    if name not in ASSETS:
        return Response(status_code=404)
    is_this_one = scope["query_string"] == digests()[name].encode("ascii")
    headers = {
        "Cache-Control": _FOR_EVER if is_this_one else "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(asset(name), headers=headers, media_type=ASSETS[name])
