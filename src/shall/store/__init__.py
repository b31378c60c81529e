"""Keeps runs, tool calls and evidence."""
