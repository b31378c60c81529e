"""``/live``: the events of runs that go on; and the form that asks one to stop."""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import anyio
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from shall.actions.results import opened_store
from shall.actions.stop_run import ask_to_stop
from shall.errors import ShallError
from shall.pages.live import MOST_KNOWN, event_of
from shall.results.listing import LiveRun
from shall.serve.live import Watch, is_live
from shall.serve.pages.page import PageCall

HEARTBEAT_S = 15.0
"""A comment is sent where nothing was, so that no proxy takes the stream for dead."""

LONGEST_S = 600.0
"""A stream ends after this time, and its page opens another: so a token that was taken back, or a
login that is over, sees no more for long."""

RETRY_MS = 2000
"""How long a browser waits before it opens a stream again that broke."""

MOST_STREAMS = 200
"""Streams of one process; who asks for one more is answered 503."""


async def make(call: PageCall) -> Response:
    """Answer with the events of all runs that go on, or of the one that is named."""
    if len(call.context.live) >= MOST_STREAMS:
        return Response(status_code=503, headers={"Retry-After": "10"})
    space = await call.session.workers.call(lambda: call.workspace)
    return _Stream(call, space.root)


def stop(call: PageCall) -> Response:
    """Request a run to stop, and show it again."""
    run_id = call.path["run_id"]
    ask_to_stop(call.workspace, run_id)
    return RedirectResponse(call.look.links.run(run_id), 303)


class _Stream(Response):
    """A stream of events, as long as its reader stays."""

    media_type = "text/event-stream"

    def __init__(self, call: PageCall, root: Path) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._call = call
        self._root = root
        self._only = call.query.get("run", "")
        last = call.request.headers.get("last-event-id", "")
        known = self._only or f"{call.query.get('known', '')},{last}"
        self._known = [it for it in dict.fromkeys(known.split(",")) if it][: 2 * MOST_KNOWN]
        self._sent: dict[str, LiveRun] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the reader leaves, the server does, or it took long enough."""
        if scope["method"] == "HEAD":
            await super().__call__(scope, receive, send)
            return
        context = self._call.context
        with context.streams.one(), context.live.listen(self._root, self._read) as watch:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with anyio.create_task_group() as group:
                group.start_soon(_until_gone, receive, group.cancel_scope)
                with anyio.move_on_after(LONGEST_S):
                    await self._send_all(watch, send)
                group.cancel_scope.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_all(self, watch: Watch, send: Send) -> None:
        text = f"retry: {RETRY_MS}\n\n"
        found: Collection[LiveRun] = ()
        with suppress(ShallError):  # what cannot be read now may be in a moment
            found = await self._read(self._known)
            watch.add(found)
        while True:
            text += "".join(self._events(found))
            await send(
                {"type": "http.response.body", "body": text.encode("ascii"), "more_body": True}
            )
            if self._only in self._sent and not is_live(self._sent[self._only]):
                return
            text = await self._waited(watch)
            found = watch.runs.values()

    async def _waited(self, watch: Watch) -> str:
        """Wait for a change that is not sent yet; return a comment where none came in time."""
        changed = watch.changed
        if any(self._is_new(it) for it in watch.runs.values()):
            return ""
        with anyio.move_on_after(HEARTBEAT_S):
            await changed.wait()
            return ""
        return ":\n\n"

    def _events(self, found: Collection[LiveRun]) -> Iterator[str]:
        for run in sorted(found, key=lambda it: it.line.started_at):
            if not self._is_new(run):
                continue
            self._sent[run.line.run_id] = run
            mask = self._call.session.workspaces.redactor.text
            data = json.dumps(event_of(run, self._call.language, mask))
            live = [it.line.run_id for it in self._sent.values() if is_live(it)]
            yield f"id: {','.join(live[-MOST_KNOWN:])}\nevent: run\ndata: {data}\n\n"

    def _is_new(self, run: LiveRun) -> bool:
        is_wanted = not self._only or run.line.run_id == self._only
        return is_wanted and self._sent.get(run.line.run_id) != run

    async def _read(self, named: Collection[str]) -> Sequence[LiveRun]:
        return await self._call.session.workers.call(self._read_now, named)

    def _read_now(self, named: Collection[str]) -> Sequence[LiveRun]:
        # The workspace may have been closed meanwhile, where there are many: it is chosen again.
        with self._call.session.workspaces.in_use():
            space = self._call.session.workspace(self._call.query.get("workspace") or None)
            return opened_store(space).live_runs(named)


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
