"""Instructions of the prompts and templates of documents, in each language."""

from functools import lru_cache
from importlib.resources import files

LANGUAGES = ("en", "zh")
KINDS = ("requirements", "design", "tasks")


@lru_cache
def instructions(prompt: str, language: str) -> str:
    """Return the instructions of a prompt in one of ``LANGUAGES``."""
    return _read(language, f"{prompt}.md")


@lru_cache
def template(kind: str, language: str) -> str:
    """Return the template of one of ``KINDS`` in one of ``LANGUAGES``."""
    return _read(language, "templates", f"{kind}.md")


def _read(*names: str) -> str:
    return files(__name__).joinpath(*names).read_text("utf-8")
