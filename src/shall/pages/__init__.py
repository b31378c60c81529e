"""Writes matrix, runs and history as HTML."""
