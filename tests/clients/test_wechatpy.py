"""wechatpy as published drives a coupon's life; only its host is changed, as docs/start.md says."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from card_bodies import card
from store_bodies import FULL
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]
from wechatpy.exceptions import InvalidSignatureException, WeChatClientException  # type: ignore[import-untyped]
from wechatpy.parser import parse_message  # type: ignore[import-untyped]
from wechatpy.utils import WeChatSigner, check_signature  # type: ignore[import-untyped]

from clients.snippet import snippet
from support.api import Api
from support.callback import Receiver
from support.server import Server

OK = {"errcode": 0, "errmsg": "ok"}


class Shop:
    """A merchant's program: the SDK's client, and the calls the SDK has no method for, through its transport."""

    def __init__(self, api: Api) -> None:
        names: dict[str, Any] = {}
        exec(compile(snippet("python", api, "wechatpy"), "docs/start.md", "exec"), names)
        self.client = names["client"]
        self.host = api.base_url

    def post(self, path: str, **body: Any) -> Any:
        """Make a call that the SDK has no method for."""
        return self.client.post(self.host + path, data=body)

    def person(self, name: str) -> str:
        """Return the openid of one of the company's users."""
        openid: str = self.post("/ext/user", external_ids=[name])["users"][0]["openid"]
        return openid

    def claim(self, card_id: str, openid: str, **more: Any) -> str:
        """Return the code that a person's tap gives."""
        code: str = self.post("/ext/claim", card_id=card_id, openid=openid, **more)["code"]
        return code

    def approved(self, **base: Any) -> str:
        """Return a card that may be claimed."""
        card_id: str = self.client.card.create(card("GROUPON", base))
        assert self.post("/sandbox/approve", card_id=card_id) == OK
        return card_id


@pytest.fixture
def shop(merchant: Api) -> Shop:
    return Shop(merchant)


def refusal(caught: pytest.ExceptionInfo[WeChatClientException]) -> tuple[int, str]:
    """Return errcode and text of the SDK's exception."""
    return caught.value.errcode, caught.value.errmsg.partition(" rid: ")[0]


def test_the_whole_life_of_a_coupon(shop: Shop, logo: Path) -> None:
    sdk, ann = shop.client.card, shop.person("ann")
    with logo.open("rb") as picture:
        url = shop.client.media.upload_image(picture)
    assert url.startswith(shop.host + "/image/")
    card_id = shop.approved(logo_url=url)
    assert sdk.get(card_id)["groupon"]["base_info"]["logo_url"] == url
    code, kept = shop.claim(card_id, ann), shop.claim(card_id, ann)
    found = sdk.get_code(code)
    times = {name: found["card"][name] for name in ("begin_time", "end_time")}
    state = {"openid": ann, "can_consume": True, "user_card_status": "NORMAL"}
    assert found == {**OK, "card": {"card_id": card_id, **times, "code": code}, **state}
    assert sdk.consume_code(code) == {**OK, "card": {"card_id": card_id}, "openid": ann}
    with pytest.raises(WeChatClientException) as caught:
        sdk.consume_code(code)
    assert refusal(caught) == (40099, "invalid code, this code has consumed.")
    assert sdk.delete(card_id) == OK
    with pytest.raises(WeChatClientException) as caught:
        shop.claim(card_id, ann)
    assert refusal(caught) == (40078, "invalid card status")
    assert sdk.get(card_id)["groupon"]["base_info"]["status"] == "CARD_STATUS_DELETE"
    assert sdk.consume_code(kept, card_id) == {**OK, "card": {"card_id": card_id}, "openid": ann}


def test_colours_lists_stock_whitelist_and_qr_codes(shop: Shop) -> None:
    sdk, ann = shop.client.card, shop.person("ann")
    assert sdk.get_colors()[0] == {"name": "Color010", "value": "#63b359"}
    card_id = sdk.create(card("GROUPON", {"sku": {"quantity": 10}}))
    assert sdk.batch_get() == {**OK, "card_id_list": [card_id], "card_list": [], "total_num": 1}
    assert sdk.batch_get(0, 10, ["CARD_STATUS_VERIFY_OK"])["total_num"] == 0
    assert (sdk.modify_stock(card_id, 5), sdk.modify_stock(card_id, -2)) == (OK, OK)
    assert sdk.get(card_id)["groupon"]["base_info"]["sku"] == {"quantity": 13, "total_quantity": 13}
    listed = {"white_list_size": 1, "success_openid": [ann], "success_username": []}
    assert sdk.set_test_whitelist([ann]) == {**OK, **listed}
    ticket = sdk.create_qrcode({"action_name": "QR_CARD", "action_info": {"card": {"card_id": card_id}}})
    assert shop.claim(card_id, ann, ticket=ticket)


