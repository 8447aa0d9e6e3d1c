"""The operator's desk: reviews, the shelf, merchants, settings, health; and whoever stands behind each decision."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator

import pytest
from card_bodies import NOW, card
from PIL import Image
from playwright.sync_api import Page, expect
from store_bodies import FULL, store

from kaquan.actions.keep_choices import choose
from kaquan.actions.keep_image import keep_image
from kaquan.watch.gather import VERSION
from kaquan.web.audit_texts import ACTIONS
from kaquan.web.texts import Language, Texts
from qa.counter import scanned
from support.api import Api
from support.browser import Devices, look
from support.callback import Receiver
from support.database import Databases
from support.fleet import Fleet
from support.merchant import Merchant
from support.server import Server
from support.worker import Worker, worker
from wire.kept import Kept

LOCALES = {"zh": "zh-CN", "en": "en-US"}
HERE = "operator"


def uploaded(server: Server, api: Api, colour: str) -> str:
    """Keep a picture of one colour as an upload and return its address."""
    file = io.BytesIO()
    Image.new("RGB", (300, 300), colour).save(file, "PNG")
    path = server.database.transact(lambda tx: keep_image(tx, api.appid, "image/png", file.getvalue(), NOW))
    return server.base_url + path


@pytest.fixture(scope="module")
def quiet_server(databases_of_sqlite: Databases) -> Iterator[Server]:
    """A server whose queues nobody else fills."""
    with Server(databases_of_sqlite.create()) as running:
        yield running


@pytest.fixture(scope="module")
def databases_of_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """What makes databases on SQLite."""
    return Databases(tmp_path_factory.mktemp(HERE))


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_a_change_is_seen_beside_what_was_approved_and_decided(
    quiet_server: Server, devices: Devices, size: str, language: Language
) -> None:
    say, api = Texts(language), quiet_server.new_app(review="manual", name="熊猫茶馆")
    before, after = (uploaded(quiet_server, api, one) for one in ("teal", "tomato"))
    ids = [api.create_card(card(base={"title": f"双人套餐 {n}", "logo_url": before})) for n in "ABC"]
    for card_id in ids[1:]:
        api.ok("/sandbox/approve", {"card_id": card_id})
    wording = {"notice": "请提前一天预约", "logo_url": after, "color": "Color090", "service_phone": "020-88888888"}
    api.ok("/card/update", {"card_id": ids[1], "groupon": {"base_info": wording}})
    scheme = {"zh": "light", "en": "dark"}[language]
    page = getattr(devices, size)(locale=LOCALES[language], color_scheme=scheme)
    worker(quiet_server, api, "operator").sit_down(page)
    page.goto(f"{quiet_server.base_url}/operator")
    tile = page.get_by_role("link", name=say("待审核的卡券"))
    expect(tile).to_contain_text("2")
    look(page, f"operator-home-{size}")
    tile.click()
    expect(page.get_by_role("row")).to_have_count(3)
    look(page, f"operator-cards-{size}")
    page.get_by_role("link", name="双人套餐 A").click()
    look(page, f"operator-card-new-{size}")
    page.get_by_role("button", name=say("驳回")).click()
    expect(page.get_by_role("alert")).to_have_text(say("请选择或填写理由"))
    page.locator("#refuse-template").select_option("terms")
    page.locator("#refuse-reason").fill("请写明日期")
    page.get_by_role("button", name=say("驳回")).click()
    # The next one in the queue: the change, with what it makes different.
    expect(page.get_by_role("status")).to_have_text(say("已驳回：{title}", title="双人套餐 A"))
    expect(page.get_by_role("heading", level=1)).to_have_text("双人套餐 B")
    rows = page.locator("table.diff tbody tr")
    told = [[one.strip() for one in rows.nth(n).locator("td").all_inner_texts()] for n in range(rows.count())]
    assert told == [["", ""], ["Color010 #63b359", "Color090 #dd6549"], ["使用时出示此券", "请提前一天预约"]]
    sources = rows.nth(0).locator("img")
    assert [sources.nth(n).get_attribute("src") for n in (0, 1)] == [
        re.sub("https?://[^/]+", "", one) for one in (before, after)
    ]
    look(page, f"operator-card-changed-{size}")
    page.get_by_role("button", name=say("通过"), exact=True).click()
    expect(page).to_have_url(re.compile(r"/operator/cards\?done=approve"))
    expect(page.get_by_role("status")).to_have_text(say("已通过：{title}", title="双人套餐 B"))
    base = api.ok("/card/get", {"card_id": ids[1]})["card"]["groupon"]["base_info"]
    assert (base["status"], base["notice"]) == ("CARD_STATUS_VERIFY_OK", "请提前一天预约")
    refused = api.ok("/card/get", {"card_id": ids[0]})["card"]["groupon"]["base_info"]
    assert refused["status"] == "CARD_STATUS_VERIFY_FAIL"
    page.goto(f"{quiet_server.base_url}/operator/cards/{api.appid}/{ids[0]}")
    expect(page.get_by_text(say("使用条件写得不清楚")).first).to_be_visible()
    page.goto(f"{quiet_server.base_url}/operator/audit")
    expect(page.locator("tbody tr").first).to_contain_text(say(ACTIONS["card.approve"]))
    walk_stores(quiet_server, page, say, api, size)


def walk_stores(server: Server, page: Page, say: Texts, api: Api, size: str) -> None:
    """Approve a store, refuse a change of it."""
    photo = uploaded(server, api, "teal")
    poi_id = api.ok("/cgi-bin/poi/addpoi", store(**{**FULL, "photo_list": [{"photo_url": photo}]}))["poi_id"]
    page.goto(f"{server.base_url}/operator/stores?merchant={api.appid}")
    look(page, f"operator-stores-{size}")
    page.get_by_role("button", name=say("通过"), exact=True).click()
    expect(page.get_by_role("status")).to_have_text(say("已通过"))
    api.ok("/cgi-bin/poi/updatepoi", {"business": {"base_info": {"poi_id": poi_id, "telephone": "020-1"}}})
    page.goto(f"{server.base_url}/operator/stores?merchant={api.appid}")
    expect(page.locator("table.diff td")).to_have_text(["020-12345678", "020-1"])
    look(page, f"operator-store-changed-{size}")
    page.locator("summary").filter(has_text=say("驳回")).click()
    page.get_by_label(say("理由")).last.fill("无人接听")
    page.get_by_role("button", name=say("驳回")).click()
    expect(page.get_by_role("status")).to_have_text(say("已驳回"))
    shop = api.ok("/cgi-bin/poi/getpoi", {"poi_id": poi_id})["business"]["base_info"]
    assert (shop["telephone"], shop["update_status"]) == ("020-12345678", 0)


def test_a_card_taken_down_cannot_be_claimed_until_it_is_back(
    merchant: Merchant, devices: Devices, phone: Page
) -> None:
    card_id = merchant.card(title="双人套餐")
    desk, path = devices.desktop(), f"/operator/cards/{merchant.api.appid}/{card_id}"
    worker(merchant.server, merchant.api, "operator").sit_down(desk)
    merchant.sign_in(phone, "ann")
    shown = scanned(phone, merchant, card_id)
    desk.goto(merchant.server.base_url + path)
    desk.locator("#takedown-reason").fill("价格有误")
    desk.get_by_role("button", name="下架").click()
    expect(desk.get_by_role("status")).to_have_text("已下架：双人套餐")
    look(desk, "operator-card-off-shelf")
    shown.reload()
    expect(shown.get_by_role("alert")).to_contain_text("该券未通过审核")
    desk.get_by_role("button", name="恢复").click()
    expect(desk.get_by_role("status")).to_have_text("已恢复：双人套餐")
    shown.reload()
    expect(shown.get_by_role("button", name="领取")).to_be_visible()


@pytest.mark.parametrize(("size", "language"), [("phone", "en"), ("desktop", "zh")])
def test_merchants_settings_and_health(quiet_server: Server, devices: Devices, size: str, language: Language) -> None:
    say, api = Texts(language), quiet_server.new_app(name=f"茶馆 {size}")
    page = getattr(devices, size)(locale=LOCALES[language])
    worker(quiet_server, api, "operator").sit_down(page)
    owner = worker(quiet_server, api)
    base = quiet_server.base_url
    page.goto(f"{base}/operator/merchants")
    page.get_by_label(say("名称或 appid")).fill(f"茶馆 {size}")
    page.get_by_role("button", name=say("筛选")).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    look(page, f"operator-merchants-{size}")
    page.get_by_role("link", name=f"茶馆 {size}").click()
    page.locator("#path").fill("/card/code/*")
    page.locator("#daily").fill("many")
    page.get_by_role("button", name=say("设置"), exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("CALLS/SECONDS" if language == "en" else "次数/秒数")
    page.locator("#path").fill("/card/code/*")
    page.locator("#daily").fill("5000")
    page.locator("#window").fill("100/10")
    page.get_by_role("button", name=say("设置"), exact=True).click()
    expect(page.locator("#limits ~ div tbody td").first).to_have_text("/card/code/*")
    assert page.locator("#limits ~ div tbody td").all_inner_texts()[1:4] == ["5000", "-", "100/10"]
    page.locator("#reason").fill("虚假宣传")
    look(page, f"operator-merchant-{size}")
    page.get_by_role("button", name=say("停用")).click()
    expect(page.locator("main .callout-danger")).to_contain_text("虚假宣传")
    assert owner.get(f"/console/{api.appid}") == 200
    assert "虚假宣传" in owner.page
    page.get_by_role("button", name=say("恢复"), exact=True).click()
    expect(page.get_by_role("button", name=say("停用"))).to_be_visible()
    page.goto(f"{base}/operator/settings")
    page.locator("input.wide").fill("周日凌晨维护")
    page.locator("section").filter(has=page.locator("input.wide")).get_by_role("button", name=say("保存")).click()
    expect(page.get_by_role("status")).to_have_text(say("已保存，所有进程在几秒内生效"))
    look(page, f"operator-settings-{size}")
    owner.get("/console")
    assert "周日凌晨维护" in owner.page
    page.get_by_role("button", name=say("恢复为启动时的值")).click()
    owner.get("/console")
    assert "周日凌晨维护" not in owner.page
    page.goto(f"{base}/operator/health")
    expect(page.locator("#health")).to_contain_text(say("运行正常"))
    expect(page.locator("#health")).to_contain_text(f"kaquan{VERSION}")
    look(page, f"operator-health-{size}")


def test_a_setting_out_of_bounds_is_refused_and_sign_up_can_be_closed(quiet_server: Server) -> None:
    one = worker(quiet_server, quiet_server.new_app(), "operator")
    for name, value in (("keep_calls_days", "0"), ("keep_calls", "x"), ("merchant_sign_up", "maybe")):
        assert (one.post("/operator/settings", name=name, value=value, change="set"), "取值不对" in one.page) == (
            200,
            True,
        )
    assert one.post("/operator/settings", name="database_url", value="x", change="set") == 404
    stranger = Worker(quiet_server, "", "")
    stranger.forget()
    stranger.get("/console/sign-in")
    assert "/console/sign-up" in stranger.page
    assert one.post("/operator/settings", name="merchant_sign_up", value="no", change="set") == 303
    stranger.get("/console/sign-in")
    assert "/console/sign-up" not in stranger.page
    stranger.get("/console/sign-up")
    assert "本平台不开放注册" in stranger.page
    quiet_server.database.transact(lambda tx: choose(tx, "merchant_sign_up", None))


def cause(server: Server, one: Worker) -> str:
    """Return errcode and cause of the refusal that somebody's page shows, as the server kept them."""
    found = re.search(r"<code>([0-9a-f]{8}(?:-[0-9a-f]{8}){2})</code>", one.page)
    assert found is not None
    kept = Kept(server.database)
    _, call = kept.find("", found[1])
    kept.close()
    return f"{call.errcode} {call.cause}"


