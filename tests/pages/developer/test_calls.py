"""Each error case of the Q&A on the page of its call: the cause that holds, its place, and the request that passes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from card_bodies import NOW, card, card_with
from playwright.sync_api import Page, expect

from kaquan.actions.manage_app import change_app, set_override
from kaquan.rules.quota import Override
from kaquan.web.texts import Texts
from qa.counter import RID, offered, scanned
from qa.test_e08_claim_page import MISTAKES
from support.api import Api
from support.browser import Devices, Faults, picture
from support.js_page import configured, pressed, told
from support.merchant import Merchant, rid_in
from support.server import Server
from support.walk import SIZES, developer_at, look
from support.worker import worker

BASE = "card.groupon.base_info."
OLD = """([name, args]) => new Promise((resolve) =>
    WeixinJSBridge.invoke(name, args, (result) => resolve(result)))"""


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

    make: Callable[[Merchant, Page], str]
    cause: str
    place: str = ""
    added: str = ""
    sends: bool = False
    fix: str = ""
    columns: tuple[tuple[str, Any], ...] = ()


def rid_of(answer: Any) -> str:
    """Return the reference in an answer."""
    found = RID.search(answer["errmsg"])
    assert found, answer
    return found[0]


def posts(path: str, body: Any) -> Callable[[Merchant, Page], str]:
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


def limited(kind: str) -> Callable[[Merchant, Page], str]:
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


def on_claim_page(make: Callable[[Merchant, Page], Page]) -> Callable[[Merchant, Page], str]:
    """Return what reads the reference under the text of a claim page that somebody who is signed in opens."""

    def read(merchant: Merchant, phone: Page) -> str:
        merchant.sign_in(phone, "ann")
        page = make(merchant, phone)
        return rid_in(page.locator(".reference").inner_text())

    return read


def denied(query: str) -> Callable[[Merchant, Page], str]:
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


def choosing(args: Callable[[Merchant], dict[str, str]]) -> Callable[[Merchant, Page], str]:
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


def bound_elsewhere(merchant: Merchant, phone: Page) -> Page:
    """Open a QR code that is made out to somebody else."""
    return scanned(phone, merchant, merchant.card(bind_openid=True), openid=merchant.api.person("bob"))


MANUAL = (("review", "manual"),)
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
        place='"base_info": {',
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


@pytest.mark.parametrize("name", CASES)
def test_the_page_of_a_call_shows_cause_place_and_repair(
    devices: Devices, faults: Faults, merchant_with: Callable[..., Merchant], name: str
) -> None:
    case = CASES[name]
    if case.make is object_on_ios:
        faults.expect("has to be a string holding JSON")
    merchant = merchant_with(**dict(case.columns))
    rid = case.make(merchant, devices.phone())
    desk = worker(merchant.server, merchant.api).sit_down(devices.desktop(locale="zh-CN"))
    desk.goto(f"{merchant.server.base_url}/console/{merchant.api.appid}/calls/{rid}")
    expect(desk.locator("#cause")).to_contain_text(case.cause)
    picture(desk, f"case-{name}")
    marked = desk.locator(".line-here > span, .line-lacking > span")
    assert case.place in (marked.first.inner_text() if case.place else "")
    added = " ".join(desk.locator("ins").all_inner_texts())
    assert (case.added in added) if case.added else (added == "")
    if case.fix:
        expect(desk.get_by_role("link", name=case.fix).first).to_be_visible()
    if case.sends:
        desk.get_by_role("button", name="发送", exact=True).click()
        expect(desk.locator("#outcome .badge")).to_have_text("errcode 0")
        picture(desk, f"case-{name}-sent")


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_calls_are_listed_filtered_and_sent_anew(
    sqlite_server: Server, devices: Devices, size: str, language: Any
) -> None:
    say, api = Texts(language), sqlite_server.new_app(log_calls="all")
    rid = rid_of(api.post("/card/create", card("GROUPON", {"title": ..., "can_share": "true"})))
    api.post("/card/create", card_with("CASH", "least_cost", "1000"))
    api.ok("/card/batchget", {"offset": 0, "count": 1})
    api.get("/cgi-bin/ticket/getticket", type="wx_card")
    page = developer_at(sqlite_server, devices, api, size, language)
    calls = f"{sqlite_server.base_url}/console/{api.appid}/calls"
    page.goto(calls)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(4)
    look(page, f"calls-{size}")
    assert "***" in asked(page, rows.first)
    page.get_by_label(say("实时刷新")).check()
    api.post("/card/create", {})
    expect(rows).to_have_count(5)
    page.locator("#outcome").fill("refused")
    page.locator("#path").fill("create")
    page.get_by_role("button", name=say("筛选")).click()
    expect(rows).to_have_count(3)
    page.locator("#since").fill("2040-01-01T00:00")
    page.get_by_role("button", name=say("筛选")).click()
    expect(page.get_by_text(say("没有符合条件的调用"))).to_be_visible()
    page.locator("#rid").fill(f'{{"errcode":40053,"errmsg":"invalid rid: {rid}"}}')
    page.get_by_role("button", name=say("筛选")).click()
    expect(page).to_have_url(f"{calls}/{rid}")
    look(page, f"call-{size}")
    body = json.loads(page.locator("#body").input_value())
    assert body["card"]["groupon"]["base_info"]["title"] == "<text>"
    body["card"]["groupon"]["base_info"]["title"] = 5
    page.locator("#body").fill(json.dumps(body))
    page.get_by_role("button", name=say("发送"), exact=True).click()
    expect(page.locator("#outcome .badge")).to_have_text("40053")
    page.get_by_role("link", name=say("为什么？")).click()
    page.get_by_role("button", name=say("发送"), exact=True).click()
    expect(page.locator("#outcome .badge")).to_have_text("errcode 0")
    look(page, f"call-sent-{size}")


def asked(page: Page, row: Any) -> str:
    """Return what the page of a call shows, and come back."""
    with page.expect_navigation():
        row.get_by_role("link").click()
    text = page.locator("main").inner_text()
    page.go_back()
    return text


def test_a_call_of_another_account_is_not_there(sqlite_server: Server) -> None:
    api, other = sqlite_server.new_app(), sqlite_server.new_app()
    rid = rid_of(other.post("/card/create", {}))
    desk = worker(sqlite_server, other)
    assert desk.get(f"/console/{other.appid}/calls/{rid}") == 200
    stranger = worker(sqlite_server, api)
    assert stranger.get(f"/console/{api.appid}/calls/{rid}") == 404
    assert stranger.post(f"/console/{api.appid}/calls/{rid}", body="{}") == 404


def test_nothing_is_sent_with_the_token_of_a_real_account(sqlite_server: Server) -> None:
    api = sqlite_server.new_app(sandbox=False, card_function="granted")
    rid = rid_of(api.post("/card/create", {}))
    desk = worker(sqlite_server, api)
    assert desk.get(f"/console/{api.appid}/calls/{rid}") == 200
    assert 'name="body"' not in desk.page
    assert desk.post(f"/console/{api.appid}/calls/{rid}", body="{}") == 404


def test_only_refused_calls_are_kept_unless_all_are_asked_for(sqlite_server: Server) -> None:
    for setting, expected in (("failed", 0), ("all", 1)):
        api = sqlite_server.new_app(log_calls=setting)
        api.ok("/card/batchget", {"offset": 0, "count": 1})
        deadline, desk = time.monotonic() + (2 if expected else 0.3), worker(sqlite_server, api)
        found: list[str] = []
        while time.monotonic() < deadline and not found:
            desk.get(f"/console/{api.appid}/calls")
            found = re.findall(r">POST /card/batchget<", desk.page)
        assert len(found) == expected


def test_a_real_account_keeps_its_refused_calls_alone(sqlite_server: Server) -> None:
    api = sqlite_server.new_app(sandbox=False, card_function="granted")
    sqlite_server.database.transact(lambda tx: change_app(tx, api.appid, log_calls="all"))
    time.sleep(1.2)
    api.ok("/card/batchget", {"offset": 0, "count": 1})
    time.sleep(0.3)
    desk = worker(sqlite_server, api)
    desk.get(f"/console/{api.appid}/calls")
    assert "batchget" not in desk.page