def test_what_a_person_holds_and_what_a_link_carries(shop: Shop) -> None:
    sdk, ann = shop.client.card, shop.person("ann")
    card_id = shop.approved()
    code = shop.claim(card_id, ann)
    held = {"card_list": [{"code": code, "card_id": card_id}], "has_share_card": False}
    assert sdk.get_card_list(ann, card_id) == {**OK, **held}
    hidden = shop.post("/sandbox/encrypt_code", card_id=card_id, code=code)["encrypt_code"]
    assert sdk.decrypt_code(hidden) == code
    assert sdk.invalid_code(code) == OK
    with pytest.raises(WeChatClientException) as caught:
        sdk.get_code(code)
    assert refusal(caught)[0] == 40127
    assert sdk.get_code(code, check_consume=False)["user_card_status"] == "UNAVAILABLE"


def test_a_claim_signed_by_the_sdk_is_made(shop: Shop) -> None:
    card_id = shop.approved(use_custom_code=True)
    ticket = shop.client.jsapi.get_jsapi_card_ticket()
    members = {"timestamp": str(int(time.time())), "nonce_str": "n1", "code": "A-1"}
    signer = WeChatSigner()
    signer.add_data(ticket, card_id, *members.values())
    ext = json.dumps({**members, "signature": signer.signature})
    assert shop.claim(card_id, shop.person("ann"), card_ext=ext) == "A-1"
    assert shop.client.jsapi.get_jsapi_ticket() != ticket


@pytest.mark.parametrize("seconds", [7200, 86400])
def test_an_expired_token_is_renewed_by_the_sdk_itself(shop: Shop, seconds: int) -> None:
    old = shop.client.access_token
    shop.post("/sandbox/clock", advance=seconds)
    assert len(shop.client.card.get_colors()) == 14
    assert shop.client.access_token != old


def test_an_expired_token_is_renewed_where_the_account_has_it_answered_as_a_replaced_one(server: Server) -> None:
    shop = Shop(server.new_app(expired_token=40001))
    old = shop.client.access_token
    shop.post("/sandbox/clock", advance=7200)
    assert len(shop.client.card.get_colors()) == 14
    assert shop.client.access_token != old


def test_a_token_that_somebody_replaced_is_renewed_by_the_sdk_itself(shop: Shop, merchant: Api) -> None:
    old = shop.client.access_token
    merchant.renew()
    merchant.ok("/sandbox/clock", {"advance": 301})
    assert len(shop.client.card.get_colors()) == 14
    assert shop.client.access_token != old


def test_a_wrong_secret_is_the_sdks_own_exception(merchant: Api) -> None:
    shop = Shop(Api(merchant.base_url, merchant.appid, "wrong"))
    with pytest.raises(WeChatClientException) as caught:
        shop.client.card.get_colors()
    assert refusal(caught) == (40125, "invalid appsecret")


def test_stores_and_the_people_of_the_account(shop: Shop, merchant: Api) -> None:
    sdk, people = shop.client.poi, shop.client.user
    assert "美食,快餐小吃" in sdk.get_categories()
    poi_id = sdk.add({"business": {"base_info": FULL}})["poi_id"]
    shop.post("/sandbox/approve_store", poi_id=poi_id)
    assert shop.approved(location_id_list=[poi_id])
    changed = {"poi_id": poi_id, "telephone": "13867428497"}
    assert sdk.update({"business": {"base_info": changed}}) == OK
    shop.post("/sandbox/approve_store", poi_id=poi_id)
    states = {"available_state": 3, "update_status": 0}
    whole = {**FULL, "poi_id": str(poi_id), "telephone": "13867428497", **states}
    assert sdk.get(poi_id) == {**OK, "business": {"base_info": whole}}
    assert sdk.list() == {**OK, "business_list": [{"base_info": whole}], "total_count": "1"}
    assert sdk.delete(poi_id) == OK
    with pytest.raises(WeChatClientException) as caught:
        sdk.get(poi_id)
    assert refusal(caught) == (65116, "poi has been deleted")
    ann, bob = shop.person("ann"), shop.person("bob")
    assert [one["openid"] for one in people.get_batch([bob, ann])] == [bob, ann]
    assert sorted(people.iter_followers()) == sorted([ann, bob])
    assert people.get(ann, lang="en")["language"] == "en"


