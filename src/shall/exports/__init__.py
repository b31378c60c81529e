"""Writes cases for other tools: a case in, a text and what it lacks out."""
