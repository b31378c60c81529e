"""The engine alone: requests a second, and what a case costs beside its requests.

Cases stand in memory: no file is read, nothing is kept, no process is started. The bare contender
sends the same requests with the same sender, without cases, checks and results; the difference is
what a case costs.
"""

import argparse
import gc
import json
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rounds import fast_server, interleave, show
from workload import CASE

from shall.cases.reader import read_case
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.run import RunContext, run_jobs
from shall.results.encoding import result_to_json
from shall.transport.exchange import Request, Response
from shall.transport.http.loop import CurlLoop
from shall.transport.waits import Work
from shall.workspace.files import Files

JSON = (("Content-Type", "application/json"),)


def run_cases(jobs: list[Job], host: str, concurrency: int, folder: Path) -> None:
    """Run the cases; every one must pass."""
    loop, files = CurlLoop(), Files(folder)
    options = RunOptions(run_id="bench", host=host, concurrency=concurrency)
    try:
        context = RunContext(loop, files, lambda _: None)
        summary = run_jobs(jobs, len(jobs), options, context)
    finally:
        loop.close()
        files.close()
    if not summary.all_hold:
        raise SystemExit(json.dumps(result_to_json(summary.bad[0]), indent=1))


def send_bare(count: int, host: str, concurrency: int) -> None:
    """Send the requests of as many cases and look at no answer but its status."""
    loop = CurlLoop()
    numbers = iter(range(1, count + 1))

    def work() -> Work[None]:
        for number in numbers:
            bearer = (("Authorization", f"Bearer tok-{number}"),)
            login = json.dumps({"username": f"user{number}", "password": "secret"}).encode()
            order = json.dumps({"item": "book", "quantity": 2, "user_id": number}).encode()
            for request in (
                Request("POST", f"{host}/login", JSON, login),
                Request("GET", f"{host}/users/{number}", bearer),
                Request("POST", f"{host}/orders", (*bearer, *JSON), order),
            ):
                response: Response = yield request
                assert response.status < 400

    tasks = [loop.start(work()) for _ in range(concurrency)]
    while not all(task.is_done for task in tasks):
        loop.step()
    loop.close()


def timed(work: Callable[[], None]) -> float:
    """Return the seconds of one round."""
    gc.collect()
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


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
