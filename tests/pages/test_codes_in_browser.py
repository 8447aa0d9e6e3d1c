"""The console's codes and people in a browser; on a phone in Chinese by day, on a desktop in English by night."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from card_bodies import card
from playwright.sync_api import expect

from kaquan.actions.meet import name_person
from kaquan.web.texts import Language, Texts
from support.api import Api
from support.browser import Devices, look
from support.holder import PNG, upload
from support.server import Server
from support.worker import worker

LOCALES = {"zh": "zh-CN", "en": "en-US"}


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_a_question_about_a_code_is_answered(
    sandbox: Api, sqlite_server: Server, devices: Devices, size: str, language: Language, tmp_path: Path
) -> None:
    say = Texts(language)
    scheme = {"zh": "light", "en": "dark"}[language]
    page = getattr(devices, size)(locale=LOCALES[language], color_scheme=scheme)
    worker(sqlite_server, sandbox, "staff").sit_down(page)
    base = {"logo_url": upload(sandbox, PNG), "can_give_friend": True, "title": "咖啡代金券"}
    card_id = sandbox.create_card(card("CASH", base))
    me, friend = sandbox.people(2)
    for openid, name in ((me, "阿猫"), (friend, "阿狗")):
        sqlite_server.database.transact(lambda tx, o=openid, n=name: name_person(tx, sandbox.appid, o, n))  # type: ignore[misc]
    code = sandbox.claim(card_id, me, outer_str="poster")
    for _ in range(3):
        sandbox.claim(card_id, friend)
    sandbox.ok("/sandbox/gift", {"openid": me, "card_id": card_id, "code": code})
    new = sandbox.ok("/sandbox/accept", {"openid": friend, "card_id": card_id, "code": code})["code"]
    page.goto(f"{sqlite_server.base_url}/console/{sandbox.appid}/codes")
    look(page, f"codes-list-{size}")
    page.get_by_role("searchbox").fill(code)
    page.get_by_role("button", name=say("查找")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(code)
    expect(page.locator(".trail h3")).to_have_text([say(one) for one in ("被领取", "发起转赠", "转赠被接受")])
    look(page, f"codes-given-{size}")
    page.get_by_role("link", name=new).click()
    page.get_by_label(say("理由")).fill("停电，手工核销")
    page.get_by_role("button", name=say("核销"), exact=True).click()
    expect(page.locator(".trail h3")).to_have_text([say(one) for one in ("转赠被接受", "被核销")])
    expect(page.locator(".trail")).to_contain_text("停电，手工核销")
    look(page, f"codes-redeemed-{size}")
    page.get_by_role("link", name="阿狗").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("阿狗")
    look(page, f"codes-person-{size}")
    page.goto(f"{sqlite_server.base_url}/console/{sandbox.appid}/people")
    look(page, f"codes-people-{size}")
    page.get_by_role("searchbox").fill("nothing")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("main")).to_contain_text(say("没有找到“{what}”。", what="nothing"))
    page.goto(f"{sqlite_server.base_url}/console/{sandbox.appid}/code-export")
    look(page, f"codes-export-{size}")
    page.get_by_label(say("状态")).select_option("CONSUMED")
    with page.expect_download() as saved:
        page.get_by_role("button", name=say("下载 CSV")).click()
    saved.value.save_as(tmp_path / "codes.csv")
    rows = list(csv.reader((tmp_path / "codes.csv").read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == [new]
