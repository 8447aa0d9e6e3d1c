"""The pages of applications: a merchant's way to every function, the operator's decisions, and what is held back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from card_bodies import card
from playwright._impl._api_structures import FilePayload
from playwright.sync_api import Page, expect

from kaquan.actions.manage_app import change_app
from kaquan.store.apps import App, load_app
from kaquan.web.application_texts import CATEGORY_NAMES, FIELD_NAMES
from kaquan.web.texts import Language, Texts
from support.api import Api
from support.applicant import APPLICANT, scan
from support.browser import Devices, look
from support.server import Server
from support.worker import worker

PICTURES = {"zh": ("phone", "light"), "en": ("desktop", "dark")}


def paper(name: str, content: bytes) -> FilePayload:
    """Return a file as a person chooses it."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def merchant(server: Server, **columns: Any) -> Api:
    """Return a client of an account that is no sandbox."""
    return server.new_app(sandbox=False, review="auto", **columns)


def app_of(server: Server, api: Api) -> App:
    """Return an account as it is kept."""
    app = server.database.transact(lambda tx: load_app(tx, api.appid))
    assert app is not None
    return app


def soon(holds: Callable[[], bool]) -> bool:
    """Tell whether something holds within a second and a bit."""
    deadline = time.monotonic() + 3
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return held


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_merchant_gets_every_function(sqlite_server: Server, devices: Devices, language: Language) -> None:
    say = Texts(language)
    size, colours = PICTURES[language]
    options = {"locale": {"zh": "zh-CN", "en": "en-US"}[language], "color_scheme": colours}
    api = merchant(sqlite_server)
    owner = worker(sqlite_server, api).sit_down(getattr(devices, size)(**options))
    operator = worker(sqlite_server, api, "operator").sit_down(getattr(devices, size)(**options))
    desk = f"{sqlite_server.base_url}/console/{api.appid}/applications"
    owner.goto(desk)
    assert owner.get_by_text(say("卡券功能审核通过后才能配置。")).count() == 8
    look(owner, f"apply-list-locked-{size}")
    owner.goto(f"{desk}/balance")
    expect(owner.get_by_role("note").first).to_contain_text(say("卡券功能审核通过后才能配置。"))
    expect(owner.get_by_role("button", name=say("预览"))).to_have_count(0)
    basic(owner, desk, say, size)
    queue(operator, sqlite_server, api, say)
    look(operator, f"apply-operator-one-{size}")
    decide(operator, say, "驳回", "证件照片看不清")
    owner.goto(f"{desk}/card")
    expect(owner.get_by_role("note").first).to_contain_text("证件照片看不清")
    look(owner, f"apply-card-refused-{size}")
    owner.locator("#subject_name").fill("熊猫茶馆（北京）有限公司")
    owner.get_by_role("button", name=say("预览")).click()
    owner.get_by_role("button", name=say("提交审核")).click()
    queue(operator, sqlite_server, api, say)
    assert operator.get_by_text(say("有更改")).count() == 1
    look(operator, f"apply-operator-again-{size}")
    decide(operator, say, "通过")
    assert app_of(sqlite_server, api).card_function == "granted"
    owner.goto(desk)
    look(owner, f"apply-list-open-{size}")
    stored_value(owner, operator, sqlite_server, api, say, size)
    js_domain(owner, desk, say, size)
    custom_sn(owner, operator, sqlite_server, api, say, size)
    owner.goto(f"{desk}/bonus")
    owner.locator("#purpose").fill("会员积分")
    owner.get_by_role("button", name=say("预览")).click()
    owner.get_by_role("button", name=say("提交审核")).click()
    owner.get_by_role("button", name=say("撤回并修改")).click()
    expect(owner.locator("#purpose")).to_have_value("会员积分")
    look(owner, f"apply-bonus-{size}")


