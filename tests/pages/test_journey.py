"""The whole way of people and their cards, clicked through as they would, on both devices and in both languages.

With ``KAQUAN_TEST_SHOTS=FOLDER`` each step leaves its picture there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from kaquan.web.texts import Language, Texts
from support.api import Api
from support.browser import Devices, Faults, look
from support.database import Databases
from support.holder import scanned
from support.server import Server
from support.tickets import article, qr, shelf

PASSWORD = "correct horse"
NAMES = {"zh": ("王小安", "李小波"), "en": ("Anna", "Ben")}
SHOP = {
    "zh": {
        "ready": "可以领券了",
        "all": "全部领取",
        "added": "领取成功 2 张",
        "use": "付款时用券",
        "used": "已核销",
        "open": "我的卡券",
    },
    "en": {
        "ready": "Ready",
        "all": "Get all",
        "added": "2 added",
        "use": "Pay with a card",
        "used": "is used",
        "open": "My cards",
    },
}


@dataclass
class Journey:
    """People on one kind of device, in one language.

    Args:
        server: a demo of their own.
        devices: makes them pages.
        size: ``phone`` or ``desktop``.
        language: that their browser asks for.
    """

    server: Server
    devices: Devices
    size: str
    language: Language

    @property
    def say(self) -> Texts:
        """Return the texts of their language."""
        return Texts(self.language)

    @property
    def api(self) -> Api:
        """Return the demo merchant."""
        return self.server.demo

    def device(self) -> Page:
        """Return a page on a new device; in English by night."""
        options = {"locale": {"zh": "zh-CN", "en": "en-US"}[self.language]}
        options["color_scheme"] = {"zh": "light", "en": "dark"}[self.language]
        return self.devices.phone(**options) if self.size == "phone" else self.devices.desktop(**options)

    def look(self, page: Page, name: str, title: str = "") -> None:
        """Check what everybody has to find on a page of this title, and leave a picture of it."""
        expect(page).to_have_title(re.compile(re.escape(self.say(title)) or "."))
        look(page, f"{name}-{self.size}")

    def button(self, page: Page, text: str) -> Locator:
        """Return a button by its Chinese text."""
        return page.get_by_role("button", name=self.say(text), exact=True)

    def link(self, page: Page, text: str) -> Locator:
        """Return a link by its Chinese text."""
        return page.get_by_role("link", name=self.say(text), exact=True)

    def sign_up(self, page: Page, name: str) -> None:
        """Make an account, coming from a page that asked for it."""
        self.look(page, "sign-in", "登录")
        self.link(page, "注册新用户").click()
        for field, value in (("name", name), ("password", PASSWORD), ("again", PASSWORD)):
            page.locator(f"#{field}").fill(value)
        self.look(page, "sign-up", "注册")
        self.button(page, "注册").click()


@pytest.fixture(
    scope="module", params=[("phone", "zh"), ("desktop", "en")], ids=["a phone in Chinese", "a desktop in English"]
)
def kind(request: pytest.FixtureRequest) -> tuple[str, Language]:
    """A device and a language."""
    found: tuple[str, Language] = request.param
    return found


@pytest.fixture(scope="module")
def demo(kind: tuple[str, Language], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo that nobody has used."""
    with Server(Databases(tmp_path_factory.mktemp(kind[0])).create()) as running:
        yield running


@pytest.fixture
def journey(kind: tuple[str, Language], demo: Server, devices: Devices) -> Journey:
    """Those who set out."""
    return Journey(demo, devices, *kind)


def test_a_card_is_scanned_claimed_shown_given_accepted_and_deleted(journey: Journey) -> None:
    anna, ben = journey.device(), journey.device()
    names = NAMES[journey.language]
    anna.goto(qr(journey.api, journey.server.facts["card_id"]))
    journey.look(anna, "claim-stranger", "领取卡券")
    journey.link(anna, "领取").click()
    journey.sign_up(anna, names[0])
    journey.look(anna, "claim", "领取卡券")
    journey.button(anna, "领取").click()
    expect(anna.get_by_role("status")).to_have_text(journey.say("领取成功"))
    journey.look(anna, "claimed", "领取成功")
    journey.link(anna, "查看卡券").click()
    code = shown_code(anna)
    assert anna.url.endswith(f"/{code}")
    journey.look(anna, "card", "双人下午茶")

    journey.link(anna, "赠送给朋友").click()
    anna.locator("#greeting").fill("下午茶我请" if journey.language == "zh" else "Tea is on me")
    journey.look(anna, "give", "赠送卡券")
    journey.button(anna, "生成赠送链接").click()
    journey.look(anna, "gift-given", "赠送")
    ben.goto(anna.locator("#link").input_value())
    journey.sign_up(ben, names[1])
    expect(ben.get_by_role("heading", level=1)).to_contain_text(names[0])
    journey.look(ben, "gift", "赠送")
    journey.button(ben, "领取").click()
    journey.link(ben, "查看卡券").click()
    assert shown_code(ben) != code
    anna.reload()
    expect(anna.get_by_text(journey.say("对方已领取这张卡券"))).to_be_visible()

    journey.link(ben, "删除").click()
    journey.look(ben, "delete", "删除卡券")
    journey.button(ben, "删除").click()
    expect(ben.get_by_text(journey.say("还没有可用的卡券"))).to_be_visible()
    journey.look(ben, "wallet-empty", "我的卡包")


