"""Reads requests and tests of other tools as cases: text in, cases and what was left out, out."""
