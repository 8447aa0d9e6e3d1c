"""The till in a browser: a camera, a bad network, two cashiers; on a phone in Chinese, on a desktop in English."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import segno
import sqlalchemy as sa
from card_bodies import card
from PIL import Image
from playwright.sync_api import Browser, Page, Request, Route, expect

from kaquan.actions.meet import name_person
from kaquan.store import tables
from kaquan.web.texts import Texts
from support.api import Api
from support.browser import HOSTS, PHONE, Devices, Faults, find_browser, look
from support.holder import PNG, store, upload
from support.server import Server
from support.worker import worker

FULL = {
    "use_condition": {"accept_category": "咖啡", "can_use_with_other_discount": False},
    "time_limit": [{"type": "MONDAY", "begin_hour": 1, "begin_minute": 0, "end_hour": 1, "end_minute": 1}],
}


@pytest.fixture
def logo(sqlite_server: Server) -> str:
    """The address of a picture that can be loaded."""
    return upload(sqlite_server.new_app(), PNG)


@pytest.fixture
def give(sandbox: Api, sqlite_server: Server, logo: str) -> Callable[..., tuple[str, str]]:
    """Makes a card and claims it for somebody with a nickname, and returns code and card_id."""

    def make(base: dict[str, object] | None = None, **own: object) -> tuple[str, str]:
        card_id = sandbox.create_card(card("CASH", {"logo_url": logo, "title": "咖啡代金券", **(base or {})}, **own))
        me = sandbox.person("me")
        sqlite_server.database.transact(lambda tx: name_person(tx, sandbox.appid, me, "阿猫"))
        return sandbox.claim(card_id, me), card_id

    return make


def consumed(server: Server, api: Api) -> list[str]:
    """Return the codes that were redeemed, one entry per event."""
    table = tables.journal.c
    query = sa.select(table.code).where((table.appid == api.appid) & (table.event == "user_consume_card"))
    return [row.code for row in server.database.transact(lambda tx: tx.all(query.order_by(table.id)))]


def filmed(code: str, path: Path) -> None:
    """Write a film that shows a QR code."""
    drawn = io.BytesIO()
    segno.make_qr(code, error="m").save(drawn, kind="png", scale=8)
    scene = Image.new("RGB", (640, 480), "#888888")
    scene.paste(Image.open(drawn).convert("RGB"), (200, 120))
    frame = io.BytesIO()
    scene.save(frame, "JPEG", quality=80)
    path.write_bytes(frame.getvalue() * 20)


@contextmanager
def camera_phone(browser: Browser, film: Path, faults: Faults) -> Iterator[Page]:
    """A phone whose camera shows a film."""
    camera = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    arguments = [f"--host-resolver-rules={HOSTS}", "--no-proxy-server", *camera]
    arguments.append(f"--use-file-for-fake-video-capture={film}")
    own = browser.browser_type.launch(
        executable_path=find_browser(), args=arguments, chromium_sandbox=os.geteuid() != 0
    )
    context = own.new_context(**PHONE)  # type: ignore[arg-type]
    faults.watch(context)
    yield context.new_page()
    context.close()
    own.close()


def test_a_cashier_scans_and_redeems_on_a_phone(
    sandbox: Api,
    sqlite_server: Server,
    browser: Browser,
    faults: Faults,
    give: Callable[..., tuple[str, str]],
    tmp_path: Path,
) -> None:
    store(sandbox, "一店")
    code, _ = give(advanced_info=FULL)
    filmed(code, tmp_path / "film.mjpeg")
    cashier = worker(sqlite_server, sandbox, "cashier")
    with camera_phone(browser, tmp_path / "film.mjpeg", faults) as page:
        cashier.sit_down(page)
        page.goto(f"{sqlite_server.base_url}/till")
        look(page, "till-begin-phone")
        page.get_by_role("button", name="扫码").click()
        expect(page.get_by_text("可以核销")).to_be_visible(timeout=15_000)
        expect(page.get_by_text("阿猫")).to_be_visible()
        look(page, "till-code-phone")
        button = page.get_by_role("button", name="核销")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        button.click()
        expect(page.get_by_role("heading", name="核销成功")).to_be_visible()
        assert consumed(sqlite_server, sandbox) == [code]
        # The camera that was used before looks for the next one by itself; the same one is still before it.
        with page.expect_response(re.compile("/scan")), page.expect_response(re.compile("/scan")):
            expect(page.get_by_role("button", name="关闭相机")).to_be_visible()
        expect(page.get_by_role("heading", name="核销成功")).to_be_visible()
        look(page, "till-done-phone")
        page.goto(f"{sqlite_server.base_url}/till/{sandbox.appid}")
        expect(page.get_by_text("刚刚被核销")).to_be_visible(timeout=15_000)
        look(page, "till-used-phone")
        page.get_by_role("link", name="我今天核销的").click()
        expect(page.get_by_text(code)).to_be_visible()
        look(page, "till-today-phone")


def test_a_lost_answer_is_asked_for_again_and_never_told_wrong(
    sandbox: Api, sqlite_server: Server, devices: Devices, faults: Faults, give: Callable[..., tuple[str, str]]
) -> None:
    faults.expect("ERR_CONNECTION_RESET|ERR_INTERNET_DISCONNECTED|503")
    say = Texts("en")
    code, _ = give()
    page = worker(sqlite_server, sandbox, "staff").sit_down(devices.desktop(locale="en-US", color_scheme="dark"))
    page.goto(f"{sqlite_server.base_url}/till")
    look(page, "till-begin-desktop")
    # A hand scanner types and presses Enter.
    page.keyboard.type(f"{code}\n")
    expect(page.get_by_text(say("可以核销"))).to_be_visible()
    look(page, "till-code-desktop")
    lost = 0

    def lose(route: Route, request: Request) -> None:
        nonlocal lost
        if request.method != "POST" or lost >= 3:
            route.continue_()
            return
        lost += 1
        if lost == 1:
            # The server has done it, and its answer is lost.
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        elif lost == 2:
            route.fulfill(status=503, body="<html><body>bad gateway</body></html>", content_type="text/html")
        else:
            # Somebody else's page, such as a hotel's.
            route.fulfill(status=200, body="<html><body>welcome to our wifi</body></html>", content_type="text/html")

    page.route(re.compile(rf"/till/{sandbox.appid}$"), lose)
    page.get_by_role("button", name=say("核销"), exact=True).click()
    unknown = page.get_by_text(say("网络不通，还不知道有没有核销成功。正在核对，请不要离开本页……"))
    expect(unknown).to_be_visible()
    assert page.get_by_role("heading", name=say("核销成功")).count() == 0
    expect(page.get_by_text(say("可以核销"))).to_have_count(0)
    look(page, "till-unknown-desktop")
    page.get_by_role("button", name=say("立即再核对")).click()
    expect(page.get_by_role("heading", name=say("核销成功"))).to_be_visible(timeout=20_000)
    assert (lost, consumed(sqlite_server, sandbox)) == (3, [code])
    assert "/receipt?key=" in page.url
    look(page, "till-done-desktop")
    page.reload()
    expect(page.get_by_role("heading", name=say("核销成功"))).to_be_visible()
    page.unroute_all()
    # Without a network nothing is sent; as soon as there is one, the press goes on.
    second, _ = give()
    page.goto(f"{sqlite_server.base_url}/till/{sandbox.appid}?code={second}")
    page.context.set_offline(True)
    page.get_by_role("button", name=say("核销"), exact=True).click()
    expect(unknown).to_be_visible()
    assert consumed(sqlite_server, sandbox) == [code]
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name=say("核销成功"))).to_be_visible(timeout=20_000)
    assert consumed(sqlite_server, sandbox) == [code, second]


def test_two_tills_and_one_code(
    sandbox: Api, sqlite_server: Server, devices: Devices, give: Callable[..., tuple[str, str]]
) -> None:
    store(sandbox, "一店")
    code, _ = give()
    first, second = (worker(sqlite_server, sandbox, "cashier") for _ in range(2))
    # The second one has no script.
    pages = [first.sit_down(devices.phone()), second.sit_down(devices.phone(java_script_enabled=False))]
    for page in pages:
        page.goto(f"{sqlite_server.base_url}/till/{sandbox.appid}")
        page.get_by_label("输入券码").fill(code)
        page.get_by_role("button", name="查券").click()
        expect(page.get_by_text("可以核销")).to_be_visible()
    for page in pages:
        page.get_by_role("button", name="核销", exact=True).click()
    expect(pages[0].get_by_role("heading", name="核销成功")).to_be_visible()
    expect(pages[1].get_by_text("刚刚被核销")).to_be_visible()
    expect(pages[1].get_by_text(first.person.name)).to_be_visible()
    expect(pages[1].locator(".verdict").get_by_text("熊猫茶馆（一店）")).to_be_visible()
    assert consumed(sqlite_server, sandbox) == [code]
    third, _ = give()
    pages[1].goto(f"{sqlite_server.base_url}/till/{sandbox.appid}?code={third}")
    pages[1].get_by_role("button", name="核销", exact=True).click()
    expect(pages[1].get_by_role("heading", name="核销成功")).to_be_visible()
    pages[1].reload()
    expect(pages[1].get_by_role("heading", name="核销成功")).to_be_visible()
    pages[0].goto(f"{sqlite_server.base_url}/till/{sandbox.appid}?code=nothing")
    expect(pages[0].get_by_role("alert")).to_contain_text("本商户没有这个券码")
    look(pages[0], "till-unknown-phone")
