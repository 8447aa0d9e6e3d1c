"""``Idempotency-Key``: what is sent again is answered again, and not done again."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from card_bodies import card

from support.api import Api
from support.server import Server
from wire.answers import refusal
from wire.kept import Kept


def keyed(api: Api, path: str, body: Any, key: str) -> bytes:
    """Return the answer to a call with this key, byte for byte."""
    data = json.dumps(body).encode()
    status, answer = api.http.send("POST", f"{path}?access_token={api.token}", data, idempotency_key=key)
    assert status == 200
    return answer


def test_a_card_is_made_once_and_the_answer_is_the_same_bytes(api: Api) -> None:
    first = keyed(api, "/card/create", card("GROUPON"), "k-1")
    assert keyed(api, "/card/create", card("GROUPON"), "k-1") == first
    assert keyed(api, "/card/create", card("GROUPON"), "k-2") != first
    assert api.ok("/card/batchget", {"offset": 0, "count": 50})["total_num"] == 2


def test_a_claim_gives_the_same_code_again(api: Api) -> None:
    card_id, ann = api.create_card(card("GROUPON")), api.person("ann")
    wish = {"card_id": card_id, "openid": ann}
    first = keyed(api, "/ext/claim", wish, "order 1")
    assert json.loads(first)["errcode"] == 0
    assert keyed(api, "/ext/claim", wish, "order 1") == first
    sku = api.stock(card_id)
    assert sku["quantity"] == sku["total_quantity"] - 1


def test_a_consumption_that_is_retried_is_no_refusal(api: Api) -> None:
    code = api.claim(api.create_card(card("GROUPON")), api.person("ann"))
    first = keyed(api, "/card/code/consume", {"code": code}, "till-7")
    assert json.loads(first)["errcode"] == 0
    assert keyed(api, "/card/code/consume", {"code": code}, "till-7") == first
    assert api.post("/card/code/consume", {"code": code})["errcode"] == 40099


def test_a_key_stands_for_one_request(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card("GROUPON"))
    ann, bob = api.person("ann"), api.person("bob")
    keyed(api, "/ext/claim", {"card_id": card_id, "openid": ann}, "k")
    for path, body in (
        ("/ext/claim", {"card_id": card_id, "openid": bob}),
        ("/card/delete", {"card_id": card_id}),
    ):
        answer = json.loads(keyed(api, path, body, "k"))
        assert refusal(kept, api, answer) == "9990001 other_request"
        assert "other" in answer["errmsg"] or "another request" in answer["errmsg"]


def test_a_refused_call_does_not_use_its_key_up(api: Api) -> None:
    card_id, ann = api.create_card(card("GROUPON", {"sku": {"quantity": 1}})), api.person("ann")
    api.claim(card_id, api.person("bob"))
    wish = {"card_id": card_id, "openid": ann}
    assert json.loads(keyed(api, "/ext/claim", wish, "k"))["errcode"] == 45031
    api.ok("/card/modifystock", {"card_id": card_id, "increase_stock_value": 1})
    assert json.loads(keyed(api, "/ext/claim", wish, "k"))["errcode"] == 0


def test_a_key_has_a_form(api: Api, kept: Kept) -> None:
    for key in ("x" * 256, "Schl\xfcssel"):
        answer = json.loads(keyed(api, "/card/delete", {"card_id": "p"}, key))
        assert refusal(kept, api, answer) == "9990001 malformed"


def test_a_key_is_the_accounts_own(server: Server) -> None:
    first, second = server.new_app(), server.new_app()
    answers = {json.loads(keyed(one, "/card/create", card("GROUPON"), "k"))["card_id"] for one in (first, second)}
    assert len(answers) == 2


def test_a_key_is_free_again_after_a_day(api: Api) -> None:
    card_id, ann = api.create_card(card("GROUPON")), api.person("ann")
    wish = {"card_id": card_id, "openid": ann}
    first = keyed(api, "/ext/claim", wish, "k")
    body = card("GROUPON")
    made = keyed(api, "/card/create", body, "k2")
    api.ok("/sandbox/clock", {"advance": 86_401})
    api.renew()
    assert keyed(api, "/ext/claim", wish, "k") != first
    assert keyed(api, "/card/create", body, "k2") != made


def test_of_many_with_one_key_one_is_carried_out(api: Api) -> None:
    card_id, people = api.create_card(card("GROUPON", {"get_limit": 50})), api.people(3)
    wish = {"card_id": card_id, "openid": people[0]}
    body = card("GROUPON")
    with ThreadPoolExecutor(16) as pool:
        claims = set(pool.map(lambda _: keyed(api, "/ext/claim", wish, "same"), range(32)))
        cards = set(pool.map(lambda _: keyed(api, "/card/create", body, "same card"), range(32)))
    assert [len(claims), len(cards)] == [1, 1]
    sku = api.stock(card_id)
    assert sku["quantity"] == sku["total_quantity"] - 1
    assert api.ok("/card/batchget", {"offset": 0, "count": 50})["total_num"] == 2
