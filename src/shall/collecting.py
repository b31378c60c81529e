"""The earlier name of ``shall.pytest_support``: scripts that release 0.1.0 generated import it."""

from shall.pytest_support.script import case_test

__all__ = ["case_test"]
