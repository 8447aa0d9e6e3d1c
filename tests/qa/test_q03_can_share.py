"""Q3: ``can_share`` lets the claim page be shared, ``can_give_friend`` a claimed code be given away: two switches."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from card_bodies import OWN, card

from cli.command import of, printed
from qa.desk import Desk, repaired
from support.server import Server
from support.tickets import qr
from support.visitor import Visitor

SWITCHES = ("can_share", "can_give_friend")


def shown(desk: Desk, card_id: str) -> dict[str, Any]:
    """Return both switches as ``/card/get`` shows them, whatever the type of the card."""
    found = desk.passes("/card/get", {"card_id": card_id})["card"]
    base_info = found[found["card_type"].lower()]["base_info"]
    return {name: base_info[name] for name in SWITCHES}


def test_both_are_on_unless_something_else_is_said_whatever_the_type(desk: Desk) -> None:
    for card_type in OWN:
        assert shown(desk, desk.api.create_card(card(card_type))) == {"can_share": True, "can_give_friend": True}


def test_each_is_kept_for_itself(desk: Desk) -> None:
    for values in product((True, False), repeat=2):
        sent = dict(zip(SWITCHES, values, strict=True))
        assert shown(desk, desk.api.create_card(card("GROUPON", sent))) == sent


def test_null_is_the_default_and_1_and_0_are_read(desk: Desk) -> None:
    for sent, kept in ((None, True), (1, True), (0, False)):
        body = card("GROUPON", dict.fromkeys(SWITCHES, sent))
        assert shown(desk, desk.api.create_card(body)) == dict.fromkeys(SWITCHES, kept)


@pytest.mark.parametrize("name", SWITCHES)
def test_in_quotes_it_is_refused_and_no_card_is_made_until_it_is_repaired(desk: Desk, name: str) -> None:
    body = card("GROUPON", {name: "false"})
    told = desk.refused("/card/create", body)
    assert (told["answer"][:5], told["cause"], told["repair"]) == ("40053", "quoted_boolean", f'"{name}": false')
    everything = {"offset": 0, "count": 10}
    assert desk.passes("/card/batchget", everything)["card_id_list"] == []
    card_id = desk.passes("/card/create", repaired(body, told))["card_id"]
    assert desk.passes("/card/batchget", everything)["card_id_list"] == [card_id]
    assert shown(desk, card_id) == {**dict.fromkeys(SWITCHES, True), name: False}


@pytest.mark.parametrize("sent", [2, [], "on"])
def test_what_is_no_boolean_is_named_with_its_place(desk: Desk, sent: Any) -> None:
    told = desk.refused("/card/create", card("GROUPON", {"can_share": sent}))
    assert (told["answer"][:5], told["path"]) == ("40053", "card.groupon.base_info.can_share")
    assert told["expected"] == "boolean"


@pytest.fixture
def sandbox_desk(server: Server) -> Desk:
    """A sandbox account, whose people can be played."""
    return Desk(server.new_app(), server.database)


@pytest.mark.parametrize("can_share", [True, False])
def test_a_code_is_given_away_where_can_give_friend_says_so_alone(sandbox_desk: Desk, can_share: bool) -> None:
    desk = sandbox_desk
    api, ann, bob = desk.api, desk.api.person("ann"), desk.api.person("bob")
    card_id = api.create_card(card("GROUPON", {"can_share": can_share, "can_give_friend": False}))
    body = {"openid": ann, "card_id": card_id, "code": api.claim(card_id, ann)}
    told = desk.refused("/sandbox/gift", body)
    assert (told["answer"][:5], told["cause"]) == ("45030", "giving_off")
    assert "can_give_friend" in told["zh"]
    desk.passes("/card/update", {"card_id": card_id, "groupon": {"base_info": {"can_give_friend": True}}})
    gift_id = desk.passes("/sandbox/gift", body)["gift_id"]
    assert desk.passes("/sandbox/accept", {"openid": bob, "gift_id": gift_id})["code"] != body["code"]


@pytest.mark.parametrize("can_share", [True, False])
def test_can_share_switches_the_button_and_what_is_posted_by_hand(desk: Desk, server: Server, can_share: bool) -> None:
    card_id = desk.api.create_card(card("GROUPON", {"can_share": can_share, "can_give_friend": not can_share}))
    url, ann = qr(desk.api, card_id), Visitor(server, "ann")
    ann.get(url)
    assert (f"{url.removeprefix(desk.api.base_url)}/share" in ann.page) == can_share
    status = ann.post(f"{url}/share", card_id=card_id)
    if can_share:
        assert (status, ann.headers["location"][:7]) == (303, "/share/")
        return
    ((text, rid),) = ann.said()
    lines = printed("explain", rid, "--lang", "zh", **of(desk.database))
    assert text == "该券不可分享"
    assert f"原因：卡券 {card_id} 不允许分享（can_share 为 false）。" in lines
