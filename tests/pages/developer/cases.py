"""The error cases of the Q&A, each with what makes the mistake and what the page of its call has to say."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from card_bodies import NOW, card
from playwright.sync_api import Page

from kaquan.actions.manage_app import set_override
from kaquan.rules.quota import Override
from qa.counter import RID, offered, scanned
from qa.test_e08_claim_page import MISTAKES
from support.api import Api
from support.js_page import configured, pressed, told
from support.merchant import Merchant, rid_in

BASE = "card.groupon.base_info."
OLD = """([name, args]) => new Promise((resolve) =>
    WeixinJSBridge.invoke(name, args, (result) => resolve(result)))"""


Make = Callable[[Merchant, Any], str]
"""Makes a mistake, on a visitor's page where it takes one, and returns the reference of the refusal."""


@dataclass(frozen=True)
class Case:
    """A mistake, and what the page of its call has to say.

    Args:
        make: makes the mistake and returns the reference of the refusal.
        cause: part of the cause in Chinese.
        place: part of the marked line, empty for none.
        added: part of what the repair adds, empty where nothing that was sent is to blame.
        sends: the repaired request is whole and passes as it is.
        fix: label of the link to where it is mended, empty for none.
        columns: of the account.
    """

    make: Make
    cause: str
    place: str = ""
    added: str = ""
    sends: bool = False
    fix: str = ""
    columns: tuple[tuple[str, Any], ...] = ()

    @property
    def on_page(self) -> bool:
        """Tell whether the mistake takes a visitor with a browser."""
        return self.make.__qualname__.partition(".")[0] in ON_PAGE


def rid_of(answer: Any) -> str:
    """Return the reference in an answer."""
    found = RID.search(answer["errmsg"])
    assert found, answer
    return found[0]


def posts(path: str, body: Any) -> Make:
    """Return what makes a call that is refused; a body may be made from the client."""
    return lambda merchant, _: rid_of(merchant.api.post(path, body(merchant.api) if callable(body) else body))


def wish(base: dict[str, Any], **fields: Any) -> Callable[[Api], dict[str, Any]]:
    """Return what makes the body of a QR ticket for a new card."""

    def make(api: Api) -> dict[str, Any]:
        card_id = api.create_card(card("GROUPON", base))
        return {"action_name": "QR_CARD", "action_info": {"card": {"card_id": card_id, **fields}}}

    return make


def with_ended_token(merchant: Merchant, _: Page) -> str:
    """Call with a token whose time is over."""
    token = merchant.api.token
    merchant.api.ok("/sandbox/clock", {"advance": 7300})
    return rid_of(merchant.api.post("/card/batchget", {"offset": 0, "count": 1}, access_token=token))


def of_another(merchant: Merchant, _: Page) -> str:
    """Ask for a card of another account."""
    other = merchant.server.new_app().create_card(card())
    return rid_of(merchant.api.post("/card/get", {"card_id": other}))


def limited(kind: str) -> Make:
    """Return what makes the third call of two."""

    def make(merchant: Merchant, _: Page) -> str:
        limits = Override("/card/batchget", **({"calls": 2, "seconds": 86400} if kind == "calls" else {kind: 2}))
        merchant.server.database.transact(lambda tx: set_override(tx, merchant.api.appid, limits))
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            answer = merchant.api.post("/card/batchget", {"offset": 0, "count": 1})
            if answer["errcode"]:
                return rid_of(answer)
        raise AssertionError("no limit")

    return make


def on_claim_page(make: Callable[[Merchant, Page], Page]) -> Make:
    """Return what reads the reference under the text of a claim page that somebody who is signed in opens."""

    def read(merchant: Merchant, phone: Page) -> str:
        merchant.sign_in(phone, "ann")
        page = make(merchant, phone)
        return rid_in(page.locator(".reference").inner_text())

    return read


def denied(query: str) -> Make:
    """Return what makes a call from before ``wx.config`` on a page with this query."""

    def make(merchant: Merchant, phone: Page) -> str:
        merchant.open(phone, query)
        card_id = merchant.card()
        cards = {"card_list": [{"card_id": card_id, "card_ext": merchant.card_ext(card_id)}]}
        with phone.expect_console_message(lambda message: message.text.startswith("kaquan: ")) as said:
            phone.evaluate(OLD, ["batchAddCard", cards])
        return rid_in(said.value.text)

    return make


