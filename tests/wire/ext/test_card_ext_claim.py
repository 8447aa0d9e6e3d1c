"""``POST /ext/claim`` with a card_ext that is signed with a real ticket (auth_and_signatures.md 6.2)."""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import Any

import pytest
from card_bodies import card

from support.api import Api
from wire.answers import refusal
from wire.kept import Kept

SIGNED = ("timestamp", "code", "openid", "nonce_str", "balance")
nonces = itertools.count(1)


def ticket(api: Api, kind: str = "wx_card") -> str:
    """Return the standing ticket of a kind."""
    text: str = api.get("/cgi-bin/ticket/getticket", type=kind)["ticket"]
    return text


def card_ext(with_ticket: str, card_id: str, **members: Any) -> str:
    """Return a card_ext as a merchant's server makes it."""
    ext = {"timestamp": "1467025553", "nonce_str": f"n{next(nonces)}", **members}
    values = [with_ticket, card_id, *(str(ext[name]) for name in SIGNED if name in ext)]
    joined = b"".join(sorted(value.encode() for value in values))
    return json.dumps({**ext, "signature": hashlib.sha1(joined).hexdigest()}, ensure_ascii=False)


def claim(api: Api, card_id: str, person: str, ext: str, **more: Any) -> Any:
    """Return the answer of a signed claim."""
    return api.post("/ext/claim", {"card_id": card_id, "openid": api.person(person), "card_ext": ext, **more})


def test_a_signed_claim_is_made_and_its_signature_serves_once(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card())
    ext = card_ext(ticket(api), card_id)
    assert list(claim(api, card_id, "ann", ext)) == ["errcode", "errmsg", "code", "begin_time", "end_time"]
    assert refusal(kept, api, claim(api, card_id, "ann", ext)) == "45031 signature_used"


def test_the_case_of_a_signature_does_not_make_it_another(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card())
    ext = json.loads(card_ext(ticket(api), card_id))
    upper = json.dumps({**ext, "signature": ext["signature"].upper()})
    assert claim(api, card_id, "ann", upper)["errcode"] == 0
    assert refusal(kept, api, claim(api, card_id, "bob", json.dumps(ext))) == "45031 signature_used"


def test_a_claim_that_failed_does_not_use_the_signature_up(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card("GROUPON", {"sku": {"quantity": 1}}))
    api.claim(card_id, api.person("bob"))
    ext = card_ext(ticket(api), card_id)
    assert refusal(kept, api, claim(api, card_id, "ann", ext)) == "45031 stock_empty"
    api.ok("/card/modifystock", {"card_id": card_id, "increase_stock_value": 1})
    assert claim(api, card_id, "ann", ext)["errcode"] == 0


def test_what_is_signed_is_what_is_sent(api: Api, kept: Kept) -> None:
    card_id, other = api.create_card(card()), api.create_card(card("CASH"))
    good = json.loads(card_ext(ticket(api), card_id))
    changes = ({"timestamp": "1467025554"}, {"nonce_str": "m"}, {"balance": "5"}, {"openid": api.person("ann")})
    faults = [json.dumps({**good, **change}) for change in changes] + [card_ext(ticket(api), other)]
    assert {refusal(kept, api, claim(api, card_id, "ann", fault)) for fault in faults} == {"40080 signature"}
    unsigned = json.dumps({**good, "outer_str": "wall", "outer_id": 7})
    assert claim(api, card_id, "ann", unsigned)["errcode"] == 0


def test_only_a_wx_card_ticket_of_the_account_signs(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card())
    wrong = ticket(api, "jsapi"), "t" * 86, api.secret, ""
    found = {refusal(kept, api, claim(api, card_id, "ann", card_ext(one, card_id))) for one in wrong}
    assert found == {"40080 signature"}


def test_a_ticket_signs_until_its_own_end_though_a_newer_one_is_out(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card())
    old = ticket(api)
    api.ok("/sandbox/clock", {"advance": 6950})
    new = ticket(api)
    assert new != old
    assert [claim(api, card_id, "ann", card_ext(one, card_id))["errcode"] for one in (old, new)] == [0, 0]
    api.ok("/sandbox/clock", {"advance": 250})
    assert refusal(kept, api, claim(api, card_id, "ann", card_ext(old, card_id))) == "40080 signature"
    assert claim(api, card_id, "ann", card_ext(new, card_id))["errcode"] == 0


def test_a_custom_code_and_the_channel_come_in_the_card_ext(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card("GROUPON", {"use_custom_code": True}))
    answer = claim(api, card_id, "ann", card_ext(ticket(api), card_id, code="汉字-1", outer_str="wall"))
    assert answer["code"] == "汉字-1"
    found = api.ok("/card/code/get", {"code": "汉字-1", "card_id": card_id})
    assert (found["outer_str"], found["openid"]) == ("wall", api.person("ann"))
    again = card_ext(ticket(api), card_id, code="汉字-1")
    assert refusal(kept, api, claim(api, card_id, "bob", again)) == "40116 taken"


def test_a_code_for_a_card_of_the_platform_is_refused(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card())
    ext = card_ext(ticket(api), card_id, code="A1")
    assert refusal(kept, api, claim(api, card_id, "ann", ext)) == "40116 platform_card"


def test_a_card_for_named_people_goes_to_the_one_named(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card("GROUPON", {"bind_openid": True}))
    ext = card_ext(ticket(api), card_id, openid=api.person("ann"))
    assert refusal(kept, api, claim(api, card_id, "bob", ext)) == "40003 bound_to_another"
    assert refusal(kept, api, claim(api, card_id, "bob", card_ext(ticket(api), card_id))) == "40080 openid_missing"
    assert claim(api, card_id, "ann", ext)["errcode"] == 0


@pytest.mark.parametrize("timestamp", [1467025553, "1467025553"])
def test_a_timestamp_may_be_a_number(api: Api, timestamp: Any) -> None:
    card_id = api.create_card(card())
    assert claim(api, card_id, "ann", card_ext(ticket(api), card_id, timestamp=timestamp))["errcode"] == 0


def test_empty_members_add_nothing_to_the_signature(api: Api) -> None:
    card_id = api.create_card(card())
    assert claim(api, card_id, "ann", card_ext(ticket(api), card_id, code="", openid="", nonce_str=""))["errcode"] == 0
