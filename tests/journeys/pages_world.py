"""A browser, and people who are signed in to it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, TimeoutError, ViewportSize, sync_playwright

from accounts.models import User

FLAGS = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}
PASSWORD = "long-enough-password"  # of everybody whom accounts_world makes
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser, drawing WebGL in software."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A page of the product as one person sees it; whatever the browser complains of is kept."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        size: ViewportSize,
        *,
        scripts: bool = True,
        person: User | None = None,
    ) -> None:
        self.address, self.complaints = address, list[str]()
        context = browser.new_context(viewport=size, locale="zh-CN", java_script_enabled=scripts)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type == "error" else None
        )

        if person:
            self._sign_in(person)

    def _sign_in(self, person: User) -> None:
        self.page.goto(f"{self.address}/accounts/login/")
        self.page.fill("[name=login]", str(person.username))
        self.page.fill("[name=password]", PASSWORD)
        self.press("main form .button")

    def go(self, path: str) -> None:
        """Open a page; it answers well and is no wider than the screen."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        assert answer.url == self.address + path, f"{path} led to {answer.url}"
        self.fits()

    def press(self, selector: str) -> None:
        """Press a button or link that leads to another page."""
        self.page.click(selector)
        self.page.wait_for_load_state()

    def wait_for(self, selector: str) -> None:
        """Wait until a script has done its work; what the browser complained of says why it has not."""
        try:
            self.page.wait_for_selector(selector, timeout=45_000)
        except TimeoutError as problem:
            raise AssertionError(f"{selector} never came: {self.complaints}") from problem

    def fits(self) -> None:
        """Nothing sticks out to the side."""
        wide = self.page.locator("html").evaluate("html => html.scrollWidth - html.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"

    def text(self) -> str:
        """What stands on the page."""
        return self.page.inner_text("main")

    def barriers(self) -> list[str]:
        """What axe finds to keep people out."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations"
        )
        return [f"{self.page.url} {one['id']}: {one['nodes'][0]['html']}" for one in found]


def open_calendar(now: datetime) -> dict[str, str]:
    """The calendar of a round that opened an hour ago."""
    return _calendar(now - timedelta(hours=1), days=1)


def past_calendar(now: datetime) -> dict[str, str]:
    """The calendar of a round that opened fifty days ago; its results were due an hour ago."""
    return _calendar(now - timedelta(days=50, hours=1), days=12.5)


def _calendar(opens_at: datetime, *, days: float) -> dict[str, str]:
    """A calendar whose phases are all equally long."""
    names = ("opens_at", "closes_at", "review_until", "draw_at", "results_at", "confirm_until")
    moments = (opens_at + timedelta(days=days) * place for place in range(len(names)))
    return {
        "published_on": (opens_at - timedelta(days=30)).date().isoformat(),
        **{name: at.isoformat() for name, at in zip(names, moments, strict=True)},
    }