def object_on_ios(merchant: Merchant, phone: Page) -> str:
    """Call addCard with a cardExt that is an object."""
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    card_id = merchant.card()
    ext = json.loads(merchant.card_ext(card_id))
    script = f"wx.addCard(telling({json.dumps({'cardList': [{'cardId': card_id, 'cardExt': ext}]})}))"
    with phone.expect_console_message(lambda message: " rid: " in message.text) as said:
        phone.evaluate(script)
    return rid_in(said.value.text)


def choosing(args: Callable[[Merchant], dict[str, str]]) -> Make:
    """Return what opens a list of cards that is empty."""

    def make(merchant: Merchant, phone: Page) -> str:
        merchant.api.claim(merchant.card("CASH"), merchant.sign_in(phone, "ann"))
        merchant.open(phone)
        configured(phone, merchant.config(phone))
        window = pressed(phone, "chooseCard", args(merchant))
        reference = rid_in(window.locator(".reference").inner_text())
        window.close()
        assert told(phone)[0][0] == "cancel"
        return reference

    return make


def card_of_stock(merchant: Merchant, phone: Page) -> Page:
    """Open the page of a card whose last code somebody else has."""
    card_id = merchant.card(sku={"quantity": 1})
    merchant.api.claim(card_id, merchant.api.person("bob"))
    return scanned(phone, merchant, card_id)


def refused_card(merchant: Merchant, phone: Page) -> Page:
    """Open the page of a card that was refused."""
    card_id = merchant.card()
    merchant.api.ok("/sandbox/refuse", {"card_id": card_id, "reason": "no"})
    return scanned(phone, merchant, card_id)


def wrongly_signed(name: str) -> Callable[[Merchant, Page], Page]:
    """Return what offers a card with a mistake in its signature."""

    def make(merchant: Merchant, phone: Page) -> Page:
        card_id = merchant.card()
        merchant.ticket("wx_card")
        signature = MISTAKES[name][0](merchant, card_id)
        ext = {"timestamp": "1700000000", "nonce_str": "Qm3xTz81", "signature": signature}
        return offered(phone, merchant, card_id, json.dumps(ext))

    return make


def malformed(merchant: Merchant, phone: Page) -> Page:
    """Offer a card with a misspelt key in its card_ext."""
    card_id = merchant.card()
    return offered(phone, merchant, card_id, merchant.card_ext(card_id).replace("timestamp", "timestemp"))


def long_code(merchant: Merchant, phone: Page) -> Page:
    """Offer a card with a code of 21 characters."""
    card_id = merchant.card(use_custom_code=True)
    return offered(phone, merchant, card_id, merchant.card_ext(card_id, code="A" * 21))


def bound_in_review(merchant: Merchant, phone: Page) -> Page:
    """Open a QR code that is made out to the visitor, who is no tester, for a card under review."""
    return scanned(phone, merchant, merchant.card(bind_openid=True), openid=merchant.sign_in(phone, "ann"))


def bound_elsewhere(merchant: Merchant, phone: Page) -> Page:
    """Open a QR code that is made out to somebody else."""
    return scanned(phone, merchant, merchant.card(bind_openid=True), openid=merchant.api.person("bob"))


