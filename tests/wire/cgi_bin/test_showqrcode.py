"""``GET /cgi-bin/showqrcode``: what is drawn is scanned and claimed with (cards.md 13.1)."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import zxingcpp
from card_bodies import card
from PIL import Image

from support.api import Api
from wire.answers import exchange, refusal
from wire.kept import Kept

PATH = "/card/qrcode/create"


def ticket(api: Api, card_id: str, expire_seconds: int | None = None, **wish: Any) -> Any:
    """Return a new QR ticket's answer."""
    info = {"card": {"card_id": card_id, **wish}}
    return api.ok(PATH, {"action_name": "QR_CARD", "expire_seconds": expire_seconds, "action_info": info})


def scan(api: Api, made: Any) -> str:
    """Return what a camera reads off the picture of a ticket."""
    status, headers, body = exchange(api, "GET", made["show_qrcode_url"].removeprefix(api.base_url))
    assert (status, headers["content-type"], headers["cache-control"]) == (200, "image/png", "public, max-age=3600")
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(body)).convert("L"))
    return str(code.text)


def claim(api: Api, card_id: str, person: str, scanned: str, **more: Any) -> Any:
    """Return the answer of a claim with what was scanned."""
    return api.post("/ext/claim", {"card_id": card_id, "openid": api.person(person), "ticket": scanned, **more})


def test_the_picture_the_address_and_the_ticket_lead_to_the_same_claim(api: Api) -> None:
    card_id = api.create_card(card())
    made = ticket(api, card_id, outer_str="wall", outer_id=7)
    scanned = scan(api, made)
    assert scanned == made["url"]
    ways = (scanned, made["ticket"], made["ticket"].replace("+", " "), scanned + "?from=groupmessage")
    codes = [claim(api, card_id, f"p{number}", way)["code"] for number, way in enumerate(ways)]
    assert {api.post("/card/code/get", {"code": code})["outer_str"] for code in codes} == {"wall"}
    fields = [event["fields"] for event in api.ok("/sandbox/events")["events"] if event["event"] == "user_get_card"]
    assert [(one["OuterStr"], one["OuterId"]) for one in fields] == [("wall", 7)] * 4


def test_what_the_claim_says_itself_outweighs_the_ticket(api: Api) -> None:
    card_id = api.create_card(card())
    code = claim(api, card_id, "ann", ticket(api, card_id, outer_str="wall")["ticket"], outer_str="door")["code"]
    assert api.post("/card/code/get", {"code": code})["outer_str"] == "door"


def test_a_ticket_for_one_claim_serves_once(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card())
    for wish in ({"is_unique_code": True}, {"openid": api.person("cat")}):
        made = ticket(api, card_id, **wish)
        assert claim(api, card_id, "ann", made["ticket"])["errcode"] == 0
        assert refusal(kept, api, claim(api, card_id, "bob", made["url"])) == "45033 ticket_used"


def test_a_ticket_carries_the_custom_code(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card("GROUPON", {"use_custom_code": True}))
    made = ticket(api, card_id, code="汉字-1")
    assert claim(api, card_id, "ann", made["ticket"])["code"] == "汉字-1"
    assert refusal(kept, api, claim(api, card_id, "bob", made["ticket"])) == "40116 taken"


def test_a_ticket_made_out_to_a_person_is_hers_alone(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card("GROUPON", {"bind_openid": True}))
    made = ticket(api, card_id, openid=api.person("ann"))
    assert refusal(kept, api, claim(api, card_id, "bob", made["ticket"])) == "40003 bound_to_another"
    assert claim(api, card_id, "ann", made["ticket"])["errcode"] == 0


def test_a_ticket_runs_out(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card())
    made = ticket(api, card_id, 60)
    api.ok("/sandbox/clock", {"advance": 50})
    assert claim(api, card_id, "ann", made["ticket"])["errcode"] == 0
    api.ok("/sandbox/clock", {"advance": 11})
    assert refusal(kept, api, claim(api, card_id, "bob", made["ticket"])) == "40079 ticket_expired"


def test_a_ticket_serves_its_own_card_alone(api: Api, kept: Kept) -> None:
    card_id, other = api.create_card(card()), api.create_card(card("CASH"))
    made = ticket(api, card_id)
    assert refusal(kept, api, claim(api, other, "ann", made["ticket"])) == "40073 ticket_unknown"
    changed = made["ticket"][:-2] + ("AA" if made["ticket"][-2:] != "AA" else "BB")
    assert refusal(kept, api, claim(api, card_id, "ann", changed)) == "40073 ticket_unknown"


def test_each_card_of_a_ticket_serves_one_of_many_who_claim_at_once(api: Api) -> None:
    cards = [api.create_card(card()), api.create_card(card("CASH"))]
    listed = [{"card_id": card_id, "is_unique_code": True} for card_id in cards]
    body = {"action_name": "QR_MULTIPLE_CARD", "action_info": {"multiple_card": {"card_list": listed}}}
    scanned, people = scan(api, api.ok(PATH, body)), api.people(8)

    def wanted(one: tuple[str, str]) -> int:
        body = {"card_id": one[0], "openid": one[1], "ticket": scanned}
        return int(api.post("/ext/claim", body)["errcode"])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(wanted, [(card_id, openid) for openid in people for card_id in cards]))
    assert sorted(answers) == [0, 0] + [45033] * 14
    assert [api.stock(card_id)["quantity"] for card_id in cards] == [499999, 499999]


ADDRESS = "?ticket=http://shop.example/q/"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?ticket=",
        "?ticket=x",
        "?ticket=%00",
        "?ticket=" + "A" * 96,
        ADDRESS,
        ADDRESS + "y" * 60_000,
        ADDRESS + "A" * 31 + "%E6%B1%89",
        ADDRESS + "A" * 32 + "!",
    ],
)
def test_a_ticket_that_is_none_has_no_picture(api: Api, query: str) -> None:
    status, headers, body = exchange(api, "GET", f"/cgi-bin/showqrcode{query}")
    assert (status, headers["content-type"], body) == (404, "text/plain", b"")
