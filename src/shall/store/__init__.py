"""Stores runs, tool calls and evidence."""
