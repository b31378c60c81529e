"""The shall command and the two commands of earlier projects."""

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the shall command; give its exit status."""
    raise NotImplementedError


def serve_as_before(argv: Sequence[str] | None = None) -> int:
    """Run ``api-auto-test-mcp``; give its exit status."""
    raise NotImplementedError


def serve_spec_before(argv: Sequence[str] | None = None) -> int:
    """Run ``python -m mcp_server_spec.main``; give its exit status."""
    raise NotImplementedError
