"""``kaquan lab``: signatures are examined with tickets that are given, or with those of an account."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from card_bodies import card

from cli.command import Done, kaquan, of
from kaquan.cli.lab import MOST_OTHERS
from support.api import Api
from support.server import Server

CARD, APPID, TIME, NONCE = "pLab00CardNumberOne000000001", "wx5f0c3a9e1d2b4876", "1700000123", "Qm3xTz81"
TICKET, JSAPI = "cNow" + "w" * 82, "jNow" + "j" * 82
PAGE = "https://shop.example.com/c?id=1"


def of_values(*values: str) -> str:
    return hashlib.sha1(b"".join(sorted(value.encode() for value in values))).hexdigest()


def string1(ticket: str, url: str = PAGE) -> str:
    return f"jsapi_ticket={ticket}&noncestr={NONCE}&timestamp={TIME}&url={url}"


def ext(signature: str, **members: str) -> str:
    return json.dumps({"timestamp": TIME, "nonce_str": NONCE, **members, "signature": signature})


def examined(done: Done) -> tuple[int, list[str]]:
    assert done.err == ""
    return done.status, done.lines


def test_a_card_ext_that_holds_is_told_so_with_what_was_signed() -> None:
    right = of_values(TICKET, CARD, TIME, NONCE)
    done = kaquan("lab", "card-ext", "--card-id", CARD, "--card-ext", ext(right), "--ticket", TICKET)
    assert examined(done) == (
        0,
        [
            "the signature holds",
            f"to be signed: {TIME}{NONCE}cNowww…(86){CARD}",
            f"right signature: {right}",
        ],
    )


def test_a_mistake_is_named_with_what_to_do_and_the_right_signature() -> None:
    wrong, right = of_values(JSAPI, CARD, TIME, NONCE), of_values(TICKET, CARD, TIME, NONCE)
    flags = ("--card-id", CARD, "--card-ext", ext(wrong), "--ticket", TICKET, "--other-ticket", JSAPI)
    assert examined(kaquan("lab", "card-ext", *flags)) == (
        1,
        [
            "the signature does not hold",
            "mistake: Signed with the jsapi ticket or token; this signature takes a wx_card ticket.",
            "fix: Sign with the ticket of /cgi-bin/ticket/getticket?type=wx_card.",
            f"to be signed: {TIME}{NONCE}cNowww…(86){CARD}",
            f"right signature: {right}",
        ],
    )


def test_it_speaks_chinese_too() -> None:
    wrong = of_values(TICKET, CARD, "1700000124", NONCE)
    flags = ("--card-id", CARD, "--card-ext", ext(wrong), "--ticket", TICKET, "--lang", "zh")
    assert kaquan("lab", "card-ext", *flags).lines[:2] == [
        "签名不对",
        "错误：签名的 timestamp 是 1700000124，传的却是 1700000123。",
    ]


def test_a_card_ext_that_is_none_is_refused_as_the_claim_refuses_it() -> None:
    done = kaquan("lab", "card-ext", "--card-id", CARD, "--card-ext", "{timestamp:1}", "--ticket", TICKET)
    assert (done.status, done.out, done.err.splitlines()[0]) == (1, "", "40080 invalid card ext")


def test_a_choose_card_is_examined_with_its_filters() -> None:
    wrong = of_values(TICKET, APPID, TIME, NONCE)
    flags = ("--timestamp", TIME, "--nonce-str", NONCE, "--card-type", "CASH", "--card-sign", wrong)
    done = kaquan("lab", "choose-card", *flags, "--ticket", TICKET, "--appid", APPID)
    assert (done.status, done.lines[1]) == (1, "mistake: card_type was left out of the signature.")
    done = kaquan("lab", "choose-card", *flags, "--ticket", TICKET)
    assert (done.status, done.err) == (1, "the appid is signed too: give --appid\n")


def test_a_config_is_examined_and_the_address_it_was_entered_by_is_good_too() -> None:
    flags = ("--timestamp", TIME, "--nonce-str", NONCE, "--ticket", JSAPI, "--signature")
    first = hashlib.sha1(string1(JSAPI, "https://shop.example.com/").encode()).hexdigest()
    done = kaquan("lab", "config", "--url", PAGE, "--url", "https://shop.example.com/#/c", *flags, first)
    assert (done.status, done.lines[0]) == (0, "the signature holds")
    cut = hashlib.sha1(string1(JSAPI, "https://shop.example.com/c").encode()).hexdigest()
    done = kaquan("lab", "config", "--url", PAGE, *flags, cut)
    assert done.lines[1].startswith("mistake: The query is missing from the address signed")


def test_the_appsecret_is_tried_where_it_is_given() -> None:
    wrong = of_values("5" * 32, CARD, TIME, NONCE)
    flags = ("--card-id", CARD, "--card-ext", ext(wrong), "--ticket", TICKET, "--secret", "5" * 32)
    assert kaquan("lab", "card-ext", *flags).lines[1].startswith("mistake: Signed with the appsecret")


class Shop:
    """An account of a server, with its database beside it."""

    def __init__(self, server: Server) -> None:
        self.api: Api = server.new_app()
        self.card_id = self.api.create_card(card())
        self.environment = of(server.database)

    def ticket(self, kind: str, api: Api | None = None) -> str:
        text: str = (api or self.api).get("/cgi-bin/ticket/getticket", type=kind)["ticket"]
        return text

    def examine(self, *flags: Any) -> Done:
        return kaquan("lab", *flags, **self.environment)


@pytest.fixture
def shop(server: Server) -> Shop:
    """A merchant with a card."""
    return Shop(server)


def test_the_tickets_of_the_cards_account_are_found(shop: Shop) -> None:
    right, wrong = shop.ticket("wx_card"), shop.ticket("jsapi")
    flags = ("card-ext", "--card-id", shop.card_id, "--card-ext")
    assert shop.examine(*flags, ext(of_values(right, shop.card_id, TIME, NONCE))).status == 0
    done = shop.examine(*flags, ext(of_values(wrong, shop.card_id, TIME, NONCE)))
    assert (done.status, done.lines[1]) == (
        1,
        "mistake: Signed with the jsapi ticket or token; this signature takes a wx_card ticket.",
    )
    assert right not in done.out
    assert f"{right[:6]}…(86)" in done.out


def test_the_tickets_of_other_accounts_are_tried(server: Server, shop: Shop) -> None:
    other = server.new_app()
    shop.ticket("wx_card")
    wrong = of_values(shop.ticket("wx_card", other), shop.card_id, TIME, NONCE)
    done = shop.examine("card-ext", "--card-id", shop.card_id, "--card-ext", ext(wrong), "--appid", shop.api.appid)
    assert done.lines[1] == f"mistake: Signed with a wx_card ticket of another account, {other.appid}."


def test_where_there_are_many_other_accounts_those_that_fetched_a_ticket_last_are_tried(
    server: Server, shop: Shop
) -> None:
    for _ in range(MOST_OTHERS + 1):
        server.new_app()
    test_the_tickets_of_other_accounts_are_tried(server, shop)


def test_an_account_without_a_ticket_is_told_so(shop: Shop) -> None:
    flags = ("--url", PAGE, "--timestamp", TIME, "--nonce-str", NONCE, "--appid", shop.api.appid)
    done = shop.examine("config", *flags, "--signature", "0" * 40)
    assert done.lines == [
        "the signature does not hold",
        "mistake: The account has no jsapi ticket that stands, so no signature can be right.",
        "fix: Fetch one with /cgi-bin/ticket/getticket?type=jsapi, then sign.",
    ]
