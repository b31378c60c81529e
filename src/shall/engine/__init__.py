"""Runs test cases and reports what happened."""
