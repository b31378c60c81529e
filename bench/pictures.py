"""Draw the pictures of the README: the matrix and a run of ``shall demo``, light and dark.

scripts/install-test-services
python bench/pictures.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser.tabs import chromium  # noqa: E402 - found on the path just made

IMAGES = ROOT / "docs" / "images"
SHALL = [sys.executable, "-m", "shall"]
SIZE = {"width": 1000, "height": 640}


def main() -> None:
    """Write the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        demo = Path(name) / "shop"
        subprocess.run(
            [*SHALL, "demo", "--no-open", "--to", str(demo)], capture_output=True, check=True
        )
        matrix = subprocess.run(
            [*SHALL, "trace", "--format", "html"], cwd=demo, capture_output=True, check=False
        )
        (demo / "matrix.html").write_bytes(matrix.stdout)
        report = [*SHALL, "report", "--html", "run.html"]
        subprocess.run(report, cwd=demo, capture_output=True, check=True)
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=SIZE, color_scheme=scheme, locale="en-GB")
            for shown, row in (("matrix", ""), ("run", "#cases")):
                page.goto(f"{(demo / shown).as_uri()}.html{row}")
                # The name of the other language: not every machine has a font for it.
                page.eval_on_selector("[data-switch]", "it => it.remove()")
                page.screenshot(path=IMAGES / f"{shown}-{scheme}.png")
            page.close()


if __name__ == "__main__":
    main()
