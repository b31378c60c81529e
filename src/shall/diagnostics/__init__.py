"""Problems found in specs, cases, settings and links: one record, and its renderers."""

from shall.diagnostics.diagnostic import Diagnostic, Edit, Severity

__all__ = ["Diagnostic", "Edit", "Severity"]
