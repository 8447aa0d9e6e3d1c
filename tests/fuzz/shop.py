"""A small account with something of every kind, so that requests reach what only real ids reach."""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass, field
from typing import Any

from card_bodies import card
from PIL import Image
from store_bodies import store

from kaquan.rules.signature import card_ext_signature
from support.api import Api
from support.server import Server

FOREVER = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": 1400000000, "end_timestamp": 2147400000}
PAST: dict[str, list[Any]] = {
    "begin_timestamp": [1400000000],
    "end_timestamp": [2147400000],
    "fixed_term": [1, 30],
    "fixed_begin_term": [0, 1],
    "begin_date": ["2020-01-01", "2020-02-01"],
    "end_date": ["2020-02-01", "2020-03-03"],
    "cond_source": [0, 1],
}
NOBODY = "o" + "x" * 27
NO_CARD = "p" + "x" * 27
PLACED = "https://shop.example/a.png"


@dataclass
class Shop:
    """An account and what requests may name of it.

    Args:
        api: its client.
        known: by the name of a field, what its value may be.
        pages: names that pages may be asked for.
        persons: what queries carry of people who came by web OAuth.
        spare: by path, what to name there instead, so that nothing the others need is lost.
    """

    api: Api
    known: dict[str, list[Any]] = field(default_factory=dict)
    pages: dict[str, list[str]] = field(default_factory=dict)
    persons: dict[str, list[Any]] = field(default_factory=dict)
    spare: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    def learn(self, **found: Any) -> None:
        """Remember values."""
        for name, value in found.items():
            self.known.setdefault(name, []).append(value)


def open_shop(server: Server, **columns: Any) -> Shop:
    """Make an account and furnish it."""
    shop = Shop(server.new_app(**columns))
    people = shop.api.people(6)
    for openid in (*people, NOBODY):
        shop.learn(openid=openid)
    _cards(shop, people)
    _ways(shop)
    _stores(shop)
    _messages(shop, people)
    _names(shop)
    _persons(shop, people)
    shop.known |= PAST
    return shop


