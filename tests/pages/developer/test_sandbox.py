"""The sandbox's page: the clock, faults, events by hand, personas and encrypted codes."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from card_bodies import card
from playwright.sync_api import expect

from kaquan.web.texts import Language, Texts
from support.browser import Devices, look
from support.server import Server
from support.walk import SIZES, developer_at
from support.worker import worker


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_a_developer_plays_with_the_sandbox(
    sqlite_server: Server, devices: Devices, size: str, language: Language
) -> None:
    say, api = Texts(language), sqlite_server.new_app()
    ask, openid = {"offset": 0, "count": 1}, api.person("ann")
    card_id = api.create_card(card("GROUPON", {"date_info": {"type": 2, "fixed_term": 3}}))
    code = api.claim(card_id, openid)
    page = developer_at(sqlite_server, devices, api, size, language)
    page.goto(f"{sqlite_server.base_url}/console/{api.appid}/sandbox")
    page.locator("#nickname").fill("小熊")
    page.get_by_role("button", name=say("添加角色")).click()
    expect(page.get_by_text(say("已添加 {name}", name="小熊"))).to_be_visible()
    page.locator("#nickname").fill("小熊")
    page.get_by_role("button", name=say("添加角色")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("#encrypt-code").fill(code)
    page.get_by_role("button", name=say("加密"), exact=True).click()
    encrypted = page.locator("#encrypted").inner_text()
    assert api.ok("/card/code/decrypt", {"encrypt_code": encrypted})["code"] == code
    page.locator("#fault-path").fill("/card/batchgot")
    page.get_by_role("button", name=say("计划故障")).click()
    expect(page.get_by_role("alert")).to_contain_text("/card/batchget")
    page.locator("#fault-path").fill("/card/batchget")
    page.locator("#nth").fill("2")
    page.get_by_role("button", name=say("计划故障")).click()
    expect(page.get_by_text(say("已计划，从下一次调用开始计数"))).to_be_visible()
    assert [api.post("/card/batchget", ask)["errcode"] for _ in range(3)] == [0, 45009, 0]
    page.locator("#of-openid").fill(openid)
    page.locator("#fields").fill('{"OuterStr": "poster-7"}')
    page.get_by_role("button", name=say("触发"), exact=True).click()
    expect(page.get_by_text(say("已触发 {event}", event="user_get_card"))).to_be_visible()
    page.locator("#fields").fill('{"OuterStrr": "poster-7"}')
    page.get_by_role("button", name=say("触发"), exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("OuterStr")
    look(page, f"sandbox-{size}")
    page.get_by_role("button", name=f"{say('取消')} /card/batchget").click()
    expect(page.get_by_text(say("已取消"))).to_be_visible()
    page.get_by_role("button", name=say("到下一次过期")).click()
    expect(page.get_by_text(say("时钟已拨快"))).to_be_visible()
    api.renew()
    assert api.post("/card/code/consume", {"code": code, "card_id": card_id})["errcode"] == 40079
    last = api.ok("/sandbox/events", {})["events"][-1]
    assert (last["event"], last["fields"]["OuterStr"]) == ("user_get_card", "poster-7")


@pytest.mark.parametrize(("size", "language"), SIZES[1:])
def test_a_sandbox_goes_back_to_a_snapshot_and_to_a_file(
    sqlite_server: Server, devices: Devices, tmp_path: Path, size: str, language: Language
) -> None:
    say, api = Texts(language), sqlite_server.new_app()
    card_id = api.create_card(card())
    code = api.claim(card_id, api.person("ann"))
    page = developer_at(sqlite_server, devices, api, size, language)
    page.goto(f"{sqlite_server.base_url}/console/{api.appid}/sandbox")
    page.locator("#name").fill("before")
    page.get_by_role("button", name=say("保存快照")).click()
    expect(page.get_by_text(say("已保存快照 {name}", name="before"))).to_be_visible()
    page.locator("#name").fill("before")
    page.get_by_role("button", name=say("保存快照")).click()
    expect(page.get_by_role("alert")).to_contain_text("before")
    with page.expect_download() as downloaded:
        page.get_by_role("link", name=say("下载现在的样子")).click()
    downloaded.value.save_as(tmp_path / "now.kaquan")
    look(page, f"snapshots-{size}")

    def use() -> None:
        api.renew()
        api.ok("/card/code/consume", {"code": code, "card_id": card_id})

    use()
    page.get_by_role("button", name=f"{say('载入')} before").click()
    expect(page.get_by_text(say("已载入快照 {name}", name="before"))).to_be_visible()
    use()
    page.locator("#file").set_input_files(tmp_path / "now.kaquan")
    page.get_by_role("button", name=say("载入文件")).click()
    expect(page.get_by_text(say("已载入快照 {name}", name="now.kaquan"))).to_be_visible()
    use()
    (tmp_path / "no.kaquan").write_bytes(b"nothing of ours")
    page.locator("#file").set_input_files(tmp_path / "no.kaquan")
    page.get_by_role("button", name=say("载入文件")).click()
    expect(page.get_by_role("alert")).to_contain_text("40097")
    page.get_by_role("button", name=f"{say('删除')} before").click()
    expect(page.get_by_text(say("已删除快照 {name}", name="before"))).to_be_visible()
    owner = worker(sqlite_server, api)
    owner.get(f"/console/{api.appid}/audit")
    assert owner.page.count("载入快照</td>") == 2


def test_a_snapshot_of_another_account_is_not_there(sqlite_server: Server) -> None:
    api, other = sqlite_server.new_app(), sqlite_server.new_app()
    other.ok("/sandbox/keep", {"name": "theirs"})
    desk = worker(sqlite_server, api, "developer")
    assert desk.get(f"/console/{api.appid}/sandbox/snapshots/theirs") == 404
    desk.post(f"/console/{api.appid}/sandbox", do="snapshot_restore", name="theirs")
    assert "40097" in desk.page


def test_a_real_account_has_no_sandbox(sqlite_server: Server) -> None:
    api = sqlite_server.new_app(sandbox=False)
    desk = worker(sqlite_server, api, "developer")
    assert desk.get(f"/console/{api.appid}/sandbox") == 404
    assert desk.post(f"/console/{api.appid}/sandbox", do="clock", advance="3600") == 404


def test_the_clock_moves_by_what_was_asked(sqlite_server: Server) -> None:
    api = sqlite_server.new_app()
    desk = worker(sqlite_server, api, "developer")
    desk.post(f"/console/{api.appid}/sandbox", do="clock", advance="604800")
    assert re.search("比真实时间快 7 天 0 小时", desk.page)
    api.renew()
    assert api.ok("/sandbox/clock", {})["now"] - int(time.time()) in range(604_798, 604_802)
    desk.post(f"/console/{api.appid}/sandbox", do="clock", advance="9999999999")
    assert "没有可以走到的时间" in desk.page
