"""Q7: a claim pushes ``user_get_card``; a gift that was accepted does too, with both openids and both codes."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from card_bodies import card

from kaquan.rules.signature import card_ext_signature
from support.api import Api
from support.callback import Push, Receiver
from support.server import Server

SLACK_SECONDS = 5
XML = """<xml><ToUserName><![CDATA[{gh}]]></ToUserName>
<FromUserName><![CDATA[{openid}]]></FromUserName>
<CreateTime>{time}</CreateTime>
<MsgType><![CDATA[event]]></MsgType>
<Event><![CDATA[user_get_card]]></Event>
<CardId><![CDATA[{card_id}]]></CardId>
<IsGiveByFriend>0</IsGiveByFriend>
<UserCardCode><![CDATA[{code}]]></UserCardCode>
<FriendUserName><![CDATA[]]></FriendUserName>
<OuterId>{outer_id}</OuterId>
<OldUserCardCode><![CDATA[]]></OldUserCardCode>
<OuterStr><![CDATA[{outer_str}]]></OuterStr>
<IsRestoreMemberCard>0</IsRestoreMemberCard>
<IsRecommendByFriend>0</IsRecommendByFriend>
</xml>"""

GIFT = """<xml><ToUserName><![CDATA[{gh}]]></ToUserName>
<FromUserName><![CDATA[{openid}]]></FromUserName>
<CreateTime>{time}</CreateTime>
<MsgType><![CDATA[event]]></MsgType>
<Event><![CDATA[user_get_card]]></Event>
<CardId><![CDATA[{card_id}]]></CardId>
<IsGiveByFriend>1</IsGiveByFriend>
<UserCardCode><![CDATA[{code}]]></UserCardCode>
<FriendUserName><![CDATA[{giver}]]></FriendUserName>
<OuterId>0</OuterId>
<OldUserCardCode><![CDATA[{old}]]></OldUserCardCode>
<OuterStr><![CDATA[海报]]></OuterStr>
<OutetStr><![CDATA[海报]]></OutetStr>
</xml>"""

GIFTING = """<xml><ToUserName><![CDATA[{gh}]]></ToUserName>
<FromUserName><![CDATA[{giver}]]></FromUserName>
<CreateTime>{time}</CreateTime>
<MsgType><![CDATA[event]]></MsgType>
<Event><![CDATA[user_gifting_card]]></Event>
<CardId><![CDATA[{card_id}]]></CardId>
<UserCardCode><![CDATA[{old}]]></UserCardCode>
<IsReturnBack>{back}</IsReturnBack>
<FriendUserName><![CDATA[{to}]]></FriendUserName>
<IsChatRoom>{chat_room}</IsChatRoom>
</xml>"""


def by_ext(api: Api, card_id: str, openid: str) -> tuple[str, int, str]:
    """Claim as the company's own server does; return the code and the channel."""
    return api.claim(card_id, openid, outer_str="till-3"), 0, "till-3"


def by_qr(api: Api, card_id: str, openid: str) -> tuple[str, int, str]:
    """Claim what a QR code hands out."""
    wanted = {"card_id": card_id, "outer_id": 7, "outer_str": "海报"}
    ticket = api.ok("/card/qrcode/create", {"action_name": "QR_CARD", "action_info": {"card": wanted}})["ticket"]
    return api.claim(card_id, openid, ticket=ticket), 7, "海报"


def by_page(api: Api, card_id: str, openid: str) -> tuple[str, int, str]:
    """Claim what a page call with a signed card_ext hands out."""
    ext = {"timestamp": str(int(time.time())), "nonce_str": "n1"}
    signature = card_ext_signature(api.get("/cgi-bin/ticket/getticket", type="wx_card")["ticket"], card_id, ext)
    text = json.dumps({**ext, "signature": signature, "outer_str": "page"})
    return api.claim(card_id, openid, card_ext=text), 0, "page"


def by_nothing(api: Api, card_id: str, openid: str) -> tuple[str, int, str]:
    """Claim without a channel."""
    return api.claim(card_id, openid), 0, ""


def claimed(server: Server, receiver: Receiver, format: str, way: Any) -> tuple[Push, dict[str, Any]]:
    """Return the push of a claim and what it has to say."""
    api = server.new_app()
    api.ok("/sandbox/callback", receiver.settings(format=format))
    card_id, ann = api.create_card(card()), api.person("ann")
    code, outer_id, outer_str = way(api, card_id, ann)
    (push,) = receiver.wait(1, "user_get_card")
    said = push.message
    assert re.fullmatch(r"gh_[a-z0-9]+", said["ToUserName"])
    assert abs(int(said["CreateTime"]) - time.time()) <= SLACK_SECONDS
    facts = {"gh": said["ToUserName"], "time": int(said["CreateTime"]), "openid": ann, "card_id": card_id, "code": code}
    return push, {**facts, "outer_id": outer_id, "outer_str": outer_str}


@pytest.mark.parametrize("way", [by_ext, by_qr, by_page, by_nothing])
def test_a_claim_is_pushed_as_xml(server: Server, receiver: Receiver, way: Any) -> None:
    push, facts = claimed(server, receiver, "xml", way)
    assert push.body.decode() == XML.format(**facts)