def basic(owner: Page, desk: str, say: Texts, size: str) -> None:
    """Fill in the basic application: wrong first, then right, and hand it in."""
    owner.goto(f"{desk}/card")
    licence = owner.get_by_label(say("食品经营许可证编号"))
    expect(licence).to_be_hidden()
    owner.locator("#category").select_option("104")
    expect(licence).to_be_visible()
    expect(owner.get_by_role("button", name=say("显示这个类目要的资质"))).to_be_hidden()
    for name in ("subject_name", "contact_name", "contact_phone"):
        owner.locator(f"#{name}").fill(APPLICANT[name])
    owner.locator("#file-credential_scan").set_input_files([paper("营业执照.png", scan())])
    look(owner, f"apply-card-form-{size}")
    owner.get_by_role("button", name=say("预览")).click()
    expect(owner.get_by_role("alert")).to_contain_text(say("食品经营许可证"))
    expect(owner.locator("#subject_name")).to_have_value(APPLICANT["subject_name"])
    expect(owner.get_by_text("营业执照.png")).to_be_visible()
    look(owner, f"apply-card-wrong-{size}")
    for name in ("credential_number", "contact_email"):
        owner.locator(f"#{name}").fill(APPLICANT[name])
    licence.fill("JY11100000000000")
    owner.locator("#file-food_service_license_bizmedia_id").set_input_files([paper("许可证.pdf", b"%PDF-1.7 licence")])
    owner.get_by_label(say("我已阅读并同意以上规则")).check()
    owner.get_by_role("button", name=say("预览")).click()
    expect(owner.get_by_role("heading", name=say("请核对"))).to_be_visible()
    look(owner, f"apply-card-preview-{size}")
    owner.get_by_role("button", name=say("提交审核")).click()
    expect(owner.get_by_role("button", name=say("撤回并修改"))).to_be_visible()
    look(owner, f"apply-card-pending-{size}")
    with owner.expect_download() as saved:
        owner.get_by_role("link", name="许可证.pdf").click()
    assert saved.value.suggested_filename == "许可证.pdf"


def queue(operator: Page, server: Server, api: Api, say: Texts) -> None:
    """Open the merchant's application from the queue."""
    operator.goto(f"{server.base_url}/operator/applications")
    row = operator.get_by_role("row").filter(has_text=api.appid)
    row.get_by_role("link").click()
    expect(operator.get_by_role("heading", name=say("提交的资料"))).to_be_visible()


def decide(operator: Page, say: Texts, button: str, reason: str = "") -> None:
    """Decide on an application; without a reason only approving is possible."""
    if reason:
        operator.get_by_role("button", name=say(button), exact=True).click()
        expect(operator.get_by_role("alert")).to_contain_text(say("请写明理由，商户会看到"))
        operator.locator("#reason").fill(reason)
    operator.get_by_role("button", name=say(button), exact=True).click()
    expect(operator.get_by_role("button", name=say(button), exact=True)).to_have_count(0)


def stored_value(owner: Page, operator: Page, server: Server, api: Api, say: Texts, size: str) -> None:
    """Apply for stored value with the filing, and have it approved."""
    owner.goto(f"{server.base_url}/console/{api.appid}/applications/balance")
    look(owner, f"apply-balance-form-{size}")
    owner.locator("#filing_number").fill("110000AAA0001")
    owner.locator("#filing_authority").fill("北京市商务局")
    owner.locator("#file-filing_scan").set_input_files([paper("备案.jpg", scan("JPEG"))])
    owner.get_by_role("button", name=say("预览")).click()
    owner.get_by_role("button", name=say("提交审核")).click()
    queue(operator, server, api, say)
    operator.goto(f"{server.base_url}/operator/applications")
    look(operator, f"apply-operator-queue-{size}")
    operator.go_back()
    decide(operator, say, "通过")
    owner.reload()
    expect(owner.get_by_role("status")).to_have_text(say("已开通。"))
    assert "balance" in app_of(server, api).permissions


def js_domain(owner: Page, desk: str, say: Texts, size: str) -> None:
    """Set the domain, change it once, and find that it is for good."""
    owner.goto(f"{desk}/js-domain")
    for typed in ("http://127.0.0.1", "test.panda.example"):
        owner.locator("#domain").fill(typed)
        owner.get_by_role("button", name=say("设置"), exact=True).click()
        if typed.startswith("http"):
            expect(owner.get_by_role("alert")).to_contain_text("40048")
            expect(owner.locator("#domain")).to_have_value(typed)
            look(owner, f"apply-js-domain-refused-{size}")
    expect(owner.locator("#domain-now")).to_have_text("test.panda.example")
    look(owner, f"apply-js-domain-set-{size}")
    owner.locator("#domain").fill("panda.example")
    owner.get_by_role("button", name=say("更改"), exact=True).click()
    expect(owner.locator("#domain-now")).to_have_text("panda.example")
    expect(owner.locator("#domain")).to_have_count(0)


