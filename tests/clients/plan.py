"""With which arguments each call of each SDK is made, and which part of the answer the SDK hands out.

A call of a path that is not built needs nothing here: it is made with anything. When a path is built, its calls fail
in test_calls.py until they are given what they need.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from card_bodies import card
from store_bodies import FULL

from clients.stage import Stage

Planned = Callable[[Stage], list[Any]]
_count = itertools.count(1).__next__

LOCATION = {
    "business_name": "麦当劳",
    "province": "广东省",
    "city": "广州市",
    "address": "中大路1号",
    "telephone": "020-89772059",
    "category": "美食",
    "longitude": 115.3,
    "latitude": 25.1,
}
CHANGED = {"base_info": {"notice": "到店出示"}}
ARTICLE = {"title": "t", "description": "d", "url": "https://shop.example/", "image": "https://shop.example/1.jpg"}
EVENT = {"begin_time": 1_500_000_000, "end_time": 1_500_007_200, "zone": "A"}
FLIGHT = {"class": "Y", "etkt_bnr": "99912345678901"}
FILM = {
    "ticket_class": "3D",
    "show_time": 1_500_000_000,
    "duration": 120,
    "screening_room": "5",
    "seat_number": ["A1"],
}
DAYS = ("2020-01-01", "2020-01-02")
CONFIG = {"url": "https://shop.example/", "jsApiList": []}


def wish(s: Stage) -> dict[str, Any]:
    """Return the body of a QR ticket."""
    return {"action_name": "QR_CARD", "action_info": {"card": {"card_id": s.card()}}}


def several(s: Stage) -> dict[str, Any]:
    """Return what a ticket of several cards names."""
    return {"multiple_card": {"card_list": [{"card_id": s.card()}]}}


def shelf(s: Stage) -> dict[str, Any]:
    """Return the body of a shelf."""
    placed = [{"card_id": s.card(), "thumb_url": "http://pic.example/t"}]
    head = {"banner": "http://pic.example/b", "page_title": "惠", "can_share": True, "scene": "SCENE_H5"}
    return {**head, "card_list": placed}


def again(s: Stage) -> dict[str, Any]:
    """Return what of a store may change."""
    return {"poi_id": s.store(), "telephone": "13867428497"}


def text() -> str:
    """Return a message that nobody has sent before."""
    return f"hello {_count()}"


PYTHON: dict[str, Planned] = {
    "card.batch_add_locations": lambda _: [{"location_list": [LOCATION]}],
    "card.batch_get": lambda _: [],
    "card.batch_get_locations": lambda _: [0, 10],
    "card.check_code": lambda s: [s.deposit(), ["A-1"]],
    "card.checkin_boardingpass": lambda s: [s.ticket_of("BOARDING_PASS"), "乘客", *FLIGHT.values()],
    "card.consume_code": lambda s: [s.code()],
    "card.create": lambda _: [card()],
    "card.create_landingpage": lambda s: [shelf(s)],
    "card.create_qrcode": lambda s: [wish(s)],
    "card.decrypt_code": lambda s: [s.hidden_code()],
    "card.delete": lambda s: [s.card()],
    "card.deposit_code": lambda s: [s.deposit(), ["A-1"]],
    "card.get": lambda s: [s.card()],
    "card.get_card_list": lambda s: [s.ann],
    "card.get_code": lambda s: [s.code()],
    "card.get_colors": lambda _: [],
    "card.get_deposit_count": lambda s: [s.deposit()],
    "card.get_html": lambda s: [s.card()],
    "card.get_redirect_url": lambda s: ["https://shop.example/", s.hidden_code(), "p1"],
    "card.invalid_code": lambda s: [s.code()],
    "card.modify_stock": lambda s: [s.card(), 5],
    "card.set_paycell": lambda s: [s.card(use_all_locations=True), True],
    "card.set_test_whitelist": lambda s: [[s.ann]],
    "card.update": lambda s: [{"card_id": s.card(), "groupon": CHANGED}],
    "card.update_code": lambda s: [*s.custom(), "A-2"],
    "card.update_movie_ticket": lambda s: [s.ticket_of("MOVIE_TICKET"), *FILM.values()],
    "invoice.get_auth_url": lambda _: ["s", "o", 1, 1, "app", "t", 0],
    "invoice.get_user_title_url": lambda _: [True, "t"],
    "jsapi.get_jsapi_add_card_params": lambda s: [s.card()],
    "jsapi.get_jsapi_card_params": lambda _: ["ticket", "GROUPON"],
    "media.upload_image": lambda s: [{"$file": s.logo}],
    "media.upload_mass_image": lambda s: [{"$file": s.logo}],
    "message.delete_mass": lambda s: [s.sent()],
    "message.get_mass": lambda s: [s.sent()],
    "message.send_card": lambda s: [s.ann, s.card()],
    "message.send_mass_card": lambda s: [[s.ann, s.bob], s.card()],
    "message.send_mass_text": lambda s: [[s.ann, s.bob], text()],
    "message.send_text": lambda s: [s.ann, text()],
    "misc.check_network": lambda s: [s.listening()],
    "poi.add": lambda _: [{"business": {"base_info": FULL}}],
    "poi.delete": lambda s: [s.store()],
    "poi.get": lambda s: [s.store()],
    "poi.update": lambda s: [{"business": {"base_info": again(s)}}],
    "qrcode.create": lambda s: [wish(s)],
    "qrcode.get_url": lambda s: [s.ticket()],
    "qrcode.show": lambda s: [s.ticket()],
    "user.get": lambda s: [s.ann],
    "user.get_batch": lambda s: [[s.ann]],
}
NODE: dict[str, Planned] = {
    "addLocations": lambda _: [[LOCATION]],
    "addPoi": lambda _: [FULL],
    "batchGetUsers": lambda s: [[s.ann]],
    "checkInBoardingPass": lambda s: [{"code": s.ticket_of("BOARDING_PASS"), **FLIGHT}],
    "checkCustomizedCodes": lambda s: [s.deposit(), ["A-1"]],
    "clearQuota": lambda s: [s.api.appid],
    "consumeCode": lambda s: [s.code(), ""],
    "createCard": lambda _: [card()["card"]],
    "createCardQRCode": lambda s: [several(s), 1800],
    "createQRCode": lambda s: [{"card_id": s.card()}],
    "decryptCode": lambda s: [s.hidden_code()],
    "delPoi": lambda s: [s.store()],
    "deleteCard": lambda s: [s.card()],
    "deleteMass": lambda s: [s.sent()],
    "ensureTicket": lambda _: ["wx_card"],
    "getCard": lambda s: [s.card()],
    "getCardDataInfo": lambda s: [s.card(), *DAYS, 1],
    "getCardExt": lambda s: [{"card_id": s.card()}],
    "getCardList": lambda s: [s.ann],
    "getCards": lambda _: [0, 10, ["CARD_STATUS_VERIFY_OK"]],
    "getCode": lambda s: [s.code()],
    "getDepositCodesCount": lambda s: [s.deposit()],
    "getFollowers": lambda _: [""],
    "getJsConfig": lambda _: [CONFIG],
    "getLocations": lambda _: [0, 10],
    "getMassMessageStatus": lambda s: [s.sent()],
    "getPoi": lambda s: [s.store()],
    "getPois": lambda _: [0, 20],
    "getTicket": lambda _: ["wx_card"],
    "getTotalCardDataInfo": lambda _: [*DAYS, 1],
    "getUser": lambda s: [s.ann],
    "importCustomizedCodes": lambda s: [s.deposit(), ["A-1"]],
    "massSend": lambda s: [{"msgtype": "wxcard", "wxcard": {"card_id": s.card()}}, [s.ann, s.bob]],
    "massSendText": lambda s: [text(), [s.ann, s.bob]],
    "previewText": lambda s: [s.ann, text()],
    "sendCard": lambda s: [s.ann, s.card()],
    "sendText": lambda s: [s.ann, text()],
    "sendTextFromCs": lambda s: [s.ann, "kf@shop", text()],
    "setTestWhitelist": lambda s: [{"openid": [s.ann], "username": []}],
    "showQRCodeURL": lambda s: [s.ticket()],
    "unavailableCode": lambda s: [s.code()],
    "updateCard": lambda s: [s.card(), "groupon", CHANGED],
    "updateCardStock": lambda s: [s.card(), 5],
    "updateCode": lambda s: ["A-1", s.custom()[0], "A-2"],
    "updateMeetingTicket": lambda s: [{"code": s.ticket_of("MEETING_TICKET"), **EVENT}],
    "updateMovieTicket": lambda s: [{"code": s.ticket_of("MOVIE_TICKET"), **FILM}],
    "updatePoi": lambda s: [again(s)],
    "uploadImage": lambda s: [s.logo],
    "uploadImageStream": lambda s: [{"$form": s.logo}],
    "uploadLogo": lambda s: [s.logo],
}
# Messages of other kinds are made with the openid and anything.
OTHER_KINDS = ("Image", "Voice", "Video", "Music", "News", "MpNews", "MiniProgram")
NODE |= {f"send{kind}": lambda s: [s.ann, "m"] for kind in OTHER_KINDS}
NODE |= {f"send{kind}FromCs": lambda s: [s.ann, "kf@shop", "m"] for kind in OTHER_KINDS}
NODE |= {"sendVideo": lambda s: [s.ann, "m", "m"], "sendVideoFromCs": lambda s: [s.ann, "kf@shop", "m", "m"]}
NODE |= {f"preview{kind}": lambda s: [s.ann, "m"] for kind in OTHER_KINDS}
NODE |= {f"massSend{kind}": lambda s: ["m", [s.ann, s.bob]] for kind in OTHER_KINDS}
TO_ONE, TO_MANY = ("image", "mini_program_page", "msg_menu", "voice"), ("article", "image", "video", "voice")
PYTHON |= {f"message.send_{kind}": lambda s: [s.ann, "m"] for kind in TO_ONE}
PYTHON |= {f"message.send_mass_{kind}": lambda s: [[s.ann, s.bob], "m"] for kind in TO_MANY}
PYTHON |= {
    "message.send_articles": lambda s: [s.ann, [ARTICLE]],
    "message.send_link": lambda s: [s.ann, ARTICLE],
    "message.send_music": lambda s: [s.ann, "http://m.example/1", "http://m.example/2", "m"],
    "message.send_video": lambda s: [s.ann, "m"],
}
# It signs a card_ext for the card and sends it along.
SIGNED: dict[str, Planned] = {
    "sendCard": lambda s: [s.ann, {"card_id": s.card()}],
    "sendCardFromCs": lambda s: [s.ann, "kf@shop", {"card_id": s.card()}],
}
# Here the text of a message to many comes before the people.
CONTENT_FIRST: dict[str, Planned] = {
    name: lambda s, planned=planned: planned(s)[::-1]  # type: ignore[misc]
    for name, planned in PYTHON.items()
    if name.startswith("message.send_mass_")
}
MEMBER: dict[str, Planned] = {"updateCard": lambda s: [s.card(), CHANGED]}
PLANS = {
    "wechatpy": PYTHON,
    "wechatpy2": PYTHON | CONTENT_FIRST,
    "wechat-api": NODE | SIGNED,
    "co-wechat-api": NODE | MEMBER,
}

# The member of the answer that is handed out; where nothing stands here it is the answer as a whole.
GIVES = {
    "card.batch_add_locations": "location_id_list",
    "card.create": "card_id",
    "card.create_qrcode": "ticket",
    "card.decrypt_code": "code",
    "card.get": "card",
    "card.get_colors": "colors",
    "card.get_html": "content",
    "jsapi.get_jsapi_ticket": "ticket",
    "media.upload_image": "url",
    "media.upload_mass_image": "url",
    "misc.get_wechat_ips": "ip_list",
    "poi.get_categories": "category_list",
    "user.get_batch": "user_info_list",
}
