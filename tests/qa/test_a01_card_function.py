"""A1: the card function is applied for in the console, and until it is approved every ``/card/*`` call gets 48001."""

from __future__ import annotations

from card_bodies import card

from qa.apply import Applicant, follows
from qa.test_e01_not_entitled import CARD_PATHS, STATES, UNAUTHORIZED, asked
from support.database import Database
from support.fleet import Fleet
from support.server import Server


def said(merchant: Applicant) -> str:
    """Return the cause of a call that is refused."""
    return merchant.desk.refused("/card/create", card())["cause"]


def test_a_merchant_applies_is_refused_mends_and_is_let_in(server: Server) -> None:
    merchant = Applicant(server)
    page = f"/console/{merchant.appid}/applications/card"
    assert said(merchant) == "function_not_applied"
    merchant.apply_for_cards()
    assert follows(lambda: said(merchant) == "function_pending")
    merchant.decided("card", "refuse", "证件照片看不清")
    assert follows(lambda: said(merchant) == "function_refused")
    told = merchant.desk.refused("/card/create", card())
    cause, zh = STATES["refused"]
    assert told == {"answer": UNAUTHORIZED, "cause": cause, "zh": zh.format(appid=merchant.appid)}
    assert {path: asked(merchant.desk.api, path)["errcode"] for path in CARD_PATHS} == dict.fromkeys(CARD_PATHS, 48001)
    merchant.owner.get(page)
    assert "证件照片看不清" in merchant.owner.page
    merchant.apply_for_cards()
    merchant.decided("card", "approve")
    assert follows(lambda: merchant.desk.api.post("/card/create", card())["errcode"] == 0)


def test_the_diagnosis_names_the_page_to_go_to(server: Server) -> None:
    merchant = Applicant(server)
    answer = merchant.desk.api.post("/card/create", card())
    rid = answer["errmsg"].rpartition(" ")[2]
    told = merchant.desk.api.ok("/cgi-bin/openapi/rid/get", {"rid": rid})["diagnosis"]
    path = f"/console/{merchant.appid}/applications/card"
    assert (path in told["fix_zh"], path in told["fix_en"]) == (True, True)
    assert merchant.owner.get(path) == 200


def test_what_one_process_approves_every_process_follows_within_a_second(database: Database) -> None:
    with Server(database) as first, Server(database) as second:
        here = Applicant(first)
        (there,) = Fleet(database, [first, second]).clients(here.desk.api)
        assert there.post("/card/create", card())["errcode"] == 48001
        here.apply_for_cards()
        here.decided("card", "approve")
        assert follows(lambda: there.post("/card/create", card())["errcode"] == 0)
