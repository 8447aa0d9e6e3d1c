"""The pages of applications: a merchant's way to every function, the operator's decisions, and what is held back."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import card
from PIL import Image
from playwright.sync_api import Page, expect

from kaquan.actions.manage_app import change_app
from kaquan.store import tables
from kaquan.store.apps import App, load_app
from kaquan.web.application_texts import CATEGORY_NAMES, FIELD_NAMES
from kaquan.web.texts import Language, Texts
from support.api import Api
from support.browser import Devices, assert_accessible, picture
from support.server import Server
from support.worker import Worker, worker

PICTURES = {"zh": ("phone", "light"), "en": ("desktop", "dark")}
APPLICANT = {
    "subject_type": "enterprise",
    "subject_name": "熊猫茶馆有限公司",
    "credential_number": "91110000MA0000000X",
    "category": "202",
    "contact_name": "李娜",
    "contact_phone": "010-12345678",
    "contact_email": "li@panda.example",
    "agreed": "1",
}
DIGEST = re.compile(r'name="paper-credential_scan" value="([0-9a-f]{32})"')


def scan(kind: str = "PNG", size: int = 40) -> bytes:
    """Return a picture of a licence."""
    out = io.BytesIO()
    Image.new("RGB", (size, size), 7).save(out, kind)
    return out.getvalue()


def look(page: Page, name: str) -> None:
    """Check what every page of the desks has to be, and leave a picture."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the device"
    picture(page, f"apply-{name}")
    assert_accessible(page)


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
    look(owner, f"list-locked-{size}")
    owner.goto(f"{desk}/balance")
    expect(owner.get_by_role("note").first).to_contain_text(say("卡券功能审核通过后才能配置。"))
    expect(owner.get_by_role("button", name=say("预览"))).to_have_count(0)
    look(owner, f"balance-locked-{size}")
    basic(owner, desk, say, size)
    queue(operator, sqlite_server, api, say, size)
    decide(operator, say, "驳回", "证件照片看不清")
    owner.goto(f"{desk}/card")
    expect(owner.get_by_role("note").first).to_contain_text("证件照片看不清")
    look(owner, f"card-refused-{size}")
    owner.locator("#subject_name").fill("熊猫茶馆（北京）有限公司")
    owner.get_by_role("button", name=say("预览")).click()
    owner.get_by_role("button", name=say("提交审核")).click()
    queue(operator, sqlite_server, api, say, size)
    assert operator.get_by_text(say("有更改")).count() == 1
    look(operator, f"operator-again-{size}")
    decide(operator, say, "通过")
    assert app_of(sqlite_server, api).card_function == "granted"
    owner.goto(desk)
    look(owner, f"list-open-{size}")
    stored_value(owner, operator, sqlite_server, api, say, size)
    js_domain(owner, desk, say, size)
    custom_sn(owner, operator, sqlite_server, api, say, size)
    owner.goto(f"{desk}/bonus")
    owner.locator("#purpose").fill("会员积分")
    owner.get_by_role("button", name=say("预览")).click()
    owner.get_by_role("button", name=say("提交审核")).click()
    owner.get_by_role("button", name=say("撤回并修改")).click()
    expect(owner.locator("#purpose")).to_have_value("会员积分")
    look(owner, f"bonus-{size}")


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
    owner.locator("#file-credential_scan").set_input_files(
        [{"name": "营业执照.png", "mimeType": "image/png", "buffer": scan()}]
    )
    look(owner, f"card-form-{size}")
    owner.get_by_role("button", name=say("预览")).click()
    expect(owner.get_by_role("alert")).to_contain_text(say("食品经营许可证"))
    expect(owner.locator("#subject_name")).to_have_value(APPLICANT["subject_name"])
    expect(owner.get_by_text("营业执照.png")).to_be_visible()
    look(owner, f"card-wrong-{size}")
    for name in ("credential_number", "contact_email"):
        owner.locator(f"#{name}").fill(APPLICANT[name])
    licence.fill("JY11100000000000")
    owner.locator("#file-food_service_license_bizmedia_id").set_input_files(
        [{"name": "许可证.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 licence"}]
    )
    owner.get_by_label(say("我已阅读并同意以上规则")).check()
    owner.get_by_role("button", name=say("预览")).click()
    expect(owner.get_by_role("heading", name=say("请核对"))).to_be_visible()
    look(owner, f"card-preview-{size}")
    owner.get_by_role("button", name=say("提交审核")).click()
    expect(owner.get_by_role("button", name=say("撤回并修改"))).to_be_visible()
    look(owner, f"card-pending-{size}")
    with owner.expect_download() as saved:
        owner.get_by_role("link", name="许可证.pdf").click()
    assert saved.value.suggested_filename == "许可证.pdf"


