"""Tabs of a real browser: how a page is opened in one, and what is wrong with the page."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / ".services"
SCREENSHOTS = ROOT / ".screenshots"
PICTURES = "SCREENSHOTS"
"""The environment variable that asks for pictures of the pages."""

WIDTHS = {"desktop": 1280, "phone": 390}
VIEWS = (
    ("en", "desktop", "light"),
    ("en", "phone", "dark"),
    ("zh", "desktop", "dark"),
    ("zh", "phone", "light"),
)
"""Any two of language, width and colours occur together once."""

Open = Callable[..., "Tab"]

_TALLEST = 4000
_NOTE_VIOLATIONS = """addEventListener("securitypolicyviolation", it =>
    console.error(`the policy blocks ${it.violatedDirective} ${it.blockedURI} ${it.sample}`))"""
_FIND_FAULTS = """async (rules) => {
    const found = await axe.run(document, {
        preload: false, resultTypes: ["violations"], ...(rules.length ? {runOnly: rules} : {})});
    return found.violations.filter(it => ["serious", "critical"].includes(it.impact))
    .flatMap(it => it.nodes.map(node => `${it.id}: ${node.html.slice(0, 200)}: `
        + [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ")));
}"""
_FIND_WIDER = """() => {
    const width = document.documentElement.clientWidth;
    const cut = [...document.querySelectorAll("main, main *:not(.unseen)")]
        .filter(it => (getComputedStyle(it).contentVisibility === "auto"
                || ["hidden", "clip"].includes(getComputedStyle(it).overflowX))
            && it.clientWidth > 1 && it.scrollWidth > it.clientWidth + 1)
        .map(it => `cuts off its text: ${it.outerHTML.slice(0, 200)}`);
    if (document.documentElement.scrollWidth <= width) return cut;
    return [...cut, `scrolls to ${document.documentElement.scrollWidth} px`]
        .concat([...document.querySelectorAll("body *")]
            .filter(it => it.getBoundingClientRect().right > width + 0.5)
            .slice(0, 5)
            .map(it => `wider than the screen: ${it.outerHTML.slice(0, 200)}`));
}"""


class Tab:
    """A tab in a browser of its own language, with what the browser complains of."""

    def __init__(self, context: "BrowserContext") -> None:
        self.context = context
        self.page: Page = context.new_page()
        self._complaints: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", self._note_error)

    def _note(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self._complaints.append(message.text)

    def _note_error(self, error: Any) -> None:
        self._complaints.append(str(error))

    def sign_in(self, token: str) -> None:
        """Fill in the form to sign in that the tab shows."""
        self.page.locator("input[name=token]").fill(token)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("navigation").wait_for()

    def complained(self) -> list[str]:
        """Return what the browser complained of since the last call."""
        complaints, self._complaints = self._complaints, []
        return complaints

    def show(self, width: str, scheme: str) -> None:
        """Change the colours that the person prefers, and the size of the window.

        It becomes as high as the page, since what lies below a window may not be drawn.
        """
        self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type,unused-ignore]
        for height in (900, 0):
            whole = self.page.evaluate("() => document.documentElement.scrollHeight")
            size = {"width": WIDTHS[width], "height": height or min(whole, _TALLEST)}
            self.page.set_viewport_size(size)  # type: ignore[arg-type,unused-ignore]

    def faults(self, *rules: str) -> list[str]:
        """Return what axe finds serious or critical, and what is wider than the screen or its box.

        ``rules`` are the ids of those that axe holds the page to, instead of all.
        """
        found: list[str] = self.page.evaluate(_FIND_WIDER)
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(_axe())
        found += self.page.evaluate(_FIND_FAULTS, rules)
        return found

    def picture(self, name: str) -> None:
        """Store a picture of the page, where the environment asks for pictures."""
        if PICTURES in os.environ:
            SCREENSHOTS.mkdir(exist_ok=True)
            self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Run the system's Chromium; stop it in the end."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    installed = SERVICES / "playwright"
    assert program, "run scripts/install-test-services (make test does)"
    assert installed.is_dir(), "run scripts/install-test-services (make test does)"
    if str(installed) not in sys.path:
        sys.path.append(str(installed))
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - found on the path just made

    with sync_playwright() as playwright:
        # The tests may run as root, for whom Chromium has no sandbox. All pages are our own.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def new_tab(browser: "Browser", language: str = "en", **options: Any) -> Tab:
    """Open an empty tab, signed in nowhere."""
    locale = {"en": "en-GB", "zh": "zh-CN"}[language]
    context = browser.new_context(locale=locale, reduced_motion="reduce", **options)
    context.set_default_timeout(20_000)
    context.add_init_script(_NOTE_VIOLATIONS)
    return Tab(context)


@cache
def _axe() -> str:
    return (SERVICES / "axe/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
