"""The engine alone: requests a second, and what a case costs beside its requests.

Cases stand in memory: no file is read, nothing is kept, no process is started. The bare contender
sends the same requests with the same sender, without cases, checks and results; the difference is
what a case costs.
"""

import argparse
import asyncio
import gc
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from rounds import fast_server, interleave, show
from workload import CASE

from shall.actions.files import Files
from shall.cases.reading import read_case
from shall.engine.job import Job, RunOptions
from shall.engine.run import run_jobs
from shall.results.encoding import result_to_json
from shall.transport.exchange import Request
from shall.transport.http.sender import CurlSender

JSON = (("Content-Type", "application/json"),)


async def run_cases(jobs: list[Job], host: str, concurrency: int, folder: Path) -> None:
    """Run the cases; every one must pass."""
    sender, files = CurlSender(), Files(folder)
    options = RunOptions("bench", host=host, concurrency=concurrency)
    try:
        result = await run_jobs(jobs, options, sender, files, lambda _: None)
    finally:
        sender.close()
        files.close()
    if not result.all_hold:
        bad = next(case for case in result.cases if case.outcome != "passed")
        raise SystemExit(json.dumps(result_to_json(bad), indent=1))


async def send_bare(count: int, host: str, concurrency: int) -> None:
    """Send the requests of as many cases and look at no answer but its status."""
    sender = CurlSender()
    numbers = iter(range(1, count + 1))

    async def work() -> None:
        for number in numbers:
            session = sender.session()
            bearer = (("Authorization", f"Bearer tok-{number}"),)
            login = json.dumps({"username": f"user{number}", "password": "secret"}).encode()
            order = json.dumps({"item": "book", "quantity": 2, "user_id": number}).encode()
            for request in (
                Request("POST", f"{host}/login", JSON, login),
                Request("GET", f"{host}/users/{number}", bearer),
                Request("POST", f"{host}/orders", (*bearer, *JSON), order),
            ):
                assert (await session.send(request)).status < 400
            session.close()

    await asyncio.gather(*(work() for _ in range(concurrency)))
    sender.close()


def timed(work: Callable[[], Awaitable[None]]) -> float:
    """Give the seconds of one round in a loop of its own."""

    async def round_() -> float:
        begin = time.perf_counter()
        await work()
        return time.perf_counter() - begin

    gc.collect()
    return asyncio.run(round_())


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--concurrency", type=int, default=16)
    options = parser.parse_args()

    jobs = [
        Job(f"tests/cases/case_{n:04}.yaml", read_case(CASE.format(n=n), "case.yaml"))
        for n in range(1, options.cases + 1)
    ]
    with tempfile.TemporaryDirectory() as name, fast_server() as host:
        args = host, options.concurrency
        contenders = {
            "engine": partial(timed, partial(run_cases, jobs, *args, Path(name))),
            "engine, one at a time": partial(timed, partial(run_cases, jobs, host, 1, Path(name))),
            "bare requests": partial(timed, partial(send_bare, options.cases, *args)),
        }
        print(f"{options.cases} cases of 3 requests, {options.rounds} rounds")
        show(interleave(contenders, options.rounds), "engine")


if __name__ == "__main__":
    main()
