"""The public checker of signatures, as anybody opens it."""

from __future__ import annotations

import sqlite3
import time

import pytest
from lab_data import APPID, CARD, CODE, JSAPI, NONCE, NOW, PAGE, TIME, of_values, sha1, string1
from playwright.sync_api import Page, expect

from kaquan.actions.throttle import forget_tries, try_once
from kaquan.rules.throttle import LAB_ADDRESS
from support.api import Http
from support.browser import Devices, Faults, assert_accessible
from support.server import Server

RIGHT = of_values(NOW, CARD, TIME, NONCE, CODE)
SORTED = TIME + CODE + NONCE + NOW + CARD
VALUES = {"api_ticket": NOW, "card_id": CARD, "timestamp": TIME, "nonce_str": NONCE, "code": CODE}


def opened(page: Page, server: Server, tab: str = "batchAddCard", lang: str = "zh") -> Page:
    page.goto(f"{server.base_url}/lab/signature?tab={tab}&lang={lang}")
    return page


def fill(page: Page, **values: str) -> None:
    """Fill in the form and send it."""
    for name, value in values.items():
        page.fill(f"#{name}", value)
    page.click("button[type=submit]")


def test_the_sorted_values_and_their_digest_are_shown(phone: Page, sqlite_server: Server) -> None:
    opened(phone, sqlite_server)
    assert_accessible(phone)
    fill(phone, **VALUES)
    expect(phone.locator("#string")).to_have_text(SORTED)
    expect(phone.locator("#right")).to_have_text(RIGHT)
    expect(phone.locator("[role=status]")).to_have_count(0)
    assert_accessible(phone)


def test_a_mistake_is_named_in_the_visitors_language(desktop: Page, sqlite_server: Server) -> None:
    wrong = of_values(NOW, CARD, str(int(TIME) - 5), NONCE, CODE)
    opened(desktop, sqlite_server)
    fill(desktop, **VALUES, signature=wrong)
    expect(desktop.locator("[role=status]")).to_have_text("签名不对")
    expect(desktop.locator(".mistake")).to_have_text(f"签名的 timestamp 是 {int(TIME) - 5}，传的却是 {TIME}。")
    opened(desktop, sqlite_server, lang="en")
    fill(desktop, **VALUES, signature=wrong)
    expect(desktop.locator("[role=status]")).to_have_text("The signature does not hold")
    said = f"The timestamp signed is {int(TIME) - 5}, but the one sent is {TIME}."
    expect(desktop.locator(".mistake")).to_have_text(said)
    assert_accessible(desktop)
    fill(desktop, signature=RIGHT)
    expect(desktop.locator("[role=status]")).to_have_text("The signature holds")
    expect(desktop.locator(".mistake")).to_have_count(0)


def test_the_other_ticket_tells_that_the_wrong_one_was_taken(phone: Page, sqlite_server: Server) -> None:
    opened(phone, sqlite_server, lang="en")
    fill(phone, **VALUES, signature=of_values(JSAPI, CARD, TIME, NONCE, CODE), jsapi_ticket=JSAPI)
    expect(phone.locator(".mistake")).to_contain_text("Signed with the jsapi ticket")


def test_choose_card_and_config_have_tabs_of_their_own(phone: Page, sqlite_server: Server) -> None:
    opened(phone, sqlite_server, lang="en")
    phone.click("text=chooseCard")
    wrong = of_values(NOW, APPID, TIME, NONCE)
    fill(
        phone,
        api_ticket=NOW,
        app_id=APPID,
        time_stamp=TIME,
        nonce_str=NONCE,
        card_type="CASH",
        card_sign=wrong,
    )
    expect(phone.locator(".mistake")).to_have_text("card_type was left out of the signature.")
    phone.click("text=wx.config")
    assert_accessible(phone)
    fill(phone, jsapi_ticket=JSAPI, url=PAGE, timestamp=TIME, noncestr=NONCE, signature=sha1(string1()))
    expect(phone.locator("[role=status]")).to_have_text("The signature holds")
    expect(phone.locator("#string")).to_have_text(string1())


