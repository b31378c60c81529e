"""A worker as a process manager starts it: counts, tells the sums when asked, and ends."""

import sys

from shall.serve.observe.metrics import Metrics
from shall.serve.observe.multiprocess import shared_folder
from shall.settings import process_environment

if "--gunicorn" in sys.argv:
    sys.modules["gunicorn"] = sys
folder = shared_folder(process_environment())
metrics = Metrics(folder)
print(folder, flush=True)  # noqa: T201
for line in sys.stdin:
    if line.startswith("count"):
        metrics.take_operation(("ping", "", "", "2026-07-28", "tcp"), 0.03)
        metrics.runs.labels("complete").inc()
        print("counted", flush=True)  # noqa: T201
    else:
        print(metrics.exposition()[0].decode() + "# END", flush=True)  # noqa: T201