def custom_sn(owner: Page, operator: Page, server: Server, api: Api, say: Texts, size: str) -> None:
    """Turn serial numbers on, issue some, answer a spot check, and lose the permission."""
    page = f"{server.base_url}/console/{api.appid}/applications/custom-sn"
    owner.goto(page)
    owner.get_by_role("button", name=say("立即开通")).click()
    expect(owner.get_by_role("alert")).to_have_text(say("请先同意及时回传核销结果"))
    owner.get_by_label(say("我会及时回传核销结果，并接受抽查")).check()
    look(owner, f"apply-custom-sn-{size}")
    owner.get_by_role("button", name=say("立即开通")).click()
    expect(owner.get_by_role("button", name=say("立即开通"))).to_have_count(0)
    issue(server, api, 3)
    operator.goto(f"{server.base_url}/operator/spot-checks")
    look(operator, f"apply-spot-checks-{size}")
    operator.get_by_role("row").filter(has_text=api.appid).get_by_role("link").click()
    operator.locator("#size").fill("51")
    operator.get_by_role("button", name=say("开始抽查")).click()
    operator.locator("#size").fill("50")
    operator.get_by_role("button", name=say("开始抽查")).click()
    expect(operator.get_by_role("row")).to_have_count(4)
    owner.goto(page)
    look(owner, f"apply-custom-sn-open-{size}")
    owner.get_by_role("link", name=say("回复"), exact=True).click()
    for number, answer in enumerate(["used", "unused", "lost"], 1):
        owner.locator(f"#answer-{number}").select_option(answer)
    owner.get_by_role("button", name=say("保存回复")).click()
    expect(owner.get_by_role("alert")).to_have_text(
        say("已保存。还有 {count} 个序列号没有答完：已使用的要写明时间和地点。", count=1)
    )
    look(owner, f"apply-check-{size}")
    owner.locator("#time-1").fill("2026-03-01T12:30")
    owner.locator("#place-1").fill("北京店")
    owner.get_by_role("button", name=say("保存回复")).click()
    expect(owner.get_by_role("status")).to_have_text(say("已全部回复，等待平台的结论。"))
    operator.reload()
    expect(operator.get_by_text(say("商户说已使用，却没有回传核销"))).to_be_visible()
    expect(operator.get_by_text("2026-03-01 12:30")).to_be_visible()
    look(operator, f"apply-spot-check-{size}")
    operator.get_by_label(say("不合格")).check()
    operator.locator("#note").fill("有券没有回传")
    operator.get_by_role("button", name=say("结束抽查")).click()
    expect(operator.get_by_role("button", name=say("结束抽查"))).to_have_count(0)
    operator.goto(f"{server.base_url}/operator/spot-checks/{api.appid}")
    operator.locator("#reason").fill("抽查不合格")
    look(operator, f"apply-spot-check-merchant-{size}")
    operator.get_by_role("button", name=say("暂停权限")).click()
    expect(operator.get_by_role("button", name=say("恢复权限"))).to_be_visible()
    owner.goto(page)
    expect(owner.get_by_role("note").first).to_contain_text("抽查不合格")
    look(owner, f"apply-custom-sn-suspended-{size}")


def issue(server: Server, api: Api, count: int) -> None:
    """Claim codes of the merchant's own."""
    server.database.transact(lambda tx: change_app(tx, api.appid, permissions="custom_code,issue"))
    assert soon(lambda: api.post("/ext/user", {"external_ids": ["ann"]})["errcode"] == 0)
    card_id = api.create_card(card("GROUPON", {"use_custom_code": True}))
    for number, openid in enumerate(api.people(count)):
        api.claim(card_id, openid, code=f"SN-{number}")


def test_every_field_and_category_has_its_english() -> None:
    english = Texts("en")
    assert [name for name in (*FIELD_NAMES.values(), *CATEGORY_NAMES) if english(name) == name] == []