def test_it_works_without_scripts(devices: Devices, sqlite_server: Server) -> None:
    page = opened(devices.phone(java_script_enabled=False), sqlite_server)
    fill(page, **VALUES)
    expect(page.locator("#right")).to_have_text(RIGHT)


def test_what_is_pasted_is_shown_as_text(phone: Page, sqlite_server: Server) -> None:
    opened(phone, sqlite_server)
    fill(phone, **{**VALUES, "code": "<img src=x onerror=alert(1)>", "signature": '"><script>'})
    expect(phone.locator("#string")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(phone.locator(".mistake")).to_have_count(1)


def test_what_is_missing_is_named(phone: Page, sqlite_server: Server) -> None:
    opened(phone, sqlite_server)
    fill(phone, api_ticket=NOW, card_id="  ", timestamp=TIME)
    expect(phone.locator("[role=alert]")).to_have_text("还缺：card_id")


def test_a_form_of_another_site_is_refused(devices: Devices, faults: Faults, sqlite_server: Server) -> None:
    faults.expect("403")
    page = opened(devices.phone(), sqlite_server)
    page.evaluate("document.querySelector('[name=csrf]').value = 'f'.repeat(32)")
    fill(page, **VALUES)
    expect(page.locator("h1")).to_have_text("请重试")


def test_values_in_the_address_are_not_taken(sqlite_server: Server) -> None:
    status, body = Http(sqlite_server.base_url).send("GET", f"/lab/signature?api_ticket={NOW}&card_id={CARD}")
    assert (status, f'value="{NOW}"' in body.decode()) == (200, False)


@pytest.mark.parametrize("tab", ["", "none", "batchAddCard"])
def test_an_unknown_tab_is_the_first(sqlite_server: Server, tab: str) -> None:
    status, body = Http(sqlite_server.base_url).send("GET", f"/lab/signature?tab={tab}")
    assert (status, 'name="tab" value="batchAddCard"' in body.decode()) == (200, True)


@pytest.mark.parametrize(("asked", "tab"), [("cardsign", "batchAddCard"), ("jsapisign", "config")])
def test_the_originals_addresses_lead_here(phone: Page, sqlite_server: Server, asked: str, tab: str) -> None:
    phone.goto(f"{sqlite_server.base_url}/debug/cgi-bin/sandbox?t={asked}")
    assert phone.url == f"{sqlite_server.base_url}/lab/signature?tab={tab}"


def test_no_other_of_the_originals_tools_is_here(sqlite_server: Server) -> None:
    assert Http(sqlite_server.base_url).send("GET", "/debug/cgi-bin/sandbox?t=sandbox/login")[0] == 404


def test_one_address_may_not_ask_without_end(devices: Devices, faults: Faults, sqlite_server: Server) -> None:
    now = int(time.time())
    sqlite_server.database.transact(
        lambda tx: [try_once(tx, "lab@127.0.0.1", LAB_ADDRESS, now) for _ in range(LAB_ADDRESS.count)]
    )
    faults.expect("429")
    page = opened(devices.phone(), sqlite_server)
    fill(page, **VALUES)
    expect(page.locator("[role=alert]")).to_contain_text("尝试太频繁")
    sqlite_server.database.transact(lambda tx: forget_tries(tx, now + 2 * 86400))


def test_nothing_of_it_is_kept(phone: Page, sqlite_server: Server) -> None:
    opened(phone, sqlite_server)
    fill(phone, **{**VALUES, "nonce_str": "nonceOfTheLaboratory"})
    expect(phone.locator("#string")).to_contain_text("nonceOfTheLaboratory")
    with sqlite3.connect(sqlite_server.database.settings.sqlite_path) as connection:
        kept = "\n".join(connection.iterdump())
    connection.close()
    assert [one for one in (NOW, "nonceOfTheLaboratory") if one in kept] == []
