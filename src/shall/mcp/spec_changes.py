"""Notifies subscribed clients of changed resources.

The documents are looked at every two seconds, and only while a client is subscribed: no event of
the file system is needed, so it works in containers and on network folders.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Protocol

import anyio
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ResourcesListChanged,
    ResourceUpdated,
    ServerEvent,
)

from shall.errors import ShallError
from shall.mcp.spec_resources import FEATURES, GATE, MATRIX, SCHEME
from shall.specs.layouts import FOLDERS, Role, document_at
from shall.workspace.workspace import Workspace

POLL_S = 2.0
MOST_FOLLOWED = 1000
"""Subscriptions of sessions that are held; beyond them the oldest ends. Nobody has to end one."""

_EVIDENCE = ".shall/evidence"
_BASELINE = "baseline"
_log = logging.getLogger(__name__)

Stamps = Mapping[str, tuple[int, ...] | None]


class Follower(Protocol):
    """The session of a client up to 2025-11-25."""

    async def send_resource_updated(self, uri: str) -> None:
        """Notify of a changed resource."""
        ...

    async def send_resource_list_changed(self) -> None:
        """Notify of a changed list of resources."""
        ...


class SpecChanges(InMemorySubscriptionBus):
    """The changes of one workspace, for streams of ``subscriptions/listen`` and for sessions."""

    def __init__(self) -> None:
        super().__init__()
        self._followers: dict[tuple[int, str], Follower] = {}
        self._streams: set[object] = set()
        self._wanted = anyio.Event()

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        """Register a stream; return what ends it."""
        unsubscribe = super().subscribe(listener)
        stream = object()
        self._streams.add(stream)
        self._wanted.set()

        def end() -> None:
            self._streams.discard(stream)
            unsubscribe()

        return end

    def follow(self, session: Follower, uri: str) -> None:
        """Subscribe a session to changes of one resource."""
        self._followers[id(session), uri] = session
        if len(self._followers) > MOST_FOLLOWED:
            del self._followers[next(iter(self._followers))]
        self._wanted.set()

    def unfollow(self, session: Follower, uri: str) -> None:
        """End what ``follow`` began."""
        self._followers.pop((id(session), uri), None)

    async def watch(self, workspace: Callable[[], Workspace]) -> None:
        """Publish changes until cancelled."""
        while True:
            await self._wanted.wait()
            before = _stamps(workspace)
            while self._streams or self._followers:
                await anyio.sleep(POLL_S)
                after = await anyio.to_thread.run_sync(_stamps, workspace)
                for event in _events(before, after):
                    await self.publish(event)
                    await self.send(event)
                before = after
            self._wanted = anyio.Event()

    async def send(self, event: ServerEvent) -> None:
        """Notify the sessions that follow what changed; those of clients that left are dropped."""
        notified: set[int] = set()
        for (number, uri), session in list(self._followers.items()):
            try:
                if isinstance(event, ResourcesListChanged):
                    if number not in notified:
                        notified.add(number)
                        await session.send_resource_list_changed()
                elif isinstance(event, ResourceUpdated) and event.uri == uri:
                    await session.send_resource_updated(uri)
            except Exception as error:  # noqa: BLE001 - one client must not end those of others
                _log.debug("a change could not be sent: %r", error)
                self._followers.pop((number, uri), None)


def _stamps(workspace: Callable[[], Workspace]) -> Stamps:
    try:
        return stamps_of(workspace())
    except (ShallError, OSError):
        return {}  # there is no workspace, or it is gone


def stamps_of(space: Workspace) -> Stamps:
    """Return what changes when documents, evidence or the baseline of a workspace do."""
    files = space.files
    paths: list[str] = []
    for folder in FOLDERS:
        with suppress(ShallError):
            paths += files.find(folder, (".md",))
    stamps: dict[str, tuple[int, ...] | None] = {path: files.stamp(path) for path in paths}
    if space.evidence is not None:
        with suppress(ShallError):
            facts = space.evidence.newest()
            newest = max((fact.at.timestamp() for fact in facts), default=0.0)
            stamps[_EVIDENCE] = (len(facts), int(newest * 1e6))
    if space.state.is_relative_to(space.root):
        with suppress(ShallError):
            path = space.state.relative_to(space.root) / "baseline.jsonl"
            stamps[_BASELINE] = files.stamp(path.as_posix())
    return stamps


def _events(before: Stamps, after: Stamps) -> Iterator[ServerEvent]:
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    if not changed:
        return
    documents = {path: document_at(path) for path in changed}
    features = {
        it.feature: path
        for path, it in documents.items()
        if it is not None and it.role is Role.REQUIREMENTS
    }
    if any(path not in before or path not in after for path in features.values()):
        yield ResourcesListChanged()
    for feature in sorted(features):
        yield ResourceUpdated(f"{SCHEME}{feature}/requirements")
    if features:
        yield ResourceUpdated(FEATURES)
    if changed != {_BASELINE}:
        yield ResourceUpdated(MATRIX)
    yield ResourceUpdated(GATE)
