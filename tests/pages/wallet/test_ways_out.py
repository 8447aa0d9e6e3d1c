"""Where a card's page leads: cells, deletion, the account, friends."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from kaquan.store import tables
from support.browser import assert_accessible
from support.holder import Holder, Shown

LINK = "https://shop.example/book?from=card#top"
DAY = 86400


def test_cells_and_the_centre_button_tell_the_code_encrypted(me: Holder, mine: Page, shown: Shown) -> None:
    base = {
        "center_title": "立即使用",
        "center_sub_title": "到店使用",
        "center_url": LINK,
        "custom_url_name": "在线订座",
        "custom_url": LINK,
        "custom_url_sub_title": "提前一天",
        "promotion_url": "https://shop.example",
        "promotion_url_name_type": "URL_NAME_TYPE_MALL",
    }
    card_id, code = me.card(shown(base=base))
    mine.goto(me.address(card_id, code))
    for name in ("立即使用", "在线订座 提前一天", "在线商城"):
        link = mine.get_by_role("link", name=name, exact=True)
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        url = urlsplit(link.get_attribute("href") or "")
        sent = parse_qsl(url.query)
        assert (url.scheme, url.netloc) == ("https", "shop.example")
        assert [key for key, _ in sent if key != "from"] == ["encrypt_code", "card_id"]
        assert dict(sent)["card_id"] == card_id
        assert me.api.ok("/card/code/decrypt", {"encrypt_code": dict(sent)["encrypt_code"]})["code"] == code
    me.api.ok("/card/code/consume", {"code": code})
    mine.reload()
    expect(mine.get_by_role("link", name="立即使用")).to_have_count(0)
    expect(mine.get_by_role("link", name="在线订座")).to_have_count(1)


@pytest.mark.parametrize("evil", ["javascript:alert(1)", "data:text/html,<script>alert(1)</script>"])
def test_a_stored_address_that_is_no_link_is_not_shown(me: Holder, mine: Page, shown: Shown, evil: str) -> None:
    base = {"center_title": "用", "center_url": LINK, "custom_url_name": "订座", "custom_url": LINK}
    card_id, code = me.card(shown(base=base))
    table = tables.card

    def spoil(tx: Any) -> None:
        row = tx.one(sa.select(table.c.content).where(table.c.card_id == card_id, table.c.appid == me.api.appid))
        spoiled = row[0].replace(LINK, evil)
        assert spoiled != row[0]
        tx.run(sa.update(table).where(table.c.appid == me.api.appid).values(content=spoiled))

    me.server.database.transact(spoil)
    mine.goto(me.address(card_id, code))
    expect(mine.get_by_role("heading", level=1)).to_have_text("双人套餐")
    assert evil not in mine.content()
    expect(mine.get_by_text("订座")).to_have_count(0)


def test_a_mini_program_is_named_but_cannot_be_opened(me: Holder, mine: Page, shown: Shown) -> None:
    mine.goto(me.address(*me.card(shown(base={"custom_url_name": "点单", "custom_app_brand_user_name": "gh_1@app"}))))
    expect(mine.get_by_text("小程序，暂不支持打开")).to_be_visible()
    expect(mine.get_by_role("link", name="点单")).to_have_count(0)


@pytest.mark.parametrize(
    ("base", "share", "give"),
    [
        ({}, 1, 1),
        ({"can_share": False}, 0, 1),
        ({"can_give_friend": False}, 1, 0),
        ({"bind_openid": True}, 0, 0),
    ],
)
def test_sharing_and_giving_are_two_switches(
    me: Holder, mine: Page, shown: Shown, base: dict[str, bool], share: int, give: int
) -> None:
    card_id = me.api.create_card(shown(base=base))
    table = tables.card
    # A card for named people is claimed by a signed card_ext; here the switch alone matters.
    code = me.api.claim(card_id, me.openid) if not base.get("bind_openid") else ""
    if not code:
        open_to_all = sa.update(table).where(table.c.appid == me.api.appid)
        me.server.database.transact(lambda tx: tx.run(open_to_all.values(bind_openid=False)))
        code = me.api.claim(card_id, me.openid)
        me.server.database.transact(lambda tx: tx.run(open_to_all.values(bind_openid=True)))
    mine.goto(me.address(card_id, code))
    expect(mine.get_by_role("button", name="分享")).to_have_count(share)
    expect(mine.get_by_role("link", name="赠送给朋友")).to_have_count(give)


def test_a_card_is_deleted_after_a_question_and_its_merchant_is_told(me: Holder, mine: Page, shown: Shown) -> None:
    card_id, code = me.card(shown())
    mine.goto(me.address(card_id, code))
    mine.get_by_role("link", name="删除").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("删除这张卡券？")
    assert_accessible(mine)
    mine.get_by_role("link", name="取消").click()
    mine.get_by_role("link", name="删除").click()
    mine.get_by_role("button", name="删除").click()
    expect(mine.locator(".tile")).to_have_count(0)
    assert me.tape("user_del_card") == [(me.openid, card_id, code)]


def test_what_was_deleted_elsewhere_meanwhile_is_refused_with_a_reference(me: Holder, mine: Page, shown: Shown) -> None:
    card_id, code = me.card(shown())
    mine.goto(me.address(card_id, code, "delete"))
    table = tables.code
    given = sa.update(table).where(table.c.appid == me.api.appid, table.c.code == code).values(status="GIFTING")
    me.server.database.transact(lambda tx: tx.run(given))
    mine.get_by_role("button", name="删除").click()
    expect(mine.get_by_role("alert")).to_contain_text("转赠中")
    rid = mine.locator(".reference").inner_text().split()[-1]
    explained = me.api.ok("/cgi-bin/openapi/rid/get", {"rid": rid})
    assert explained["diagnosis"]["errcode"] == 40127


def test_the_account_is_told_of_who_turns_to_it(me: Holder, mine: Page, shown: Shown) -> None:
    card_id, code = me.card(shown())
    mine.goto(me.address(card_id, code))
    mine.get_by_role("button", name="公众号").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("微信餐厅")
    assert_accessible(mine)
    mine.reload()
    assert me.tape("user_enter_session_from_card") == [(me.openid, card_id, code)]
    assert me.tape("user_view_card") == []


@pytest.mark.parametrize("code", ["a/b?c", "100%"])
def test_a_card_that_is_given_away_shows_its_gift_and_comes_back(
    me: Holder, mine: Page, shown: Shown, code: str
) -> None:
    held = me.card(shown(base={"use_custom_code": True}), code=code)
    mine.goto(me.address(*held))
    mine.get_by_role("link", name="赠送给朋友").click()
    mine.get_by_role("button", name="生成赠送链接").click()
    expect(mine).to_have_url(re.compile("/gift/"))
    mine.goto(me.address(*held))
    expect(mine.locator(".stamp")).to_have_text("转赠中")
    expect(mine.get_by_role("link", name="删除")).to_have_count(0)
    assert_accessible(mine)
    mine.get_by_role("link", name="查看赠送").click()
    mine.get_by_role("button", name="收回").click()
    mine.goto(me.address(*held))
    expect(mine.locator(".stamp")).to_have_count(0)
    expect(mine.get_by_role("link", name="赠送给朋友")).to_have_count(1)


def test_who_follows_the_link_of_a_shared_card_claims_a_code_of_their_own(me: Holder, mine: Page, shown: Shown) -> None:
    card_id, code = me.card(shown())
    mine.goto(me.address(card_id, code))
    mine.get_by_role("button", name="分享").click()
    expect(mine).to_have_url(re.compile("/share/"))
    assert "/q/" in mine.content()
