"""One person gives a card away, another accepts it, a third comes too late: in a real browser."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
import zxingcpp
from card_bodies import card
from PIL import Image
from playwright.sync_api import Page, expect

from kaquan.actions.add_persona import add_persona
from kaquan.sources import wall_clock
from kaquan.store.apps import load_app
from kaquan.store.tx import Tx
from kaquan.web.links import card_path
from support.api import Api
from support.browser import Devices, Faults, assert_accessible
from support.server import Server

NAMES = {"ann": "小安", "bob": "小波", "cat": "小猫"}
GONE, REFERENCE = "已被领取", re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")


@dataclass
class Place:
    """A sandbox merchant with a card, and its people."""

    server: Server
    api: Api
    base: dict[str, Any] = field(default_factory=dict)
    card_id: str = ""
    people: dict[str, str] = field(default_factory=dict)

    def open(self) -> None:
        """Make the people, and a card whose picture is here."""
        self.people = {name: self.api.person(name) for name in NAMES}
        for name in NAMES:
            self.server.database.transact(partial(self._persona, name=name))
        base = {"logo_url": picture(self.api), "title": "<b>双人</b>套餐", **self.base}
        self.card_id = self.api.create_card(card("GROUPON", base))

    def _persona(self, tx: Tx, name: str) -> None:
        app = load_app(tx, self.api.appid)
        assert app is not None
        add_persona(tx, app, NAMES[name], self.people[name], wall_clock())

    def claimed(self, **more: Any) -> str:
        """Have Ann claim a code."""
        return self.api.claim(self.card_id, self.people["ann"], **more)

    def given(self, **more: Any) -> str:
        """Have Ann give a code away, and return the path of the gift."""
        body = {"openid": self.people["ann"], "card_id": self.card_id, "code": self.claimed(), **more}
        return "/gift/" + str(self.api.ok("/sandbox/gift", body)["gift_id"])

    def enter(self, page: Page, name: str, path: str) -> None:
        """Come as one of the people, who has to sign in first."""
        page.goto(f"{self.server.base_url}/wallet/sign-in?appid={self.api.appid}&next={quote(path, safe='')}")
        page.get_by_role("button", name=NAMES[name]).click()

    def give_path(self, code: str) -> str:
        """Return the path of the page on which a code is given away."""
        return card_path(self.api.appid, self.card_id, code, "give")


def picture(api: Api) -> str:
    """Upload a picture and return its address."""
    out = io.BytesIO()
    Image.new("RGB", (5, 4), (1, 2, 3)).save(out, "PNG")
    body = b'--B\r\nContent-Disposition: form-data; name="media"; filename="a.png"\r\n\r\n' + out.getvalue()
    target, form = f"/cgi-bin/media/uploadimg?access_token={api.token}", "multipart/form-data; boundary=B"
    url: str = api.raw("POST", target, body + b"\r\n--B--\r\n", Content_Type=form)["url"]
    return url


@pytest.fixture
def place(sqlite_server: Server, request: pytest.FixtureRequest) -> Place:
    """A merchant; a test's ``base`` marks what is changed of its card."""
    changed = getattr(request, "param", {})
    opened = Place(sqlite_server, sqlite_server.new_app(review=changed.pop("review", "auto")), changed)
    opened.open()
    return opened


def heading(page: Page) -> Any:
    return page.get_by_role("heading", level=1)


def scanned(devices: Devices, url: str) -> str:
    """Return what a phone reads from a picture on a desktop."""
    desktop = devices.desktop(device_scale_factor=2)
    desktop.goto(url)
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(desktop.screenshot())))
    return str(found.text)


