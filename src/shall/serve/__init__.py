"""Puts the server on a transport."""
