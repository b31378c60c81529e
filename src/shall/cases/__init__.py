"""Test cases as data: read, check, write. No input or output."""