def queue(operator: Page, server: Server, api: Api, say: Texts, size: str) -> None:
    """Open the merchant's application from the queue."""
    operator.goto(f"{server.base_url}/operator/applications")
    look(operator, f"operator-queue-{size}")
    row = operator.get_by_role("row").filter(has_text=api.appid)
    row.get_by_role("link").click()
    expect(operator.get_by_role("heading", name=say("提交的资料"))).to_be_visible()
    look(operator, f"operator-one-{size}")


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
    look(owner, f"balance-form-{size}")
    owner.locator("#filing_number").fill("110000AAA0001")
    owner.locator("#filing_authority").fill("北京市商务局")
    owner.locator("#file-filing_scan").set_input_files(
        [{"name": "备案.jpg", "mimeType": "image/jpeg", "buffer": scan("JPEG")}]
    )
    owner.get_by_role("button", name=say("预览")).click()
    owner.get_by_role("button", name=say("提交审核")).click()
    queue(operator, server, api, say, size)
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
            look(owner, f"js-domain-refused-{size}")
    expect(owner.locator("#domain-now")).to_have_text("test.panda.example")
    look(owner, f"js-domain-set-{size}")
    owner.locator("#domain").fill("panda.example")
    owner.get_by_role("button", name=say("更改"), exact=True).click()
    expect(owner.locator("#domain-now")).to_have_text("panda.example")
    expect(owner.locator("#domain")).to_have_count(0)
    look(owner, f"js-domain-final-{size}")


def custom_sn(owner: Page, operator: Page, server: Server, api: Api, say: Texts, size: str) -> None:
    """Turn serial numbers on, issue some, answer a spot check, and lose the permission."""
    page = f"{server.base_url}/console/{api.appid}/applications/custom-sn"
    owner.goto(page)
    owner.get_by_role("button", name=say("立即开通")).click()
    expect(owner.get_by_role("alert")).to_have_text(say("请先同意及时回传核销结果"))
    owner.get_by_label(say("我会及时回传核销结果，并接受抽查")).check()
    look(owner, f"custom-sn-{size}")
    owner.get_by_role("button", name=say("立即开通")).click()
    expect(owner.get_by_role("button", name=say("立即开通"))).to_have_count(0)
    issue(server, api, 3)
    operator.goto(f"{server.base_url}/operator/spot-checks")
    look(operator, f"spot-checks-{size}")
    operator.get_by_role("row").filter(has_text=api.appid).get_by_role("link").click()
    operator.locator("#size").fill("51")
    operator.get_by_role("button", name=say("开始抽查")).click()
    operator.locator("#size").fill("50")
    operator.get_by_role("button", name=say("开始抽查")).click()
    expect(operator.get_by_role("row")).to_have_count(4)
    owner.goto(page)
    look(owner, f"custom-sn-open-{size}")
    owner.get_by_role("link", name=say("回复"), exact=True).click()
    for number, answer in enumerate(["used", "unused", "lost"], 1):
        owner.locator(f"#answer-{number}").select_option(answer)
    owner.get_by_role("button", name=say("保存回复")).click()
    expect(owner.get_by_role("alert")).to_have_text(
        say("已保存。还有 {count} 个序列号没有答完：已使用的要写明时间和地点。", count=1)
    )
    look(owner, f"check-{size}")
    owner.locator("#time-1").fill("2026-03-01T12:30")
    owner.locator("#place-1").fill("北京店")
    owner.get_by_role("button", name=say("保存回复")).click()
    expect(owner.get_by_role("status")).to_have_text(say("已全部回复，等待平台的结论。"))
    operator.reload()
    expect(operator.get_by_text(say("商户说已使用，却没有回传核销"))).to_be_visible()
    expect(operator.get_by_text("2026-03-01 12:30")).to_be_visible()
    look(operator, f"spot-check-{size}")
    operator.get_by_label(say("不合格")).check()
    operator.locator("#note").fill("有券没有回传")
    operator.get_by_role("button", name=say("结束抽查")).click()
    expect(operator.get_by_role("button", name=say("结束抽查"))).to_have_count(0)
    operator.goto(f"{server.base_url}/operator/spot-checks/{api.appid}")
    operator.locator("#reason").fill("抽查不合格")
    look(operator, f"spot-check-merchant-{size}")
    operator.get_by_role("button", name=say("暂停权限")).click()
    expect(operator.get_by_role("button", name=say("恢复权限"))).to_be_visible()
    owner.goto(page)
    expect(owner.get_by_role("note").first).to_contain_text("抽查不合格")
    look(owner, f"custom-sn-suspended-{size}")


