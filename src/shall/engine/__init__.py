"""Runs test cases and tells what happened."""
