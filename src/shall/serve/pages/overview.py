"""``/``: where a visitor begins."""

from shall.pages.frame import served
from shall.pages.markup import tag
from shall.serve.pages.page import Answer, PageCall


def make(call: PageCall) -> Answer:
    """Make the page."""
    name = call.workspace.root.name
    return served(name, call.look, tag("main", tag("h1", name)))
