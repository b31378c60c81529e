from collections.abc import Callable
from typing import Any

import pytest

from shall.serve.auth import PUBLIC, metadata_routes, public_paths
from shall.settings import Settings

WELL_KNOWN = "/.well-known/oauth-protected-resource"


@pytest.mark.verifies("auth#3.5")
def test_the_challenge_leads_to_the_metadata(guard_jwt: Callable[..., Any]) -> None:
    guarded = guard_jwt(path="/mcp")
    challenge = guarded.get().headers["WWW-Authenticate"]
    url = f"{guarded.url}{WELL_KNOWN}/mcp"
    assert challenge == f'Bearer realm="shall", resource_metadata="{url}"'
    shown = guarded.get(f"{WELL_KNOWN}/mcp")
    assert shown.json() == {
        "resource": f"{guarded.url}/mcp",
        "authorization_servers": ["https://id.example/"],
        "scopes_supported": ["read", "run", "write", "admin"],
        "bearer_methods_supported": ["header"],
        "resource_name": "shall",
    }
    assert guarded.get(WELL_KNOWN).json() == shown.json()
    assert guarded.get(f"{WELL_KNOWN}/other").status_code == 401


@pytest.mark.verifies("auth#3.5")
def test_behind_a_proxy_the_public_url_is_reported(guard_jwt: Callable[..., Any]) -> None:
    public = "https://example.com/team/mcp"
    guarded = guard_jwt(public_url=public)
    url = f"https://example.com{WELL_KNOWN}/team/mcp"
    assert f'resource_metadata="{url}"' in guarded.get().headers["WWW-Authenticate"]
    assert guarded.get(f"{WELL_KNOWN}/team/mcp").json()["resource"] == public


def test_a_host_that_is_none_does_not_get_into_the_challenge(
    guard_jwt: Callable[..., Any],
) -> None:
    answer = guard_jwt().get(headers={"Host": 'a", error="x'})
    assert answer.status_code in {400, 401}
    assert 'error="x' not in answer.headers.get("WWW-Authenticate", "")


def test_without_an_authorization_server_there_is_nothing_to_tell() -> None:
    assert metadata_routes(Settings(auth_token="t")) == []
    assert public_paths(Settings(auth_token="t")) == PUBLIC