def test_a_decision_that_came_too_late_is_refused_in_words(quiet_server: Server) -> None:
    api = quiet_server.new_app(review="manual")
    card_id = api.create_card(card())
    first, second = (worker(quiet_server, api, "operator") for _ in range(2))
    path = f"/operator/cards/{api.appid}/{card_id}"
    assert first.post(path, change="approve") == 303
    assert second.post(path, change="refuse", reason="x") == 200
    assert "40078" in second.page
    assert "不在待审核状态" in second.page
    assert second.post(path, change="restore") == 200
    assert cause(quiet_server, second) == "40078 not_off_shelf"
    assert first.post(path, change="takedown", reason="x") == 303
    assert second.post(path, change="takedown", reason="x") == 200
    assert cause(quiet_server, second) == "40078 not_on_shelf"
    assert second.post(path, change="explode") == 404
    assert second.get(f"/operator/cards/{api.appid}/none") == 404
    poi_id = api.ok("/cgi-bin/poi/addpoi", store())["poi_id"]
    facts = {"account": api.appid, "poi_id": str(poi_id)}
    assert first.post("/operator/stores", **facts, change="approve") == 303
    assert second.post("/operator/stores", **facts, change="refuse", template="place") == 200
    assert "65118" in second.page


def test_places_in_a_queue_that_are_no_places_show_its_beginning(quiet_server: Server) -> None:
    api = quiet_server.new_app(review="manual")
    card_id, one = api.create_card(card()), worker(quiet_server, api, "operator")
    mine = f"merchant={api.appid}"
    for query in (
        "time=-1",
        "time=x",
        "time=9999999999999999999",
        "time=0&key=%00",
        "state=nothing",
        "time=0&of=%00&key=%ff",
    ):
        assert one.get(f"/operator/cards?{mine}&{query}") == 200
        assert card_id in one.page
    assert one.get("/operator/stores?time=5&key=x&of=wx") == 200
    assert one.get("/operator/merchants?time=x&of=%00&text=%00&kind=x&state=x") == 200


