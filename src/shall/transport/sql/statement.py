"""What is installed where a statement goes to a database."""

from shall.errors import QueryFailed

_EXTRAS = {"postgresql": "postgres", "mysql": "mysql", "sqlite": "sql"}


def missing_extra(kind: str) -> QueryFailed:
    """Return the error for what is not installed."""
    extra = _EXTRAS[kind]
    return QueryFailed(
        f"SQL needs the extra {extra}, which is not installed.",
        hint=f"Install it: pip install 'shall[{extra}]'.",
    )
