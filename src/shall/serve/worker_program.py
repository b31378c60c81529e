"""What a server starts in processes of their own: ``run_worker``."""

from threading import Lock

from shall.engine.spawned_workers import WorkerProgram
from shall.settings import Settings


def worker_program(settings: Settings) -> WorkerProgram:
    """Return what carries out the large runs of a server."""
    return WorkerProgram("shall.serve.run_worker", settings, Lock())
