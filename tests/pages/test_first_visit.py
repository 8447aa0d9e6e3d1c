"""A merchant who has never seen an API: from the first visit to a printed QR code, a claim and a redeemed coupon.

Applications A1 to A5 and question Q6 of the founding document, on a phone in Chinese and on a desktop in English.
"""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from kaquan.web.texts import Language, Texts
from pages.test_applications import decide, js_domain, paper, queue, stored_value
from pages.test_console_cards import BRAND, Walk
from pages.test_desk import sign_up
from pages.test_journey import shown_code
from support.api import Api
from support.applicant import APPLICANT, scan
from support.browser import Devices, picture
from support.server import Server
from support.worker import worker

LOCALES = {"zh": "zh-CN", "en": "en-US"}
TITLE = "一杯龙井"


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_from_the_first_visit_to_a_redeemed_coupon(
    sqlite_server: Server, devices: Devices, tmp_path: Path, size: str, language: Language
) -> None:
    say, device = Texts(language), getattr(devices, size)
    base, options = sqlite_server.base_url, {"locale": LOCALES[language]}
    owner = device(**options)
    api = begin(owner, base, say, f"owner-{size}")
    assert api.post("/card/batchget", {"offset": 0, "count": 1})["errcode"] == 48001
    operator = worker(sqlite_server, api, "operator").sit_down(device(**options))
    get_the_card_function(owner, operator, sqlite_server, api, say)
    assert api.post("/card/batchget", {"offset": 0, "count": 1})["errcode"] == 0
    stored_value(owner, operator, sqlite_server, api, say, f"first-{size}")
    js_domain(owner, f"{base}/console/{api.appid}/applications", say, f"first-{size}")
    turn_on_serial_numbers(owner, f"{base}/console/{api.appid}/applications/custom-sn", say)
    walk = Walk(sqlite_server, api, owner, size, language, role="")
    card_id = make_a_card(walk)
    approve(operator, f"{base}/operator/cards?merchant={api.appid}", say)
    look_for_the_approval(owner, f"{base}/console/{api.appid}")
    code = claim(device(**options), printed_link(walk, tmp_path), say, f"ann-{size}")
    redeem(worker(sqlite_server, api, "cashier").sit_down(device(**options)), f"{base}/till", code, say)
    owner.goto(f"{base}/console/{api.appid}/codes/{code}?card_id={card_id}")
    expect(owner.locator("main")).to_contain_text(say("已核销"))
    picture(owner, f"first-visit-end-{size}")
    assert api.ok("/card/code/get", {"code": code, "check_consume": False})["user_card_status"] == "CONSUMED"


def begin(owner: Page, base: str, say: Texts, name: str) -> Api:
    """Sign up, make an account, and come to what is to be done first."""
    owner.goto(f"{base}/console")
    owner.get_by_role("link", name=say("注册商户账号")).click()
    sign_up(owner, say, name)
    owner.get_by_role("link", name=say("创建账号"), exact=True).click()
    owner.get_by_label(say("名称")).fill(BRAND)
    owner.get_by_role("button", name=say("创建"), exact=True).click()
    appid, secret = (owner.locator(one).inner_text() for one in ("#appid", "#secret"))
    owner.get_by_role("link", name=say("进入控制台")).click()
    return Api(base, appid, secret)


def get_the_card_function(owner: Page, operator: Page, server: Server, api: Api, say: Texts) -> None:
    """A1, A2: advanced functions are locked until the basic one was applied for and approved."""
    owner.get_by_role("link", name=say("开通卡券功能")).click()
    expect(owner.get_by_text(say("卡券功能审核通过后才能配置。")).first).to_be_visible()
    owner.goto(f"{server.base_url}/console/{api.appid}/applications/card")
    for name in ("subject_name", "credential_number", "contact_name", "contact_phone", "contact_email"):
        owner.locator(f"#{name}").fill(APPLICANT[name])
    owner.locator("#category").select_option(APPLICANT["category"])
    owner.locator("#file-credential_scan").set_input_files([paper("营业执照.png", scan())])
    owner.get_by_label(say("我已阅读并同意以上规则")).check()
    owner.get_by_role("button", name=say("预览")).click()
    owner.get_by_role("button", name=say("提交审核")).click()
    expect(owner.get_by_role("button", name=say("撤回并修改"))).to_be_visible()
    queue(operator, server, api, say)
    decide(operator, say, "通过")


def turn_on_serial_numbers(owner: Page, page: str, say: Texts) -> None:
    """A5: at once, with the duty to report."""
    owner.goto(page)
    owner.get_by_label(say("我会及时回传核销结果，并接受抽查")).check()
    owner.get_by_role("button", name=say("立即开通")).click()
    expect(owner.get_by_role("button", name=say("立即开通"))).to_have_count(0)


def make_a_card(walk: Walk) -> str:
    """Make a gift coupon with the form, and return its card_id."""
    walk.begin("GIFT")
    walk.basics(TITLE)
    walk.fill(gift="龙井一杯")
    walk.logo()
    walk.press("使用")
    expect(walk.page.locator('[name="base_info.logo_url"]')).to_have_value(re.compile("/image/wx"))
    walk.press("提交审核")
    expect(walk.page.get_by_role("status")).to_be_visible()
    return walk.page.url.rpartition("/")[2].partition("?")[0]


def approve(operator: Page, queue: str, say: Texts) -> None:
    """Approve the card from the operator's queue."""
    operator.goto(queue)
    operator.get_by_role("link", name=TITLE).click()
    operator.get_by_role("button", name=say("通过"), exact=True).click()
    expect(operator.get_by_role("status")).to_have_text(say("已通过：{title}", title=TITLE))


def look_for_the_approval(owner: Page, console: str) -> None:
    """Q6: the approval is on the tape of events, and by itself nothing was handed out."""
    owner.goto(f"{console}/events")
    expect(owner.get_by_role("row").filter(has_text="card_pass_check")).to_have_count(1)
    expect(owner.get_by_role("row").filter(has_text="user_get_card")).to_have_count(0)


def printed_link(walk: Walk, folder: Path) -> str:
    """Make a QR code, print it, and return what is scanned from the paper."""
    page = walk.page
    page.goto(f"{walk.root}/distribution")
    page.locator("a.mini").click()
    walk.press("生成二维码")
    with page.expect_download() as taken:
        page.locator('a[href$="/a4.pdf"]').click()
    taken.value.save_as(folder / "a4.pdf")
    drawn = pypdfium2.PdfDocument(str(folder / "a4.pdf"))[0].render(scale=3).to_pil()
    (found,) = zxingcpp.read_barcodes(drawn)
    link: str = found.text
    return link


def claim(person: Page, link: str, say: Texts, name: str) -> str:
    """Scan the paper, sign up for a wallet, claim, and return the code that the wallet shows."""
    person.goto(link)
    person.get_by_role("link", name=say("领取"), exact=True).click()
    person.get_by_role("link", name=say("注册新用户"), exact=True).click()
    sign_up(person, say, name)
    person.get_by_role("button", name=say("领取"), exact=True).click()
    person.get_by_role("link", name=say("查看卡券"), exact=True).click()
    return shown_code(person)


def redeem(cashier: Page, till: str, code: str, say: Texts) -> None:
    """Type the code at the till and redeem it."""
    cashier.goto(till)
    cashier.locator("#code").fill(code)
    cashier.keyboard.press("Enter")
    expect(cashier.get_by_text(say("可以核销"))).to_be_visible()
    cashier.get_by_role("button", name=say("核销"), exact=True).click()
    expect(cashier.get_by_role("heading", name=say("核销成功"))).to_be_visible()