def opened(receiver: Receiver, appid: str, event: str) -> Any:
    """Return the message of a push, decrypted and parsed by the SDK."""
    (push,) = receiver.wait(1, event)
    stamp = push.query["timestamp"], push.query["nonce"]
    check_signature(receiver.token, push.query["signature"], *stamp)
    crypto = WeChatCrypto(receiver.token, receiver.aes_key, appid)
    with pytest.raises(InvalidSignatureException):
        crypto.decrypt_message(push.body, "0" * 40, *stamp)
    return parse_message(crypto.decrypt_message(push.body, push.query["msg_signature"], *stamp))


def test_encrypted_pushes_are_opened_and_parsed_by_the_sdk(shop: Shop, merchant: Api, receiver: Receiver) -> None:
    shop.post("/sandbox/callback", **receiver.settings("safe"))
    ann = shop.person("ann")
    card_id, refused = shop.approved(), shop.client.card.create(card())
    shop.post("/sandbox/refuse", card_id=refused, reason="logo unclear")
    code = shop.claim(card_id, ann, outer_str="wall")
    shop.client.card.consume_code(code)
    shop.post("/sandbox/delete", card_id=card_id, openid=ann, code=code)
    names = ("card_pass_check", "card_not_pass_check", "user_get_card", "user_consume_card", "user_del_card")
    told = {name: opened(receiver, merchant.appid, name) for name in names}
    assert {name: (message.event, message.card_id) for name, message in told.items()} == {
        name: (name, refused if name == "card_not_pass_check" else card_id) for name in names
    }
    assert told["card_not_pass_check"].refuse_reason == "logo unclear"
    got = told["user_get_card"]
    assert (got.source, got.code, got.outer_str, got.outer_id, got.old_code) == (ann, code, "wall", "0", None)
    assert (got.is_given_by_friend, got.is_restore_member_card, got.is_recommend_by_friend) == (0, 0, 0)
    used = told["user_consume_card"]
    assert (used.source, used.code, used.consume_source) == (ann, code, "FROM_API")
    assert told["user_del_card"].code == code


def test_a_card_is_sent_in_messages_and_put_on_pages(shop: Shop) -> None:
    sdk, messages, ann, bob = shop.client.card, shop.client.message, shop.person("ann"), shop.person("bob")
    card_id = shop.approved()
    placed = [{"card_id": card_id, "thumb_url": "http://pic.example/t"}]
    page = {"banner": "http://pic.example/b", "page_title": "惠", "can_share": True, "scene": "SCENE_H5"}
    assert sdk.create_landingpage({**page, "card_list": placed})["page_id"] == 1
    assert sdk.get_html(card_id).startswith("<iframe ")
    several = {"multiple_card": {"card_list": [{"card_id": card_id}]}}
    assert sdk.create_qrcode({"action_name": "QR_MULTIPLE_CARD", "action_info": several})
    assert messages.send_card(ann, card_id, account="kf@shop") == OK
    assert messages.send_mass_card(ann, card_id, preview=True)["errcode"] == 0
    assert messages.send_mass_card([ann, bob], card_id, client_msg_id="m1")["msg_id"] == 1
    assert messages.send_mass_card(None, card_id, is_to_all=True)["msg_id"] == 2
    assert messages.get_mass(2) == {"msg_id": 2, "msg_status": "SEND_SUCCESS"}
    assert messages.delete_mass(1) == OK
    got = [len(shop.post("/ext/messages", openid=one)["messages"]) for one in (ann, bob)]
    assert got == [3, 1]


def test_a_message_that_was_sent_before_tells_the_first_ones_number(shop: Shop) -> None:
    shop.person("ann")
    shop.client.message.send_mass_text(None, "hello", is_to_all=True, client_msg_id="m1")
    shop.post("/sandbox/clock", advance=60)
    with pytest.raises(WeChatClientException) as caught:
        shop.client.message.send_mass_text(None, "hello", is_to_all=True, client_msg_id="m1")
    assert refusal(caught) == (45065, "clientmsgid exist")
