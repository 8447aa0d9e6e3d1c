"""A4: the JS API domain needs no review, holds at once, is changed once, and is a name with nothing around it."""

from __future__ import annotations

import re

from kaquan.errors.catalogue import describe
from kaquan.store.apps import load_app
from qa.apply import Applicant
from support.server import Server

CAUSES = {
    "http://shop.example.com": "card_js_scheme",
    "10.0.0.1": "card_js_address",
    "[2001:db8::1]": "card_js_address",
    "shop.example.com/coupon": "card_js_path",
    "shop.example.com:8080": "card_js_port",
    "com.cn": "card_js_suffix",
    "-shop.example.com": "card_js_malformed",
}


def now_set(merchant: Applicant) -> str:
    """Return the domain that calls of pages are held to."""
    app = merchant.server.database.transact(lambda tx: load_app(tx, merchant.appid))
    assert app is not None
    return app.card_js_domain


def put(merchant: Applicant, domain: str) -> int:
    """Post a domain and return the status of the answer."""
    return merchant.owner.post(merchant.page("js-domain"), domain=domain)


def test_it_is_set_and_changed_once_at_once(server: Server) -> None:
    merchant = Applicant(server).with_cards()
    for domain in ("test.panda.example", "panda.example"):
        assert (put(merchant, domain), now_set(merchant)) == (303, domain)
    assert put(merchant, "third.example") == 200
    assert "40048" in merchant.owner.page
    assert now_set(merchant) == "panda.example"
    assert (put(merchant, "panda.example"), now_set(merchant)) == (303, "panda.example")


def test_what_is_no_name_is_refused_each_with_its_own_text(sqlite_server: Server) -> None:
    merchant = Applicant(sqlite_server).with_cards()
    texts = {}
    for typed, cause in CAUSES.items():
        assert put(merchant, typed) == 200
        described = describe(40048, cause)
        assert described is not None
        lines = re.findall(r"<p>原因：(.*?)</p>", merchant.owner.page)
        (texts[typed],) = lines
        assert described.zh.partition("{")[0] in texts[typed]
    assert len(set(texts.values())) == len(CAUSES)
    assert now_set(merchant) == ""
