"""Q7: a claim pushes ``user_get_card``; a gift that was accepted does too, with both openids and both codes."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import msgspec
import pytest
from card_bodies import card

from kaquan.events.catalogue import UserGetCard
from kaquan.events.outbox import Pushed
from kaquan.events.render import as_xml, document
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

GIFT = """<xml><ToUserName><![CDATA[gh_1]]></ToUserName>
<FromUserName><![CDATA[oRECEIVER]]></FromUserName>
<CreateTime>1700000000</CreateTime>
<MsgType><![CDATA[event]]></MsgType>
<Event><![CDATA[user_get_card]]></Event>
<CardId><![CDATA[pCARD]]></CardId>
<IsGiveByFriend>1</IsGiveByFriend>
<UserCardCode><![CDATA[222]]></UserCardCode>
<FriendUserName><![CDATA[oGIVER]]></FriendUserName>
<OuterId>0</OuterId>
<OldUserCardCode><![CDATA[111]]></OldUserCardCode>
<OuterStr><![CDATA[poster]]></OuterStr>
<OutetStr><![CDATA[poster]]></OutetStr>
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


def test_a_gift_has_both_openids_and_both_codes() -> None:
    gift = msgspec.to_builtins(UserGetCard.by_gift("pCARD", "222", "oGIVER", "111", "poster"))
    assert as_xml(document("gh_1", Pushed(1, "oRECEIVER", "user_get_card", 1_700_000_000, gift, 0))) == GIFT