def issue(server: Server, api: Api, count: int) -> None:
    """Claim codes of the merchant's own."""
    server.database.transact(lambda tx: change_app(tx, api.appid, permissions="custom_code,issue"))
    assert soon(lambda: api.post("/ext/user", {"external_ids": ["ann"]})["errcode"] == 0)
    card_id = api.create_card(card("GROUPON", {"use_custom_code": True}))
    for number, openid in enumerate(api.people(count)):
        api.claim(card_id, openid, code=f"SN-{number}")


# What no button of ours sends.


def test_a_form_posted_by_hand_to_a_locked_page_is_refused_as_a_call_is(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    owner = worker(sqlite_server, api)
    desk = f"/console/{api.appid}/applications"
    posted = [
        ("balance", {"step": "submit", "filing_number": "1", "filing_authority": "x"}),
        ("bonus", {"step": "submit", "purpose": "x"}),
        ("custom-sn", {"agreed": "1"}),
        ("js-domain", {"domain": "shop.example.com"}),
    ]
    for state, cause in (("none", "还没有申请"), ("pending", "正在审核"), ("refused", "没有通过")):
        sqlite_server.database.transact(lambda tx, state=state: change_app(tx, api.appid, card_function=state))
        assert soon(lambda cause=cause: cause in refused(owner, desk, *posted[0]))
        assert [("48001" in refused(owner, desk, *one), cause in owner.page) for one in posted] == [(True, True)] * 4
    app = app_of(sqlite_server, api)
    assert (app.permissions, app.applications, app.card_js_domain) == (frozenset(), {}, "")


def refused(owner: Worker, desk: str, page: str, fields: dict[str, str]) -> str:
    """Return what a page says to a form that it does not take."""
    assert owner.post(f"{desk}/{page}", **fields) == 200
    return owner.page


def test_who_may_not_have_stored_value_cannot_post_for_it_either(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    owner, operator = worker(sqlite_server, api), worker(sqlite_server, api, "operator")
    # A tutor's school.
    granted(owner, operator, api, category="601", school_running_license_id="1")
    assert owner.get(f"/console/{api.appid}/applications") == 200
    assert "你的经营类目不能申请储值。" in owner.page
    fields = {"step": "submit", "filing_number": "1", "filing_authority": "x", "paper-filing_scan": "0" * 32}
    assert owner.post(f"/console/{api.appid}/applications/balance", **fields) == 200
    assert app_of(sqlite_server, api).applications == {"card": "granted"}


def granted(owner: Worker, operator: Worker, api: Api, **values: str) -> None:
    """Have an account apply for the card function and get it."""
    page = f"/console/{api.appid}/applications/card"
    files = [
        (f"file-{slot}", "x.png", scan())
        for slot in ("credential_scan", "food_service_license_bizmedia_id", "school_running_license_bizmedia_id")
    ]
    assert owner.upload(page, files, step="submit", **{**APPLICANT, **values}) == 303, owner.page
    assert operator.get(f"/operator/applications/{api.appid}/card") == 200
    found = re.search(r'name="seen" value="(\d+)"', operator.page)
    assert found
    assert operator.post(f"/operator/applications/{api.appid}/card", do="approve", seen=found[1]) == 303


def test_the_form_shows_a_category_s_papers_without_script_too(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    owner = worker(sqlite_server, api)
    page = f"/console/{api.appid}/applications/card"
    assert owner.upload(page, [], step="fill", **{**APPLICANT, "category": "401"}) == 200
    shown = re.search(r'<div data-categories="401"( hidden)?>', owner.page)
    hidden = re.search(r'<div data-categories="303 602"( hidden)?>', owner.page)
    assert shown
    assert hidden
    assert (shown[1], hidden[1]) == (None, " hidden")
    assert 'value="91110000MA0000000X"' in owner.page


def test_hostile_uploads_are_not_taken_or_made_harmless(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    owner = worker(sqlite_server, api)
    page = f"/console/{api.appid}/applications/card"
    evil = b"<script>alert(1)</script>"
    hostile = {
        "page.jpg": b"<!doctype html>" + evil,
        "drawing.png": b"<svg xmlns='http://www.w3.org/2000/svg'>" + evil + b"</svg>",
        "large.pdf": b"%PDF-" + b"x" * (4 << 20),
    }
    said = {"page.jpg": "不是 JPG", "drawing.png": "不是 JPG", "large.pdf": "超过 4 MB"}
    for name, content in hostile.items():
        assert owner.upload(page, [("file-credential_scan", name, content)], step="fill", **APPLICANT) == 200
        assert f"“{name}”{said[name]}" in owner.page
        assert DIGEST.findall(owner.page) == []
    many = [("file-credential_scan", f"{size}.png", scan(size=size)) for size in range(1, 13)]
    assert owner.upload(page, many, step="fill", **APPLICANT) == 200
    assert len(DIGEST.findall(owner.page)) == 10
    assert "材料最多 10 份" in owner.page
    # A picture with a script behind it, and a PDF that is a page as well.
    mixed = [
        ("file-credential_scan", "a.html", scan("JPEG") + evil),
        ("file-credential_scan", "b\r\nx: y.html", b"%PDF-1.7" + evil),
    ]
    assert owner.upload(page, mixed, step="fill", **APPLICANT) == 200
    picture_digest, pdf = DIGEST.findall(owner.page)
    kept = [downloaded(owner, api, one) for one in (picture_digest, pdf)]
    assert [evil in body for body, _ in kept] == [False, True]
    assert [name for _, name in kept] == ["attachment; filename*=UTF-8''a.jpg", "attachment; filename*=UTF-8''b.pdf"]


def downloaded(owner: Worker, api: Api, digest: str) -> tuple[bytes, str]:
    """Return a paper and what it is called; it is never shown in place."""
    assert owner.get(f"/console/{api.appid}/applications/papers/{digest}") == 200
    headers = owner.headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    return owner.raw, headers["content-disposition"]


def test_papers_are_for_owners_and_operators_alone(sqlite_server: Server) -> None:
    api, other = merchant(sqlite_server), merchant(sqlite_server)
    owner, stranger = worker(sqlite_server, api), worker(sqlite_server, other)
    page = f"/console/{api.appid}/applications/card"
    owner.upload(page, [("file-credential_scan", "a.png", scan(size=77))], step="fill", **APPLICANT)
    (digest,) = DIGEST.findall(owner.page)
    path = f"/console/{api.appid}/applications/papers/{digest}"
    found = {role: worker(sqlite_server, api, role).get(path) for role in ("owner", "staff", "developer", "cashier")}
    assert found == {"owner": 200, "staff": 403, "developer": 403, "cashier": 403}
    assert stranger.get(path) == 404
    assert stranger.get(f"/console/{other.appid}/applications/papers/{digest}") == 404
    # Nor can another account hand in a paper that is not its own.
    fields = {**APPLICANT, "paper-credential_scan": digest, "step": "submit"}
    assert stranger.post(f"/console/{other.appid}/applications/card", **fields) == 200
    assert app_of(sqlite_server, other).card_function == "none"
    operator = worker(sqlite_server, api, "operator")
    assert operator.get(f"/operator/applications/{api.appid}/papers/{digest}") == 200
    assert operator.get(f"/operator/applications/{other.appid}/papers/{digest}") == 404


def test_large_forms_are_read_from_people_who_are_known(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    nobody = Worker(sqlite_server, "", "")
    nobody.forget()
    page = f"/console/{api.appid}/applications/card"
    answered = nobody.upload(page, [("file-credential_scan", "a.pdf", b"%PDF-" + b"x" * 70_000)])
    assert answered == 200
    assert "47001" not in nobody.page
    assert server_saw(sqlite_server, "body_too_large")


def server_saw(server: Server, cause: str) -> bool:
    """Tell whether a call was refused for this cause."""
    table = tables.failed_call.c
    return soon(
        lambda: server.database.transact(lambda tx: bool(tx.one(sa.select(table.rid).where(table.cause == cause))))
    )


def test_the_second_of_two_operators_is_told_that_nothing_was_left_to_decide(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    owner = worker(sqlite_server, api)
    owner.upload(
        f"/console/{api.appid}/applications/card",
        [("file-credential_scan", "a.png", scan())],
        step="submit",
        **APPLICANT,
    )
    first, second = (worker(sqlite_server, api, "operator") for _ in range(2))
    page = f"/operator/applications/{api.appid}/card"
    for one in (first, second):
        one.get(page)
    seen = re.search(r'name="seen" value="(\d+)"', first.page)
    assert seen
    assert first.post(page, do="refuse", reason="看不清", seen=seen[1]) == 303
    assert first.headers["location"] == page
    assert second.post(page, do="approve", seen=seen[1]) == 303
    assert second.headers["location"] == f"{page}?late=1"
    second.get(f"{page}?late=1")
    assert "没有更改：申请的状态刚刚变了" in second.page
    assert app_of(sqlite_server, api).card_function == "refused"
    # The merchant's audit log has one line of it, with the reason.
    owner.get(f"/console/{api.appid}/audit?action=application.")
    assert (owner.page.count("驳回功能申请</td>"), "看不清" in owner.page) == (1, True)


def test_every_field_and_category_has_its_english() -> None:
    english = Texts("en")
    assert [name for name in (*FIELD_NAMES.values(), *CATEGORY_NAMES) if english(name) == name] == []