MANUAL = (("review", "manual"),)
ON_PAGE = {"on_claim_page", "denied", "object_on_ios", "choosing"}
REAL = (("sandbox", False),)
WHITELIST = "设置测试白名单"
DATES = {"type": 1, "begin_timestamp": NOW, "end_timestamp": 2_147_400_000, "fixed_term": 30}
CASES: dict[str, Case] = {
    "E1-1": Case(posts("/card/create", card()), "还没有申请卡券功能", columns=REAL),
    "E1-2": Case(of_another, "属于账号"),
    "E1-3": Case(with_ended_token, "access_token"),
    "E2": Case(
        posts("/card/create", card("GROUPON", {"date_info": DATES})),
        "fixed_term 不属于这种类型",
        place='"fixed_term": 30',
        added='"end_timestamp": 2147400000',
        sends=True,
    ),
    "E3": Case(
        on_claim_page(lambda merchant, phone: scanned(phone, merchant, merchant.card())),
        "不在测试白名单里",
        fix=WHITELIST,
        columns=MANUAL,
    ),
    "E4-1": Case(
        denied("?wechat_card_js=1"),
        "不是卡券 JS API 域名 other.test",
        fix="设置卡券 JS API 域名",
        columns=(("card_js_domain", "other.test"),),
    ),
    "E4-2": Case(on_claim_page(refused_card), "未通过审核", fix=WHITELIST, columns=MANUAL),
    "E5-1": Case(on_claim_page(bound_in_review), "指定的用户不在测试白名单里", fix=WHITELIST, columns=MANUAL),
    "E5-2": Case(on_claim_page(long_code), "自定义 Code 有 21 个字符"),
    "E5-3": Case(on_claim_page(malformed), "timestemp", place='"card_ext"', added='\\"timestamp\\"'),
    "E6-1": Case(on_claim_page(card_of_stock), "库存已经用完"),
    "E6-2": Case(on_claim_page(bound_elsewhere), "这次领取指定给"),
    "E7": Case(denied(""), "wechat_card_js=1", added="wechat_card_js=1"),
    "E8": Case(
        on_claim_page(wrongly_signed("another timestamp")),
        "签名的 timestamp 是 1700000009，传的却是 1700000000",
        added="signature",
        fix="在签名检查里重算",
    ),
    "E8-ticket": Case(
        on_claim_page(wrongly_signed("the jsapi ticket")),
        "签名时用的是 jsapi",
        added="signature",
        fix="在签名检查里重算",
    ),
    "E9-1": Case(
        posts("/card/create", card("GROUPON", {"title": ...})),
        f"缺少必填字段 {BASE}title",
        place='"base_info": {',
        added='"title": "<text>"',
    ),
    "E9-2": Case(
        posts("/card/create", card("GROUPON", {"sku": {"quantity": "500"}})),
        "加了引号",
        place='"quantity": "500"',
        added='"quantity": 500',
        sends=True,
    ),
    "E9-3": Case(
        posts("/card/create", card("GROUPON", {"service_phone": 13800138000})),
        "没有加引号",
        place='"service_phone": 13800138000',
        added='"service_phone": "13800138000"',
        sends=True,
    ),
    "E9-4": Case(
        posts("/card/create", card("GROUPON", {"brand_name": ..., "brandName": "微信餐厅"})),
        "brandName",
        place='"brandName"',
        added='"brand_name": "微信餐厅"',
        sends=True,
    ),
    "E10": Case(
        posts("/card/qrcode/create", wish({}, code="A-1")),
        "的 Code 由平台生成",
        place='"code": "A-1"',
        added='"card_id"',
        sends=True,
    ),
    "E10-code": Case(
        posts("/card/qrcode/create", wish({"use_custom_code": True})),
        "二维码里却没有 code",
        place='"card": {',
        added='"code": "<text>"',
    ),
    "E11": Case(
        posts("/card/create", card("GROUPON", {"can_share": "true"})),
        "应为布尔值",
        place='"can_share": "true"',
        added='"can_share": true',
        sends=True,
    ),
    "E12-day": Case(limited("daily"), "次数已经用完：上限 2 次，已用 2 次", fix="查看调用额度"),
    "E12-window": Case(limited("calls"), "过于频繁", fix="查看调用额度"),
    "E13": Case(
        object_on_ios, "cardList[0].cardExt 应为内容为 JSON 的字符串", place='"card_ext": {', added='"card_ext": "{'
    ),
    "E14-1": Case(choosing(lambda merchant: merchant.choose_args(cardType="GIFT")), "GIFT", added='"card_sign"'),
    "E14-2": Case(
        choosing(lambda merchant: {**merchant.choose_args(), "cardSign": "0" * 40}),
        "0" * 40,
        added='"card_sign"',
        fix="在签名检查里重算",
    ),
    "E15": Case(object_on_ios, "应为内容为 JSON 的字符串", added='"card_ext": "{', columns=(("js_device", "ios"),)),
}
