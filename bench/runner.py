"""200 cases of 3 requests: `shall run` against the same tests written by hand for pytest.

Also one case of one request, from the command to its end.
"""

import argparse
import sys
import tempfile
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from rounds import fast_server, interleave, show, wall
from workload import ONE_REQUEST, write_cases, write_tests


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as name, fast_server() as host:
        folder = Path(name)
        shall = [sys.executable, "-m", "shall", "run", "--host", host]
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:shall", "-p", "no:cacheprovider"]
        many = write_cases(folder / "many", options.cases)
        contenders = {"shall run": partial(wall, shall, many)}
        for library in ("httpx2", "httpx"):
            if find_spec(library):
                tests = write_tests(folder / library, options.cases, library, host)
                contenders[f"pytest + {library}"] = partial(wall, pytest, tests)
        print(f"{options.cases} cases of 3 requests, {options.rounds} rounds")
        show(interleave(contenders, options.rounds), "shall run")

        one = write_cases(folder / "one", 1, ONE_REQUEST)
        start = {
            "shall run": partial(wall, shall, one),
            "python -c pass": partial(wall, [sys.executable, "-c", "pass"], one),
        }
        print(f"\none case of one request, {options.rounds} rounds")
        show(interleave(start, options.rounds), "shall run")


if __name__ == "__main__":
    main()
