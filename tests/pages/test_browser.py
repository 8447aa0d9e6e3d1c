"""The browser that tests are given tells of everything that goes wrong in a page."""

from __future__ import annotations

import asyncio

import pytest
from playwright.sync_api import Page, Route

from support.browser import Devices, Faults, assert_accessible

BLANK = "<!doctype html><html lang=en><title>t</title><main><h1>t</h1></main>"


def show(page: Page, html: str, url: str = "http://shop.test/") -> None:
    def answer(route: Route) -> None:
        known = route.request.url == url
        route.fulfill(status=200 if known else 404, content_type="text/html", body=html if known else "")

    page.context.route("**/*", answer)
    page.goto(url)


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<script>console.error('ouch')</script>", "^console: ouch"),
        ("<script>throw new Error('ouch')</script>", "^uncaught: .*ouch"),
        ("<script>Promise.reject(new Error('later'))</script>", "^uncaught: .*later"),
        ("<img src=/gone.png>", "^console: Failed to load resource: .* 404"),
    ],
)
def test_each_kind_of_fault_is_seen(phone: Page, faults: Faults, html: str, fault: str) -> None:
    show(phone, BLANK + html)
    phone.wait_for_load_state("networkidle")
    faults.expect(fault)


def test_a_host_beyond_this_machine_is_nowhere(phone: Page, faults: Faults) -> None:
    faults.expect(r"^failed: GET http://example\.com/.*ERR_NAME_NOT_RESOLVED")
    faults.expect(r"^console: .*ERR_NAME_NOT_RESOLVED")
    phone.set_content(BLANK + "<img src=http://example.com/a.png>")


def test_a_fault_that_nobody_expected_fails_the_test() -> None:
    seen = Faults()
    seen.seen.append("console: ouch")
    with pytest.raises(AssertionError):
        seen.check()
    seen.expect("ouch")
    seen.check()
    seen.expect("never")
    with pytest.raises(AssertionError):
        seen.check()


def test_sizes_are_those_of_a_phone_and_a_desktop(devices: Devices) -> None:
    size = "[innerWidth, innerHeight]"
    phone, desktop = devices.phone(), devices.desktop()
    for page in (phone, desktop):
        page.set_content("<meta name=viewport content='width=device-width, initial-scale=1'>")
    assert (phone.evaluate(size), desktop.evaluate(size)) == ([360, 640], [1280, 800])


def test_what_people_with_a_screen_reader_miss_is_found(desktop: Page) -> None:
    show(desktop, BLANK)
    assert_accessible(desktop)
    desktop.evaluate("document.querySelector('main').innerHTML = '<h1>t</h1><button></button>'")
    with pytest.raises(AssertionError, match="button-name"):
        assert_accessible(desktop)


def test_other_tests_may_run_event_loops() -> None:
    assert asyncio.run(asyncio.sleep(0, "ran")) == "ran"
