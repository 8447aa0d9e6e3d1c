"""The machine's own Chromium: one for all tests, and pages whose faults fail the test."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    WebError,
    expect,
    sync_playwright,
)

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
# Any name below .test is this machine; every other one but its own is nowhere.
HOSTS = "MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
PHONE = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True, "locale": "zh-CN"}
DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN"}
PATIENCE_MS = 15_000
AXE = Path(__file__).parents[1] / "clients" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}


# Where pictures of the pages are left to be looked at; nowhere unless asked for.
SHOTS = os.environ.get("KAQUAN_TEST_SHOTS", "")


def picture(page: Page, name: str) -> None:
    """Leave a picture of a whole page, where that is asked for."""
    if not SHOTS:
        return
    size = page.viewport_size
    assert size is not None
    # Bars that stick to the window's edge would otherwise stand across the page.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**size, "height": max(size["height"], height)})
    page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))
    page.set_viewport_size(size)


class NoBrowserError(Exception):
    """No Chromium is installed."""


def find_browser() -> str:
    """Return the path of Chromium or Chrome.

    Raises:
        NoBrowserError: there is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None) or (str(MAC) if MAC.exists() else None)
    if found is None:
        raise NoBrowserError("the tests need Chromium: run `make test`, or apt-get install chromium")
    return found


def running_browser() -> Iterator[Browser]:
    """Run the browser as long as a fixture lasts; nothing it loads comes from beyond this machine."""
    arguments = [f"--host-resolver-rules={HOSTS}", "--no-proxy-server"]
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=arguments, chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()


@contextmanager
def no_running_loop() -> Iterator[None]:
    """Hide the event loop that the browser's fixture leaves half-way through a step, so that a test may run its own."""
    # A thread has one running loop, and there is no other way to lay it aside.
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(running)


class Faults:
    """What went wrong in a test's pages: errors in the console, uncaught ones, requests that failed."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Let faults pass that match; one of them has to come."""
        self._expected.append(re.compile(pattern))

    def watch(self, context: BrowserContext) -> None:
        """Collect the faults of every page of a context, those that it opens too."""
        context.on("console", self._console)
        context.on("weberror", self._uncaught)
        context.on("requestfailed", self._failed)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"console: {message.text} ({message.location['url']})")

    def _uncaught(self, fault: WebError) -> None:
        self.seen.append(f"uncaught: {fault.error}")

    def _failed(self, request: Request) -> None:
        # A page that closes or moves on gives up what it was still loading.
        if request.failure != "net::ERR_ABORTED":
            self.seen.append(f"failed: {request.method} {request.url}: {request.failure}")

    def check(self) -> None:
        """Fail on faults that nobody expected, and on expected ones that did not come."""
        surprises = [fault for fault in self.seen if not any(one.search(fault) for one in self._expected)]
        missed = [one.pattern for one in self._expected if not any(one.search(fault) for fault in self.seen)]
        assert (surprises, missed) == ([], []), f"not expected: {surprises}, expected in vain: {missed}"


class Devices:
    """Phones and desktops, each with cookies of its own.

    Args:
        browser: the session's.
        faults: where what goes wrong on any of them is collected.
    """

    def __init__(self, browser: Browser, faults: Faults) -> None:
        self._browser = browser
        self._faults = faults
        self._contexts: list[BrowserContext] = []

    def phone(self, **options: Any) -> Page:
        """Return a page on another phone of 360 by 640; ``options`` are a browser context's."""
        return self._page({**PHONE, **options})

    def desktop(self, **options: Any) -> Page:
        """Return a page on another desktop of 1280 by 800."""
        return self._page({**DESKTOP, **options})

    def _page(self, options: dict[str, Any]) -> Page:
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        self._faults.watch(context)
        self._contexts.append(context)
        return context.new_page()

    def close(self) -> None:
        """Let every page say what it still has to say, and put the devices away."""
        for context in self._contexts:
            for page in context.pages:
                _settle(page)
            context.close()


def _settle(page: Page) -> None:
    # A page may be closing itself or moving on at this moment.
    with suppress(Error):
        page.evaluate("0")


def look(page: Page, name: str) -> None:
    """Check what everybody has to find on a page, and leave a picture of it."""
    assert_fits(page)
    picture(page, name)
    assert_accessible(page)


def assert_fits(page: Page) -> None:
    """Fail where something of a page lies beyond its right edge."""
    # A click has come back when another page begins.
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is wider than the device"


def assert_accessible(page: Page) -> None:
    """Fail on serious and critical findings of axe-core, each with where it is."""
    page.wait_for_load_state()
    # Not through a script element, which the pages' policy refuses.
    page.evaluate(AXE.read_text("utf-8"))
    # All that is well is neither gathered nor sent here, which would take most of the time.
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(({violations}) => violations)")
    serious = [one for one in found if one["impact"] in SERIOUS]
    said = [f"{one['id']}: {one['help']}: {node['html']}" for one in serious for node in one["nodes"]]
    assert said == [], json.dumps(said, indent=1, ensure_ascii=False)
