from tests.imports.conftest import _running_recorder, recorder

__all__ = ["_running_recorder", "recorder"]
