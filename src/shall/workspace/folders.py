"""The folders of a project in which cases and requirements are looked for."""

CASE_FOLDERS = ("tests/cases", "test_cases")
"""Where cases are looked for when no path is named: the current folder, then the older one."""

SPEC_FOLDERS = ("specs", ".kiro/specs")
"""Where requirements documents are looked for."""