@pytest.mark.parametrize("way", [by_qr, by_nothing])
def test_a_claim_is_pushed_as_json(server: Server, receiver: Receiver, way: Any) -> None:
    push, facts = claimed(server, receiver, "json", way)
    assert list(json.loads(push.body).items()) == [
        ("ToUserName", facts["gh"]),
        ("FromUserName", facts["openid"]),
        ("CreateTime", facts["time"]),
        ("MsgType", "event"),
        ("Event", "user_get_card"),
        ("CardId", facts["card_id"]),
        ("IsGiveByFriend", 0),
        ("UserCardCode", facts["code"]),
        ("FriendUserName", ""),
        ("OuterId", facts["outer_id"]),
        ("OldUserCardCode", ""),
        ("OuterStr", facts["outer_str"]),
        ("IsRestoreMemberCard", 0),
        ("IsRecommendByFriend", 0),
    ]


def test_each_code_of_one_person_is_pushed_by_itself_at_a_second_of_its_own(server: Server, receiver: Receiver) -> None:
    api = server.new_app()
    api.ok("/sandbox/callback", receiver.settings())
    card_id, ann = api.create_card(card("GROUPON", {"use_custom_code": True})), api.person("ann")
    codes = [api.claim(card_id, ann, code=f"A-{number}") for number in range(3)]
    pushes = receiver.wait(3, "user_get_card")
    assert sorted(push.message["UserCardCode"] for push in pushes) == codes
    assert len({push.message["CreateTime"] for push in pushes}) == 3


@pytest.fixture
def giver(server: Server, receiver: Receiver) -> tuple[Api, dict[str, Any]]:
    """An account that is told of everything, and what is known of a code that Ann has claimed with a channel."""
    api = server.new_app()
    api.ok("/sandbox/callback", receiver.settings())
    card_id, ann = api.create_card(card()), api.person("ann")
    old = api.claim(card_id, ann, outer_str="海报")
    (push,) = receiver.wait(1, "user_get_card")
    return api, {"gh": push.message["ToUserName"], "giver": ann, "card_id": card_id, "old": old}


def give(api: Api, facts: dict[str, Any], to: str = "") -> str:
    """Give the code away and return the gift's name."""
    body = {"openid": facts["giver"], "card_id": facts["card_id"], "code": facts["old"], "to": to}
    gift_id: str = api.ok("/sandbox/gift", body)["gift_id"]
    return gift_id


def body_of(push: Push, form: str, **facts: Any) -> str:
    """Return the body a push should have; its time is its own."""
    return form.format(time=push.message["CreateTime"], **facts)


@pytest.mark.parametrize("named", [True, False], ids=["to one person", "into a group"])
def test_a_gift_has_both_openids_and_both_codes(
    receiver: Receiver, giver: tuple[Api, dict[str, Any]], named: bool
) -> None:
    api, facts = giver
    bob = api.person("bob")
    code = api.ok("/sandbox/accept", {"openid": bob, "gift_id": give(api, facts, bob if named else "")})["code"]
    assert code != facts["old"]
    (given,) = receiver.wait(1, "user_gifting_card")
    to = {"to": bob if named else "", "chat_room": int(not named)}
    assert given.body.decode() == body_of(given, GIFTING, **facts, **to, back=0)
    accepted = receiver.wait(2, "user_get_card")[1]
    assert accepted.body.decode() == body_of(accepted, GIFT, **facts, openid=bob, code=code)


def test_a_gift_that_nobody_accepts_comes_back_with_the_same_fields(
    receiver: Receiver, giver: tuple[Api, dict[str, Any]]
) -> None:
    api, facts = giver
    bob = api.person("bob")
    give(api, facts, bob)
    api.ok("/sandbox/clock", {"advance": 86400})
    given, returned = receiver.wait(2, "user_gifting_card")
    assert returned.body.decode() == body_of(returned, GIFTING, **facts, to=bob, chat_room=0, back=1)
    assert int(returned.message["CreateTime"]) - int(given.message["CreateTime"]) in range(86399, 86410)
    assert api.ok("/card/code/get", {"code": facts["old"]})["can_consume"]


def test_the_second_hop_names_the_code_of_the_first(receiver: Receiver, giver: tuple[Api, dict[str, Any]]) -> None:
    api, facts = giver
    bob, cat = api.person("bob"), api.person("cat")
    second = api.ok("/sandbox/accept", {"openid": bob, "gift_id": give(api, facts, bob)})["code"]
    onward = {**facts, "giver": bob, "old": second}
    third = api.ok("/sandbox/accept", {"openid": cat, "gift_id": give(api, onward)})["code"]
    pushes = receiver.wait(3, "user_get_card")
    last = next(push for push in pushes if push.message["UserCardCode"] == third)
    assert last.body.decode() == body_of(last, GIFT, **onward, openid=cat, code=third)


def test_who_asks_for_the_old_code_is_told_who_has_it_and_as_what(giver: tuple[Api, dict[str, Any]]) -> None:
    api, facts = giver
    bob = api.person("bob")
    code = api.ok("/sandbox/accept", {"openid": bob, "gift_id": give(api, facts)})["code"]
    for path in ("/card/code/get", "/card/code/consume", "/card/code/unavailable"):
        rid = api.post(path, {"code": facts["old"]})["errmsg"].partition(" rid: ")[2][:26]
        told = api.ok("/cgi-bin/openapi/rid/get", {"rid": rid})["diagnosis"]
        assert f"{told['errcode']} {told['cause']}" == "40056 given_away"
        assert f"{bob[:4]}***{bob[-4:]}" in told["en"]
        assert code in told["en"]
        assert bob not in told["en"] + told["zh"]