@pytest.fixture
def two_processes(databases: Databases) -> Iterator[Fleet]:
    """Two servers over one database of each kind."""
    database = databases.create()
    with Server(database) as first, Server(database) as second:
        yield Fleet(database, [first, second])


def until(seconds: float, holds: Callable[[], bool]) -> bool:
    """Tell whether something comes true within some seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_suspension_holds_in_every_process_within_a_second(two_processes: Fleet) -> None:
    apis = two_processes.new_app()

    def errcodes() -> list[int]:
        return [api.post("/card/getcolors")["errcode"] for api in apis]

    one = worker(two_processes.servers[0], apis[0], "operator")
    assert errcodes() == [0, 0]
    assert one.post(f"/operator/merchants/{apis[0].appid}", change="suspend", reason="欠费") == 303
    assert apis[0].post("/card/getcolors")["errcode"] == 48004
    assert until(1.2, lambda: errcodes() == [48004, 48004])
    assert one.post(f"/operator/merchants/{apis[0].appid}", change="restore") == 303
    assert until(1.2, lambda: errcodes() == [0, 0])


def test_what_happened_to_a_suspended_account_is_still_told(quiet_server: Server, receiver: Receiver) -> None:
    api = quiet_server.new_app(review="manual")
    api.ok("/sandbox/callback", receiver.settings())
    card_id, one = api.create_card(card()), worker(quiet_server, api, "operator")
    assert one.post(f"/operator/merchants/{api.appid}", change="suspend", reason="x") == 303
    assert one.post(f"/operator/cards/{api.appid}/{card_id}", change="approve") == 303
    assert [push.event for push in receiver.wait(1)] == ["card_pass_check"]
