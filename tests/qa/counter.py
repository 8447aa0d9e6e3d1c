"""Where a visitor is refused on a claim page, and the merchant looks up why by the reference under the text."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Page, expect

from cli.command import of, printed
from support.js_page import configured, pressed
from support.merchant import Merchant, rid_in
from support.tickets import qr

RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")
OPENID = re.compile(r"\bo[A-Za-z0-9_-]{27}\b")


def scanned(page: Page, merchant: Merchant, card_id: str, **more: Any) -> Page:
    """Open the page of a new QR ticket of a card."""
    page.goto(qr(merchant.api, card_id, **more).replace(merchant.server.base_url, merchant.base))
    return page


def offered(page: Page, merchant: Merchant, card_id: str, card_ext: str) -> Page:
    """Have a page of the merchant's call addCard, and return the window that opens."""
    merchant.open(page)
    configured(page, merchant.config(page))
    window = pressed(page, "addCard", {"cardList": [{"cardId": card_id, "cardExt": card_ext}]})
    window.wait_for_url("**/claim/*")
    return window


def refusal(page: Page, merchant: Merchant) -> tuple[str, str, str]:
    """Return the text that a visitor reads, and what ``kaquan explain`` says: errcode with cause, and the reason."""
    text = page.get_by_role("alert").inner_text()
    rid = RID.search(page.locator(".reference").inner_text())
    assert rid
    # A stranger learns nobody's name, and no cause.
    assert OPENID.findall(page.content()) == []
    expect(page.get_by_role("button", name="领取", exact=True)).to_be_disabled()
    _, call = merchant.kept.find(merchant.api.appid, rid[0])
    assert json.loads(call.body)["card_id"] == json.loads(call.facts).get("card_id", json.loads(call.body)["card_id"])
    return text, f"{call.errcode} {call.cause}", explained(merchant, rid[0])["原因"]


def explained(merchant: Merchant, rid: str) -> dict[str, str]:
    """Return what ``kaquan explain`` prints of a reference, by what stands in front: 原因, 位置, 处理 and others."""
    merchant.kept.find(merchant.api.appid, rid)
    lines = printed("explain", rid, "--lang", "zh", **of(merchant.server.database))
    return {label: text for label, mark, text in (line.partition("：") for line in lines) if mark}


def mended(page: Page) -> None:
    """Claim after the mistake was mended."""
    page.reload()
    page.get_by_role("button", name="领取", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("领取成功")


POST = """([path, fields]) => {
    const form = document.createElement("form");
    fields.csrf = document.querySelector("input[name=csrf]").value;
    for (const [name, value] of Object.entries(fields)) {
        const input = form.appendChild(document.createElement("input"));
        [input.name, input.value] = [name, value];
    }
    [form.method, form.action] = ["post", path];
    document.body.appendChild(form).submit();
}"""


def by_hand(page: Page, path: str, **fields: str) -> None:
    """Post a form that the page does not have, as somebody does who knows how its buttons work."""
    with page.expect_navigation():
        page.evaluate(POST, [path, fields])


def told_why(page: Page, merchant: Merchant) -> tuple[str, str]:
    """Return the text on a refusing page, and why, as ``kaquan explain`` says by the reference under it."""
    text = page.locator("h1, [role=alert]").last.inner_text()
    return text, explained(merchant, rid_in(page.locator(".reference").inner_text()))["原因"]
