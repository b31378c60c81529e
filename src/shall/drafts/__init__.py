"""Drafts of tests, made from what criteria say."""
