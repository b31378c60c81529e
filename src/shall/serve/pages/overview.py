"""``/``: how much is proved, and what needs attention first."""

from shall.actions.current_proof import current_proof
from shall.pages.overview import overview_page
from shall.serve.pages.page import Answer, PageCall


def make(call: PageCall) -> Answer:
    """Make the page."""
    proof = current_proof(call.workspace, call.language)
    return overview_page(proof, call.look, call.workspace.root.name)
