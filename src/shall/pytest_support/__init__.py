"""Test cases as pytest items. Loaded when the first case file is collected."""

from shall.pytest_support.script import case_test

__all__ = ["case_test"]
