"""A merchant's cards at the console: made by the form with its preview, changed, stocked, handed out, and ended."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from card_bodies import card
from PIL import Image
from playwright.sync_api import Download, Page, expect

from kaquan.web.texts import Language, Texts
from support.api import Api
from support.browser import Devices, look
from support.holder import Holder, scanned
from support.server import Server
from support.worker import worker

LOCALES = {"zh": "zh-CN", "en": "en-US"}
SCHEMES = {"zh": "light", "en": "dark"}
BRAND, TITLE = "熊猫茶馆", "满百减二十"
POINT_MM = 25.4 / 72


def banner(width: int = 640, height: int = 300) -> bytes:
    """Return a picture that is no square."""
    drawn = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(drawn, "JPEG")
    return drawn.getvalue()


class Walk:
    """Somebody who runs the cards of an account, on a page of the browser."""

    def __init__(
        self, server: Server, api: Api, page: Page, size: str, language: Language, role: str = "staff"
    ) -> None:
        # Who has signed in already stays.
        if role:
            worker(server, api, role).sit_down(page)
        self.page = page
        self.size = size
        self.say = Texts(language)
        self.root = f"{server.base_url}/console/{api.appid}"
        self.frame = page.frame_locator("iframe.phone")

    def look(self, name: str) -> None:
        """Check what every page of the desks has to be, and leave a picture."""
        look(self.page, f"cards-{name}-{self.size}")

    def fill(self, **fields: str) -> None:
        """Type into fields of the form of a card; dots of their names are written as two underscores."""
        for name, text in fields.items():
            self.page.locator(f'[name="{name.replace("__", ".")}"]').fill(text)

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=self.say(name), exact=True).click()

    def begin(self, card_type: str) -> None:
        """Open the form of a new card."""
        self.page.goto(f"{self.root}/cards/new")
        self.page.locator("a.type").filter(has=self.page.get_by_text(card_type, exact=True)).click()
        expect(self.frame.locator(".face-title")).to_have_text(self.say("卡券名称"))

    def basics(self, title: str) -> None:
        """Type what every card has to have."""
        self.fill(
            base_info__brand_name=BRAND,
            base_info__title=title,
            base_info__sku__quantity="100",
            base_info__notice="请出示二维码",
            base_info__description="不可与其他优惠同享\n每桌一张",
        )

    def logo(self) -> None:
        """Choose a picture as logo, which is to be cut."""
        self.page.locator('[name="base_info.logo_url.file"]').set_input_files(
            {"name": "logo.jpg", "mimeType": "image/jpeg", "buffer": banner()}
        )
        expect(self.page.locator("#crop")).to_be_visible()


def words(text: str) -> list[str]:
    """Return the words of a page, but for the code of the one who holds the card."""
    return re.sub(r"\b\d{4}\b", "", text).split()


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_a_merchant_makes_changes_stocks_and_ends_a_card(
    sqlite_server: Server, sandbox: Api, devices: Devices, size: str, language: Language
) -> None:
    page = getattr(devices, size)(locale=LOCALES[language], color_scheme=SCHEMES[language])
    walk = Walk(sqlite_server, sandbox, page, size, language)
    say = walk.say
    page.goto(f"{walk.root}/cards")
    page.get_by_role("link", name=say("创建卡券")).first.click()
    walk.look("types")
    make_cash(walk)
    card_id = page.url.rpartition("/")[2].partition("?")[0]
    same_as_in_the_wallet(sqlite_server, sandbox, devices, walk, card_id, language)
    change(walk, sandbox, card_id)
    stock(walk, sandbox, card_id)
    page.goto(f"{walk.root}/cards?q=减二十")
    expect(page.locator(".card-rows tbody tr")).to_have_count(1)
    walk.look("list")
    page.goto(f"{walk.root}/cards?q=不在")
    expect(page.locator(".empty")).to_contain_text(say("没有符合条件的卡券"))
    end(walk, sandbox, card_id)


def make_cash(walk: Walk) -> None:
    """Make a cash coupon: first a form that is refused, then the right one."""
    page, say = walk.page, walk.say
    walk.begin("CASH")
    walk.fill(base_info__brand_name=BRAND, base_info__title="满一百元减二十元代金券", reduce_cost="两块")
    expect(page.locator('[data-count="base_info.title"]')).to_have_text(say("{used} / {limit} 字节", used=33, limit=27))
    expect(page.locator('[name="base_info.title"]')).to_have_attribute("data-over", "")
    walk.press("提交审核")
    expect(page.locator("#faults li")).not_to_have_count(0)
    for name in ("base_info.title", "base_info.logo_url", "base_info.sku.quantity", "reduce_cost"):
        expect(page.locator(f'[id="{name}-fault"]')).to_be_visible()
    expect(page.locator('[name="reduce_cost"]')).to_have_value("两块")
    walk.look("refused")
    walk.basics(TITLE)
    walk.fill(reduce_cost="20", least_cost="100")
    page.locator(".swatches label").nth(7).click()
    walk.logo()
    page.locator("#crop canvas").press("ArrowRight")
    walk.look("crop")
    walk.press("使用")
    expect(page.locator('[name="base_info.logo_url"]')).to_have_value(re.compile("/image/wx"))
    expect(page.locator(".wrong")).to_have_count(0)
    walk.fill(base_info__service_phone="1234567890123456789012345")
    page.locator('[name="base_info.service_phone"]').blur()
    expect(page.locator('[id="base_info.service_phone-fault"]')).to_contain_text("45021")
    walk.fill(base_info__service_phone="")
    expect(page.locator(".wrong")).to_have_count(0)
    shown = walk.frame.locator(".face")
    expect(shown.locator(".face-title")).to_have_text(TITLE)
    expect(shown.locator(".face-figure")).to_contain_text("¥20")
    expect(shown).to_have_class(re.compile("tone-Color080"))
    expect(page.locator("#request-body")).to_contain_text('"reduce_cost": 2000')
    walk.look("form")
    walk.press("提交审核")
    expect(page.get_by_role("status")).to_have_text(say("卡券已创建并通过审核。"))


def same_as_in_the_wallet(
    server: Server, api: Api, devices: Devices, walk: Walk, card_id: str, language: Language
) -> None:
    """Compare the preview of a card with the page of one who holds it."""
    me = Holder(server, api)
    code = api.claim(card_id, me.openid)
    other = devices.phone(locale=LOCALES[language])
    me.sign_in(other)
    other.goto(f"{server.base_url}/wallet/{api.appid}/{card_id}/{code}")
    expect(walk.frame.locator("article")).to_be_visible()
    assert words(walk.frame.locator("article").inner_text()) == words(other.locator("article").inner_text())


def change(walk: Walk, api: Api, card_id: str) -> None:
    """Change a card: at once, and what goes to review."""
    page, say = walk.page, walk.say
    page.goto(f"{walk.root}/cards/{card_id}/edit")
    expect(page.locator("#request-body")).to_contain_text(card_id)
    expect(page.locator('[name="base_info.title"]')).to_have_count(0)
    walk.fill(base_info__service_phone="020-12345678", base_info__notice="请出示券码")
    expect(walk.frame.locator(".face-notice")).to_have_text("请出示券码")
    walk.look("edit")
    end_at = page.locator('[name="base_info.date_info.end_timestamp"]')
    kept = end_at.input_value()
    end_at.fill("2020-01-01T00:00:00")
    walk.press("保存修改")
    expect(page.locator('[id="base_info.date_info.end_timestamp-fault"]')).to_contain_text("40100")
    end_at.fill(kept)
    walk.press("保存修改")
    expect(page.get_by_role("status")).to_have_text(say("修改已提交审核，通过之前用户看到的仍是原来的内容。"))
    base = api.ok("/card/get", {"card_id": card_id})["card"]["cash"]["base_info"]
    assert (base["service_phone"], base["notice"]) == ("020-12345678", "请出示券码")


def stock(walk: Walk, api: Api, card_id: str) -> None:
    """Raise the stock with a form that is sent twice, then ask for what cannot be."""
    page = walk.page
    before = api.stock(card_id)["total_quantity"]
    page.goto(f"{walk.root}/cards/{card_id}")
    page.locator("#count").fill("50")
    page.evaluate(
        """async () => {
            const form = document.querySelector("#count").form;
            const data = new FormData(form);
            data.append("change", "stock");
            await Promise.all([0, 1].map(() => fetch(form.action, { method: "POST", body: data })));
        }"""
    )
    assert api.stock(card_id)["total_quantity"] == before + 50
    page.reload()
    page.locator("#count").fill("9999")
    page.locator("[name=way][value=reduce]").check()
    walk.press("调整")
    expect(page.get_by_role("alert")).to_contain_text("40122")
    assert api.stock(card_id)["total_quantity"] == before + 50


def end(walk: Walk, api: Api, card_id: str) -> None:
    """Delete a card: only after its name."""
    page, say = walk.page, walk.say
    page.goto(f"{walk.root}/cards/{card_id}")
    page.locator("#delete summary").click()
    walk.look("card")
    page.locator("#title").fill("别的")
    walk.press("删除卡券")
    expect(page.get_by_role("alert")).to_have_text(say("名称不一致，卡券没有删除。"))
    page.locator("#delete summary").click()
    page.locator("#title").fill(TITLE)
    walk.press("删除卡券")
    expect(page.get_by_role("status")).to_have_text(say("卡券已删除。"))
    expect(page.locator("#delete")).to_have_count(0)
    assert api.ok("/card/get", {"card_id": card_id})["card"]["cash"]["base_info"]["status"] == "CARD_STATUS_DELETE"


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_codes_are_imported_and_the_card_is_handed_out(
    sqlite_server: Server, devices: Devices, size: str, language: Language, tmp_path: Path
) -> None:
    api = sqlite_server.new_app(permissions="custom_code")
    page = getattr(devices, size)(locale=LOCALES[language], color_scheme=SCHEMES[language])
    walk = Walk(sqlite_server, api, page, size, language)
    walk.begin("GIFT")
    walk.basics("一杯龙井")
    walk.fill(gift="一杯龙井，凭券兑换", base_info__sku__quantity="0")
    walk.logo()
    walk.press("使用")
    page.locator("[name='base_info.use_custom_code'][value=deposit]").check()
    page.locator("[name='base_info.date_info.type'][value=DATE_TYPE_FIX_TERM]").check()
    expect(page.locator('[name="base_info.date_info.begin_timestamp"]')).to_be_hidden()
    walk.fill(base_info__date_info__fixed_term="30", base_info__date_info__end_timestamp="")
    walk.press("提交审核")
    expect(page.get_by_role("status")).to_have_text(walk.say("卡券已创建并通过审核。"))
    card_id = page.url.rpartition("/")[2].partition("?")[0]
    deposit(walk, api, card_id)
    tickets(walk, card_id, tmp_path)
    shelf(walk, api, card_id)
    article(walk, card_id)
    name_testers(walk, api)


def deposit(walk: Walk, api: Api, card_id: str) -> None:
    """Import a file of 12,000 codes of which some are no codes and some come twice."""
    page, say = walk.page, walk.say
    codes = ["code", *(f"TEA{number:06d}" for number in range(12_000)), "TEA000000", "far-too-long-for-a-code", ""]
    page.locator("[name=codes]").set_input_files(
        {"name": "codes.csv", "mimeType": "text/csv", "buffer": "\n".join(codes).encode()}
    )
    walk.press("上传并导入")
    expect(page.locator("#taken")).to_have_text("12,000")
    assert page.locator("tbody tr").all_inner_texts() == [
        "12002\tTEA000000\t" + say("重复，已经导入过"),
        "12003\tfar-too-long-for-a-code\t" + say("超过 20 个字符"),
    ]
    walk.look("codes")
    with page.expect_download() as taken:
        page.get_by_role("link", name=say("下载报告")).click()
    assert "12003,far-too-long-for-a-code," in Path(taken.value.path()).read_text("utf-8-sig")
    assert api.stock(card_id) == {"quantity": 12_000, "total_quantity": 12_000}
    page.get_by_role("link", name=say("返回卡券")).click()


def tickets(walk: Walk, card_id: str, folder: Path) -> None:
    """Make a QR code, and read it from the screen, from its pictures and from paper."""
    page, say = walk.page, walk.say
    page.goto(f"{walk.root}/distribution")
    page.locator("a.mini").click()
    expect(page.locator(".ways .yes")).to_have_count(6)
    page.locator("#openid").fill("nobody")
    walk.press("生成二维码")
    expect(page.locator("#openid-fault")).to_be_visible()
    page.locator("#openid").fill("")
    page.locator("#outer_str").fill("南门海报")
    walk.press("生成二维码")
    expect(page.get_by_role("heading", level=1)).to_have_text("南门海报")
    url = page.locator("#link").inner_text()
    walk.look("ticket")
    assert scanned(page.locator(".qr")) == [("QR Code", url)]
    for file, mm in (("a4.pdf", (210, 297)), ("a6.pdf", (105, 148))):
        with page.expect_download() as taken:
            page.locator(f'a[href$="/{file}"]').click()
        printed(taken.value, url, mm, [BRAND, "一杯龙井", say("扫码领取"), say("领取后 {days} 天内有效", days=30)])
    with page.expect_download() as taken:
        page.get_by_role("link", name="PNG").click()
    assert [one.text for one in zxingcpp.read_barcodes(Image.open(taken.value.path()))] == [url]
    page.goto(f"{walk.root}/distribution?card={card_id}")
    expect(page.locator("#tickets ~ .scroll tbody tr")).to_have_count(1)
    walk.look("distribution")


def printed(taken: Download, url: str, mm: tuple[int, int], texts: list[str]) -> None:
    """Check a page of paper: its size in millimetres, its words, and what is scanned from it."""
    paper = pypdfium2.PdfDocument(str(taken.path()))
    assert len(paper) == 1
    assert tuple(round(one * POINT_MM) for one in paper[0].get_size()) == mm
    written = paper[0].get_textpage().get_text_bounded().split("\r\n")
    assert written == texts
    drawn = paper[0].render(scale=3).to_pil()
    assert [one.text for one in zxingcpp.read_barcodes(drawn)] == [url]


def shelf(walk: Walk, api: Api, card_id: str) -> None:
    """Build a shelf with its preview, and open it."""
    page, say = walk.page, walk.say
    logo = api.ok("/card/get", {"card_id": card_id})["card"]["gift"]["base_info"]["logo_url"]
    api.create_card(card("GIFT", {"title": "红茶", "logo_url": logo}))
    page.goto(f"{walk.root}/distribution/shelf")
    walk.press("建立货架")
    expect(page.get_by_role("alert").first).to_contain_text(re.compile("40053|41011|44005"))
    page.locator("#page_title").fill("本周优惠")
    page.locator('[name="banner.file"]').set_input_files(
        {"name": "banner.jpg", "mimeType": "image/jpeg", "buffer": banner()}
    )
    expect(page.locator("#banner")).to_have_value(re.compile("/image/wx"))
    page.locator('[name="card_list[0].card_id"]').select_option(label=f"一杯龙井 · {BRAND}")
    expect(walk.frame.locator("h2")).to_have_text("一杯龙井")
    page.locator('[name="card_list[1].card_id"]').select_option(label="红茶 · 微信餐厅")
    expect(walk.frame.locator("h2")).to_have_text(["一杯龙井", "红茶"])
    page.locator("[data-up]").first.click()
    expect(walk.frame.locator("h2")).to_have_text(["红茶", "一杯龙井"])
    walk.look("shelf")
    walk.press("建立货架")
    expect(page.get_by_role("status")).to_have_text(say("货架 {id} 已建立。", id=1))
    assert "本周优惠" in page.request.get(page.locator("tbody a").inner_text()).text()


def article(walk: Walk, card_id: str) -> None:
    """Make the code for an article, which shows the card."""
    page = walk.page
    page.goto(f"{walk.root}/distribution?card={card_id}")
    walk.press("生成图文代码")
    expect(page.locator("#embed")).to_contain_text("js_editor_card")
    expect(page.frame_locator("iframe.embed").locator("h1")).to_have_text("一杯龙井")
    walk.look("article")


def name_testers(walk: Walk, api: Api) -> None:
    """Name testers by openid and by the company's own id; strangers are left out."""
    page, say = walk.page, walk.say
    alice = api.person("alice")
    api.person("bob")
    page.goto(f"{walk.root}/distribution/testers")
    page.locator("#testers").fill(f"{alice}\nbob\nnobody")
    walk.press("保存名单")
    expect(page.get_by_role("alert")).to_have_text(say("没有找到这些用户，已略过：{names}", names="nobody"))
    expect(page.locator("ul.plain li")).to_have_count(2)
    walk.look("testers")
    page.locator("#testers").fill("\n".join(f"user-{number}" for number in range(11)))
    walk.press("保存名单")
    expect(page.get_by_role("alert")).to_contain_text("45019")