def _cards(shop: Shop, people: list[str]) -> None:
    api, plenty = shop.api, {"date_info": FOREVER, "get_limit": 1000}
    custom = {**plenty, "use_custom_code": True}
    deposit = {**custom, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT", "sku": {"quantity": 0}}
    plain = api.create_card(card("GROUPON", plenty))
    scarce = api.create_card(card("CASH", {**plenty, "sku": {"quantity": 9}}))
    own, pooled = api.create_card(card("GIFT", custom)), api.create_card(card("GROUPON", deposit))
    named = api.create_card(card("DISCOUNT", {**plenty, "bind_openid": True, "use_all_locations": True}))
    gone, lost = api.create_card(card()), [api.create_card(card()) for _ in range(3)]
    shop.spare["/card/delete"] = {"card_id": [*lost, NO_CARD]}
    api.ok("/card/code/deposit", {"card_id": pooled, "code": [f"D{number}" for number in range(40)]})
    api.ok("/card/modifystock", {"card_id": pooled, "increase_stock_value": 40})
    api.ok("/card/delete", {"card_id": gone})
    for card_id in (plain, plain, scarce, own, pooled, named, gone, NO_CARD):
        shop.learn(card_id=card_id)
    codes = [api.claim(plain, people[number % 6]) for number in range(12)]
    codes += [api.claim(scarce, people[0]), api.claim(pooled, people[1])]
    codes += [api.claim(own, people[2], code=text) for text in ("OWN-1", "汉字🎉", "-1")]
    api.ok("/card/code/consume", {"code": codes[0]})
    api.ok("/card/code/unavailable", {"code": codes[1]})
    for code in (*codes, "D1", "000000000000"):
        shop.learn(code=code)
    shop.known["new_code"] = [*shop.known["code"], "NEW-1", "x" * 20, "x" * 21]
    shop.learn(encrypt_code="AAAA")
    if api.raw("POST", f"/sandbox/faults?access_token={api.token}", b"{}")["errcode"] == 0:
        shop.learn(encrypt_code=api.ok("/sandbox/encrypt_code", {"card_id": plain, "code": codes[2]})["encrypt_code"])
        for number in range(3, 9):
            given = {"openid": people[number % 6], "card_id": plain, "code": codes[number]}
            shop.learn(gift_id=api.ok("/sandbox/gift", given)["gift_id"])
    shop.learn(gift_id="x" * 32)
    shop.known["to"] = ["", *shop.known["openid"]]


def _ways(shop: Shop) -> None:
    api, (plain, *_) = shop.api, shop.known["card_id"]
    ticket = api.ok("/card/qrcode/create", {"action_name": "QR_CARD", "action_info": {"card": {"card_id": plain}}})
    placed = {"banner": PLACED, "page_title": "t", "can_share": True, "scene": "SCENE_H5"}
    api.ok("/card/landingpage/create", {**placed, "card_list": [{"card_id": plain, "thumb_url": PLACED}]})
    api.ok("/card/mpnews/gethtml", {"card_id": plain})
    picture = _upload(api)
    for one in (ticket["ticket"], ticket["url"], ticket["ticket"][:-4] + "AAAA", "http://x/q/" + "y" * 3000):
        shop.learn(ticket=one)
    shop.pages = {"/image/": [picture.partition("/image/")[2], f"{api.appid}/{'0' * 32}"]}
    signing = api.get("/cgi-bin/ticket/getticket", type="wx_card")["ticket"]
    now = str(int(time.time()))
    for outer in ("", "\0", "汉字"):
        ext = {"timestamp": now, "nonce_str": outer or "n", "outer_str": outer}
        shop.learn(card_ext=json.dumps({**ext, "signature": card_ext_signature(signing, plain, ext)}))
    shop.spare["/ext/claim"] = {"card_id": [plain] * 4 + shop.known["card_id"]}
    shop.learn(card_ext="{}")
    shop.learn(card_ext={"timestamp": 1, "signature": "x"})


def _upload(api: Api) -> str:
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    head = b'--B\r\nContent-Disposition: form-data; name="media"; filename="a.png"\r\n\r\n'
    target = f"/cgi-bin/media/uploadimg?access_token={api.token}"
    form = {"Content_Type": "multipart/form-data; boundary=B"}
    url: str = api.raw("POST", target, head + out.getvalue() + b"\r\n--B--\r\n", **form)["url"]
    return url


def _stores(shop: Shop) -> None:
    api = shop.api
    for number in range(3):
        shop.learn(poi_id=api.ok("/cgi-bin/poi/addpoi", store(sid=str(number)))["poi_id"])
    api.ok("/cgi-bin/poi/delpoi", {"poi_id": shop.known["poi_id"][2]})
    shop.spare["/cgi-bin/poi/delpoi"] = {"poi_id": [api.ok("/cgi-bin/poi/addpoi", store())["poi_id"] for _ in range(3)]}
    shop.known["poi_id"] += [12, str(shop.known["poi_id"][0])]
    shop.known["location_id_list"] = [*shop.known["poi_id"], 0]
    old = {"business_name": "x", "province": "x", "city": "x", "address": "x", "telephone": "1", "category": "美食"}
    where = {"longitude": "115.3", "latitude": "25.1"}
    shop.known["location_list"] = [{**old, **where}, old, {}, {**old, **where, "business_name": "x" * 99}]
    shop.known |= {"longitude": [115.3] * 5 + ["25.1", 181], "latitude": [25.1] * 5 + ["25.1", 91]}
    shop.known["categories"] = ["美食,快餐小吃"] * 5 + ["美食", "美食,,", "x,y,z,w"]
    shop.known["telephone"] = ["020-12345678", "1"]


def _messages(shop: Shop, people: list[str]) -> None:
    sent = {"touser": people, "msgtype": "text", "text": {"content": "x"}}
    made = shop.api.post("/cgi-bin/message/mass/send", sent)
    shop.known["msg_id"] = [made["msg_id"], str(made["msg_id"]), 1]
    shop.known["touser"] = shop.known["openid"]
    shop.known["clientmsgid"] = ["a", "b", ""]
    refused = shop.api.post("/card/get", {"card_id": NO_CARD})["errmsg"].partition(" rid: ")[2][:26]
    shop.known["rid"] = [refused, "00000000-00000000-00000000", f"{int(time.time()) - 60:08x}-00000000-00000000", "x"]


def _names(shop: Shop) -> None:
    """Remember what names of the account itself stand for, and small texts and numbers."""
    api = shop.api
    shop.known |= {
        "appid": [api.appid],
        "secret": [api.secret, "x"],
        "appsecret": [api.secret, "x"],
        "grant_type": ["client_credential", "client_credential", "authorization_code", "refresh_token", "x"],
        "scope": ["", "snsapi_base", "snsapi_userinfo", "x"],
        "lang": ["zh_CN", "en", "x"],
        "next_openid": ["", *shop.known["openid"]],
        "external_ids": ["person-1", "fresh", "汉字", "e\u0301"],
        "username": ["person-1", "nobody"],
        "towxname": ["person-1", "nobody", ""],
        "quantity": [1, 7, 500],
        "offset": [0, 0, 1, 99],
        "count": [0, 1, 50, 51],
        "begin": [0, 1],
        "limit": [1, 50],
        "increase_stock_value": [0, 1, 5],
        "reduce_stock_value": [0, 1],
        "expire_seconds": [60, 1800, "1800", 0],
        "status_list": ["CARD_STATUS_VERIFY_OK", "CARD_STATUS_DELETE", "CARD_STATUS_INIT", "x"],
        "outer_str": ["", "channel", "汉字"],
        "cgi_path": ["/card/create", "/card/get", "/sns/x", "x"],
        "path": ["/card/get", "/card/create", "/x"],
        "advance": [0, 1],
        "since": [0, 0, 1],
        "before": [0, 1],
        "fault_id": [0, 1],
        "url": ["http://127.0.0.1:9/", "http://[::1]:9/", "http://10.0.0.1/", "x"],
        "token": ["Tok3n"],
        "aes_key": ["", "a" * 43],
        "refuse_reason": ["x"],
        "get_custom_code_mode": ["", "", "GET_CUSTOM_CODE_MODE_DEPOSIT"],
        "share_friends": [False],
        "supply_balance": [False],
    }


def asked(shop: Shop) -> dict[str, list[Any]]:
    """Return what the parameters of a query may be."""
    return {**shop.known, **shop.persons, "type": ["jsapi", "wx_card", "x"]}


def _persons(shop: Shop, people: list[str]) -> None:
    """Remember codes and tokens of people; only a sandbox account gets them without a browser."""
    api, found = shop.api, shop.persons
    found |= {"code": ["x", ""], "refresh_token": ["x", ""], "access_token": ["x", api.token]}
    for number, openid in enumerate(people * 4):
        scope = ("snsapi_base", "snsapi_userinfo")[number % 2]
        given = api.post("/sandbox/oauth_code", {"openid": openid, "scope": scope})
        if given["errcode"] != 0:
            return
        found["code"].append(given["code"])
        query = f"appid={api.appid}&secret={api.secret}&code={given['code']}&grant_type=authorization_code"
        told = api.raw("GET", f"/sns/oauth2/access_token?{query}") if number < len(people) else {}
        for name in {"access_token", "refresh_token"} & set(told):
            found[name].append(told[name])


def abroad(mine: Shop, other: Shop) -> None:
    """Let requests of one account name some of what belongs to the other, too."""
    for name in ("card_id", "code", "openid", "ticket", "encrypt_code", "poi_id", "rid", "msg_id", "card_ext"):
        mine.known[name] = [*mine.known[name], *other.known[name][:2]]
    mine.pages = {prefix: [*names, *other.pages[prefix]] for prefix, names in mine.pages.items()}
