"""The folders of a project in which cases and requirements are looked for."""

CASE_FOLDERS = ("tests/cases", "test_cases")
SPEC_FOLDERS = ("specs", ".kiro/specs")