def test_a_card_goes_from_one_to_another_and_a_third_comes_too_late(place: Place, devices: Devices) -> None:
    ann, bob, cat = devices.phone(), devices.phone(), devices.phone()
    code = place.claimed()
    place.enter(ann, "ann", place.give_path(code))
    assert_accessible(ann)
    ann.get_by_label("留言").fill("生日快乐\n<i>你</i>")
    ann.get_by_role("button", name="生成赠送链接").click()
    expect(ann).to_have_url(re.compile(r"/gift/[\w-]{32}$"))
    assert_accessible(ann)
    link = ann.get_by_label("赠送链接", exact=True).input_value()
    assert link == ann.url
    assert scanned(devices, link + "/qr") == link
    ann.get_by_role("button", name="复制").click()
    expect(ann.get_by_role("button", name="已复制")).to_be_visible()

    place.enter(bob, "bob", link.removeprefix(place.server.base_url))
    expect(heading(bob)).to_have_text("小安 送你一张卡券")
    expect(bob.locator(".greeting")).to_have_text("生日快乐\n<i>你</i>")
    expect(bob.locator(".face-title")).to_have_text("<b>双人</b>套餐")
    assert_accessible(bob)
    bob.get_by_role("button", name="领取").click()
    expect(bob.get_by_role("status")).to_have_text("已领取")
    (held,) = place.api.ok("/card/user/getcardlist", {"openid": place.people["bob"]})["card_list"]
    at = f"/wallet/{place.api.appid}/{place.card_id}/{held['code']}"
    assert bob.get_by_role("link", name="查看卡券").get_attribute("href") == at

    place.enter(cat, "cat", link.removeprefix(place.server.base_url))
    expect(cat.get_by_role("status")).to_have_text(GONE)
    expect(cat.locator(".reference")).to_have_text(re.compile(r"^参考号 [0-9a-f-]{26}$"))
    expect(cat.get_by_role("button")).to_have_count(0)
    assert_accessible(cat)
    ann.reload()
    expect(ann.get_by_role("status")).to_have_text("对方已领取这张卡券")
    given, got = [one for one in place.api.ok("/sandbox/events")["events"] if one["event"].startswith("user_g")][1:]
    assert (given["fields"]["IsChatRoom"], given["fields"]["FriendUserName"]) == (0, "")
    assert (got["fields"]["UserCardCode"], got["fields"]["OldUserCardCode"]) == (held["code"], code)


def test_in_english_into_a_group_and_back_again(place: Place, devices: Devices) -> None:
    ann = devices.desktop(locale="en-US")
    code = place.claimed()
    place.enter(ann, "ann", place.give_path(code))
    expect(heading(ann)).to_have_text("Give a card")
    ann.get_by_label("A group: first come, first served").check()
    ann.get_by_role("button", name="Make the link").click()
    expect(ann.get_by_role("heading", level=2)).to_have_text("Send the link to the group: first come, first served")
    # What is given already is shown as the gift it is.
    there = ann.url
    ann.goto(place.server.base_url + place.give_path(code))
    expect(ann).to_have_url(there)
    ann.get_by_role("button", name="Take it back").click()
    expect(ann.get_by_role("status")).to_have_text("Taken back: you can use the card")
    assert place.api.ok("/card/code/get", {"code": code})["can_consume"]
    bob = devices.phone(locale="en-US")
    place.enter(bob, "bob", there.removeprefix(place.server.base_url))
    expect(bob.get_by_role("status")).to_have_text("It went back to the giver")


def test_without_scripts_it_works_as_well(place: Place, devices: Devices) -> None:
    ann, bob = (devices.phone(java_script_enabled=False) for _ in range(2))
    place.enter(ann, "ann", place.give_path(place.claimed()))
    ann.get_by_role("button", name="生成赠送链接").click()
    expect(ann.get_by_role("button", name="复制")).to_have_count(0)
    place.enter(bob, "bob", ann.url.removeprefix(place.server.base_url))
    bob.get_by_role("button", name="领取").click()
    expect(bob.get_by_role("status")).to_have_text("已领取")


def cause(place: Place, page: Page) -> str:
    """Return the cause behind the reference that a page shows."""
    found = REFERENCE.search(page.locator(".reference").inner_text())
    assert found is not None
    told = place.api.ok("/cgi-bin/openapi/rid/get", {"rid": found[0]})["diagnosis"]
    return f"{told['errcode']} {told['cause']}"


@pytest.mark.parametrize(
    ("body", "text", "why"),
    [
        ({"to": "cat"}, GONE, "45033 gift_for_another"),
        ({"clock": 86400}, "已过期", "40079 gift_timed_out"),
        ({"taken": "cat"}, GONE, "45033 gift_taken"),
        ({"back": True}, "已退回", "40073 gift_taken_back"),
    ],
)
def test_who_cannot_have_it_reads_why_and_the_merchant_reads_the_cause(
    place: Place, phone: Page, body: dict[str, Any], text: str, why: str
) -> None:
    path = place.given(**({"to": place.people[body["to"]]} if "to" in body else {}))
    named = {"gift_id": path.removeprefix("/gift/")}
    if "taken" in body:
        place.api.ok("/sandbox/accept", {"openid": place.people[body["taken"]], **named})
    if "back" in body:
        place.api.ok("/sandbox/take_back", {"openid": place.people["ann"], **named})
    if "clock" in body:
        place.api.ok("/sandbox/clock", {"advance": body["clock"]})
    place.enter(phone, "bob", path)
    expect(phone.get_by_role("status")).to_have_text(text)
    expect(phone.get_by_role("button", name="领取")).to_have_count(0)
    assert cause(place, phone) == why
    assert place.people["cat"] not in phone.content()


