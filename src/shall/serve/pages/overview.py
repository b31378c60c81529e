"""``/``: how much is proved, what needs attention first, and the last runs."""

from shall.actions.current_proof import current_proof
from shall.actions.run_views import newest_runs
from shall.pages.overview import overview_page
from shall.serve.pages.page import Answer, PageCall

MOST_RUNS = 5


def make(call: PageCall) -> Answer:
    """Make the page; without runs where the server offers no tool that shows them."""
    space = call.workspace
    proof = current_proof(space, call.language)
    may_see_runs = call.session.access.offers("get_test_results", "read")
    runs = newest_runs(space, MOST_RUNS).lines if may_see_runs else ()
    return overview_page(proof, call.look, space.root.name, runs, MOST_RUNS)
