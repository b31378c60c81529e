"""Loads the fast YAML parser on a thread that lives as long as the process.

``yaml_rs`` 0.1.6 brings its own allocator (mimalloc 3), which binds its state to the thread that
loads it. Where that was a worker thread, and the worker ended, the next call from a new thread is a
segmentation fault. The main thread lives long enough; from any other one the import is handed to a
daemon thread that never ends.
"""

import importlib
import threading
from types import ModuleType

_NAME = "yaml_rs"


def load_parser() -> ModuleType:
    """Return the module ``yaml_rs``. Raises ``ImportError`` where it cannot be imported."""
    if threading.current_thread() is threading.main_thread():
        return importlib.import_module(_NAME)
    done = threading.Event()
    faults: list[ImportError] = []

    def load_and_stay() -> None:
        try:
            importlib.import_module(_NAME)
        except ImportError as error:
            faults.append(error)
        done.set()
        threading.Event().wait()

    threading.Thread(target=load_and_stay, name="yaml_rs", daemon=True).start()
    done.wait()
    if faults:
        raise faults[0]
    return importlib.import_module(_NAME)