def test_who_comes_second_with_the_page_still_open_reads_so_too(place: Place, devices: Devices) -> None:
    path = place.given()
    bob, cat = devices.phone(), devices.phone()
    place.enter(bob, "bob", path)
    place.enter(cat, "cat", path)
    bob.get_by_role("button", name="领取").click()
    expect(bob.get_by_role("status")).to_have_text("已领取")
    cat.get_by_role("button", name="领取").click()
    expect(cat.get_by_role("status")).to_have_text(GONE)
    assert cause(place, cat) == "45033 gift_taken"


@pytest.mark.parametrize("place", [{"review": "manual"}], indirect=True)
def test_before_the_approval_it_is_for_testers(place: Place, phone: Page) -> None:
    place.api.ok("/card/testwhitelist/set", {"openid": [place.people["ann"]]})
    place.enter(phone, "bob", place.given())
    expect(phone.get_by_role("status")).to_have_text("未生效")
    assert cause(place, phone) == "40078 not_verified"


@pytest.mark.parametrize("place", [{"can_give_friend": False}], indirect=True)
def test_a_card_that_is_not_given_away_has_no_form(place: Place, phone: Page) -> None:
    place.enter(phone, "ann", place.give_path(place.claimed()))
    expect(phone.get_by_role("alert")).to_have_text("这张卡券不可转赠")
    expect(phone.locator("textarea")).to_have_count(0)
    assert cause(place, phone) == "45030 giving_off"
    assert_accessible(phone)


def test_a_code_that_was_used_has_no_form(place: Place, phone: Page) -> None:
    code = place.claimed()
    place.api.ok("/card/code/consume", {"code": code})
    place.enter(phone, "ann", place.give_path(code))
    expect(phone.get_by_role("alert")).to_have_text("已使用")


@pytest.mark.parametrize("place", [{"use_custom_code": True}], indirect=True)
def test_a_merchants_code_may_have_any_character(place: Place, phone: Page) -> None:
    code = place.claimed(code="A/1?b#%2 汉")
    place.enter(phone, "ann", place.give_path(code))
    phone.get_by_role("button", name="生成赠送链接").click()
    expect(phone.get_by_role("button", name="收回")).to_be_visible()
    found = place.api.ok("/card/code/get", {"card_id": place.card_id, "code": code, "check_consume": False})
    assert found["user_card_status"] == "GIFTING"


def test_a_message_that_is_too_long_is_asked_for_again(place: Place, phone: Page) -> None:
    place.enter(phone, "ann", place.give_path(place.claimed()))
    phone.get_by_label("留言").fill("好" * 201)
    phone.get_by_role("button", name="生成赠送链接").click()
    expect(phone.get_by_role("alert")).to_have_text("留言太长，最多 200 个汉字")
    expect(phone.get_by_label("留言")).to_have_value("好" * 201)


def test_what_is_not_there_or_somebody_elses_is_no_page(place: Place, phone: Page, faults: Faults) -> None:
    faults.expect("404")
    code, gift = place.claimed(), place.given()
    name = base64.urlsafe_b64decode(gift.removeprefix("/gift/"))
    unknown = [
        place.give_path(code),
        place.give_path("0"),
        f"/wallet/wx0/{place.card_id}/{code}/give",
        "/gift/x",
        "/gift/" + base64.urlsafe_b64encode(name[:-1] + bytes([name[-1] ^ 1])).decode(),
        "/gift/" + base64.urlsafe_b64encode(bytes(8) + name[8:]).decode(),
    ]
    place.enter(phone, "bob", "/wallet/me")
    expect(heading(phone)).to_have_text("小波")
    for path in unknown:
        phone.goto(place.server.base_url + path)
        expect(heading(phone)).to_have_text("页面不存在")


def test_a_persona_of_another_merchant_has_to_come_as_somebody_known_here(place: Place, devices: Devices) -> None:
    other = Place(place.server, place.server.new_app())
    other.open()
    page = devices.phone()
    other.enter(page, "bob", "/wallet/me")
    page.goto(place.server.base_url + place.given())
    expect(heading(page)).to_have_text("登录卡包")
