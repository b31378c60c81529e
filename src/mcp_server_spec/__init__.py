"""Kept name of an earlier package."""