def shown_code(page: Page) -> str:
    """Return what the till reads off the page."""
    ((_, code),) = scanned(page.locator("article"))
    return code


def test_a_shelf_hands_out_cards_and_the_till_is_seen_in_the_wallet(journey: Journey) -> None:
    page, api = journey.device(), journey.api
    cards = api.ok("/card/batchget", {"offset": 0, "count": 10})["card_id_list"]
    logo = api.ok("/card/get", {"card_id": cards[0]})["card"]["groupon"]["base_info"]["logo_url"]
    page.goto(shelf(api, *cards, title="熊猫茶馆的优惠", picture=logo))
    journey.look(page, "shelf", "熊猫茶馆")
    journey.link(page, "领取").first.click()
    journey.link(page, "领取").click()
    page.get_by_role("button", name="alice").click()
    journey.button(page, "领取").click()
    journey.link(page, "查看卡券").click()
    code = shown_code(page)
    page.goto(journey.server.facts["wallet"])
    journey.look(page, "wallet", "我的卡包")
    page.get_by_role("listitem").get_by_role("link").first.click()
    api.ok("/card/code/consume", {"code": code})
    expect(page.get_by_text(journey.say("已使用"))).to_be_visible()
    journey.look(page, "card-used", "双人下午茶")
    page.goto(journey.server.facts["wallet"] + "?tab=ended")
    journey.look(page, "wallet-ended", "我的卡包")
    page.goto(article(api, cards[0]))
    journey.look(page, "article", "双人下午茶")
    api.ok(
        "/cgi-bin/message/custom/send",
        {"touser": api.person("alice"), "msgtype": "wxcard", "wxcard": {"card_id": cards[1]}},
    )
    page.goto(journey.server.facts["wallet"] + "/messages")
    journey.look(page, "messages", "消息")
    page.goto(journey.server.facts["wallet"] + "/me")
    journey.look(page, "me", "我")


def test_the_shop_adds_three_cards_one_of_them_refused_takes_one_and_shows_the_rest(journey: Journey) -> None:
    page, words = journey.device(), SHOP[journey.language]
    page.goto(journey.server.facts["shop"])
    page.get_by_role("button", name="bob").click()
    expect(page.get_by_role("status")).to_have_text(words["ready"])
    journey.look(page, "shop", "熊猫茶馆")
    with page.expect_popup() as opened:
        page.get_by_role("button", name=words["all"]).click()
    window = opened.value
    expect(journey.button(window, "领取")).to_be_visible()
    expect(window.get_by_text(journey.say("已领完"))).to_be_visible()
    journey.look(window, "shop-claim", "领取卡券")
    journey.button(window, "领取").click()
    journey.look(window, "shop-claimed", "领取成功")
    with window.expect_event("close"):
        journey.button(window, "完成").click()
    expect(page.get_by_role("listitem").filter(has_text=words["added"])).to_be_visible()

    with page.expect_popup() as opened:
        page.get_by_role("button", name=words["use"]).click()
    window = opened.value
    expect(window.get_by_role("listitem")).to_have_count(2)
    journey.look(window, "choose", "选择卡券")
    with window.expect_event("close"):
        window.get_by_role("listitem").first.get_by_role("button").click()
    expect(page.get_by_role("listitem").filter(has_text=words["used"])).to_be_visible()

    with page.expect_popup() as opened:
        page.get_by_role("button", name=words["open"]).click()
    window = opened.value
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    journey.look(window, "open-card", "查看卡券")


def test_what_is_not_there_and_what_went_wrong_is_said_calmly(journey: Journey, faults: Faults) -> None:
    page = journey.device()
    faults.expect("404")
    page.goto(journey.server.base_url + "/wallet/nothing")
    journey.look(page, "missing", "页面不存在")
    page.goto(journey.server.base_url + "/lab/signature")
    journey.look(page, "lab", "签名检查")
    query = (
        f"appid={journey.api.appid}&redirect_uri=http%3A%2F%2Felsewhere.test%2F&response_type=code&scope=snsapi_base"
    )
    page.goto(f"{journey.server.base_url}/connect/oauth2/authorize?{query}#wechat_redirect")
    expect(page.get_by_text("10003")).to_be_visible()
    journey.look(page, "consent-refused")
