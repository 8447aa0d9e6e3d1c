"""The console's codes and people: found by whatever is at hand, explained, changed and exported."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable
from functools import partial
from html import unescape
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from card_bodies import card

from kaquan.actions.list_codes import count_states
from kaquan.rules import code as rule
from kaquan.store import tables
from kaquan.web.links import segment
from support.api import Api
from support.callback import Receiver
from support.server import Server
from support.worker import Worker, worker

STEP = re.compile(r"<h3>([^<]+)</h3>")
DAY = 86400


@pytest.fixture
def owner(server: Server, api: Api) -> Worker:
    """The owner of the client's account."""
    return worker(server, api, "staff")


def page_of(api: Api, code: str, query: str = "") -> str:
    return f"/console/{api.appid}/codes/{segment(code)}{query}"


def trail(one: Worker, api: Api, code: str, query: str = "") -> list[str]:
    """Return the titles of the steps on a code's page."""
    assert one.get(page_of(api, code, query)) == 200
    return STEP.findall(one.page)


def text_of(one: Worker) -> str:
    """Return the words of the page shown."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", one.page)))


def lead(one: Worker, path: str) -> str:
    """Return where a page leads to, empty where it stays."""
    return one.headers["location"] if one.get(path) == 303 else ""


def wait_until(ready: Callable[[], bool]) -> None:
    """Ask again and again for some seconds."""
    deadline = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def pad_journal(server: Server, api: Api, lines: int) -> None:
    """Make the journal of an account long, with lines that are older than any of its codes."""
    row = {
        "appid": api.appid,
        "kind": "claim",
        "event": "user_get_card",
        "create_time": 1,
        "openid": "o",
        "fields": "{}",
    }
    rows = [{**row, "id": number, "card_id": "p", "code": str(number)} for number in range(1, lines + 1)]
    server.database.transact(lambda tx: tx.run(sa.insert(tables.journal), rows))


def test_a_code_tells_why_it_is_in_its_state(server: Server, api: Api, owner: Worker, receiver: Receiver) -> None:
    api.ok("/sandbox/callback", receiver.settings())
    card_id = api.create_card(card("CASH", {"can_give_friend": True}))
    me, friend = api.people(2)
    code = api.claim(card_id, me, outer_str="poster")
    assert trail(owner, api, code) == ["被领取"]
    assert "渠道 poster" in text_of(owner)
    gift = api.ok("/sandbox/gift", {"openid": me, "card_id": card_id, "code": code})["gift_id"]
    api.ok("/sandbox/take_back", {"openid": me, "gift_id": gift})
    api.ok("/sandbox/gift", {"openid": me, "card_id": card_id, "code": code})
    new = api.ok("/sandbox/accept", {"openid": friend, "card_id": card_id, "code": code})["code"]
    assert trail(owner, api, code) == ["被领取", "发起转赠", "转赠退回", "发起转赠", "转赠被接受"]
    assert f"对方的新券码 {new}" in text_of(owner)
    assert f'href="/console/{api.appid}/codes/{new}"' in owner.page
    api.ok("/card/code/consume", {"code": new})
    assert trail(owner, api, new) == ["转赠被接受", "被核销"]
    assert f"赠出方的券码 {code}" in text_of(owner)
    assert "接口 /card/code/consume" in text_of(owner)
    api.ok("/sandbox/delete", {"openid": friend, "card_id": card_id, "code": new})
    assert trail(owner, api, new) == ["转赠被接受", "被核销", "持有人删除"]
    assert "流水里没有找到这一步" not in owner.page
    receiver.wait(1, "user_del_card")
    wait_until(lambda: owner.get(page_of(api, new)) == 200 and owner.page.count("已送达") == 3)
    assert "user_del_card" in owner.page


def test_codes_of_a_merchant_are_followed_through_their_texts_and_hands(
    server: Server, api: Api, owner: Worker
) -> None:
    card_id = api.create_card(card("CASH", {"use_custom_code": True, "can_give_friend": True}))
    me, friend = api.people(2)
    old, new = "=A/1 .x", "B&2"
    api.claim(card_id, me, code=old)
    api.ok("/card/code/update", {"code": old, "card_id": card_id, "new_code": new})
    api.ok("/sandbox/gift", {"openid": me, "card_id": card_id, "code": new})
    api.ok("/sandbox/accept", {"openid": friend, "card_id": card_id, "code": new})
    assert trail(owner, api, new, f"?card_id={card_id}") == ["被领取", "更换券码", "发起转赠", "转赠被接受"]
    assert f"旧券码 {old}" in text_of(owner)
    at = page_of(api, new, f"?card_id={card_id}")
    assert lead(owner, f"/console/{api.appid}/codes?q={quote(old)}") == at
    owner.get(f"/console/{api.appid}/people/{me}")
    assert (new in text_of(owner), "已转赠" in owner.page) == (True, True)
    assert owner.get(page_of(api, old)) == 404


def test_of_a_long_journal_the_known_moments_are_read_and_all_of_it_on_demand(
    server: Server, api: Api, owner: Worker
) -> None:
    card_id = api.create_card(card("CASH"))
    (me,) = api.people(1)
    code = api.claim(card_id, me)
    api.ok("/card/code/consume", {"code": code})
    api.ok("/sandbox/delete", {"openid": me, "card_id": card_id, "code": code})
    pad_journal(server, api, 25_001)
    known = trail(owner, api, code)
    assert (known[0], known[-1]) == ("被领取", "持有人删除")
    assert "翻遍整个流水" in owner.page
    assert "user_del_card" in owner.page
    assert trail(owner, api, code, "?all=1") == ["被领取", "被核销", "持有人删除"]
    assert "翻遍整个流水" not in owner.page


def test_one_box_finds_codes_people_and_cards(server: Server, api: Api, owner: Worker) -> None:
    card_id = api.create_card(card("CASH"))
    me = api.person("staff-17")
    table = tables.person
    named = sa.update(table).where((table.c.appid == api.appid) & (table.c.openid == me)).values(nickname="阿猫")
    server.database.transact(lambda tx: tx.run(named))
    code = api.claim(card_id, me)
    root = f"/console/{api.appid}"
    for typed, place in (
        (code, f"{root}/codes/{code}"),
        (f"{code[:4]} {code[4:8]} {code[8:]}", f"{root}/codes/{code}"),
        (me, f"{root}/people/{me}"),
        ("阿猫", f"{root}/people/{me}"),
        ("staff-17", f"{root}/people/{me}"),
        (card_id, f"{root}/codes?card_id={card_id}"),
        ("nothing like it", ""),
    ):
        assert lead(owner, f"{root}/codes?q={quote(typed)}") == place
    assert "没有找到" in owner.page
    own = [api.create_card(card("CASH", {"use_custom_code": True})) for _ in range(2)]
    for one in own:
        api.claim(one, me, code="SAME")
    assert lead(owner, f"{root}/codes?q=SAME") == ""
    assert owner.page.count(">SAME</a>") == 2
    assert lead(owner, f"{root}/codes/SAME") == f"{root}/codes?q=SAME"
    api.claim(own[0], me, code=code)
    assert lead(owner, f"{root}/codes/{code}") == f"{root}/codes?q={code}"
    owner.get(f"{root}/codes?q={code}")
    for one in (own[0], card_id):
        assert f'href="{root}/codes/{code}?card_id={one}"' in owner.page
    for one in (own[0], card_id):
        assert owner.get(f"{root}/codes/{code}?card_id={one}") == 200
        assert f'action="{root}/codes/{code}?card_id={one}"' in owner.page
    deposit = {"use_custom_code": True, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT"}
    stocked = api.create_card(card("CASH", {**deposit, "sku": {"quantity": 0}}))
    api.ok("/card/code/deposit", {"card_id": stocked, "code": ["WAITS"]})
    assert lead(owner, f"{root}/codes?q=WAITS") == ""
    assert "已导入，未领取" in owner.page
    assert owner.get(f"{root}/people?q={quote('阿猫')}") == 200
    assert "可使用 4" in text_of(owner)


def test_the_codes_claimed_last_are_listed_a_page_at_a_time(server: Server, api: Api, owner: Worker) -> None:
    first, second = (api.create_card(card("CASH")) for _ in range(2))
    people = api.people(30)
    codes = [api.claim(first, one) for one in people]
    other = api.claim(second, people[0])
    api.ok("/card/code/consume", {"code": codes[3]})
    shown = re.compile(r'<td class="mono nowrap"><a [^>]+>([^<]+)</a>')

    def read(query: str) -> list[list[str]]:
        owner.get(f"/console/{api.appid}/codes?{query}")
        more = re.search(r'rel="next" href="\?([^"]+)"', owner.page)
        return [shown.findall(owner.page), *(read(unescape(more[1])) if more else [])]

    newest = codes[::-1]
    assert read("") == [[other, *newest[:29]], newest[29:]]
    assert read(f"card_id={first}") == [newest]
    assert read("state=CONSUMED") == [[codes[3]]]


def test_states_are_computed_in_the_database_as_the_rule_computes_them(server: Server, api: Api) -> None:
    later = {"date_info": {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 1, "fixed_begin_term": 0}}
    card_id = api.create_card(card("CASH", {**later, "can_give_friend": True}))
    me = api.person("me")
    codes = [api.claim(card_id, me) for _ in range(4)]
    api.ok("/sandbox/gift", {"openid": me, "card_id": card_id, "code": codes[0]})
    api.ok("/card/code/consume", {"code": codes[1]})
    api.ok("/card/code/unavailable", {"code": codes[2]})
    columns = ("status", "status_time", "begin_time", "end_time")
    query = sa.select(*(tables.code.c[name] for name in columns)).where(tables.code.c.appid == api.appid)
    rows = server.database.transact(lambda tx: tx.all(query))
    for ahead in (-DAY, 0, DAY - 100, DAY + 100, 9 * DAY):
        now = rows[0].status_time + ahead
        expected: dict[str, int] = {}
        for row in rows:
            code = rule.Code("", "", "", "", row.status, row.begin_time, row.end_time, "", 0, row.status_time, "", 0)
            state = rule.state(code, now)
            expected[state] = expected.get(state, 0) + 1
        counted = server.database.transact(partial(count_states, appid=api.appid, openids=[me], now=now))
        assert counted == {me: expected}


def test_codes_are_redeemed_and_made_void_with_a_reason_on_record(server: Server, api: Api, owner: Worker) -> None:
    card_id = api.create_card(card("CASH"))
    codes = [api.claim(card_id, one) for one in api.people(3)]
    used, void, kept = codes
    assert owner.get(page_of(api, used)) == 200
    assert owner.post(page_of(api, used), do="consume", reason="") == 200
    assert "请填写理由" in owner.page
    assert owner.post(page_of(api, used), do="consume", reason="收银机坏了") == 303
    assert trail(owner, api, used) == ["被领取", "被核销"]
    assert f"方式 控制台 操作人 {owner.person.name} 理由 收银机坏了" in text_of(owner)
    (event,) = (one["fields"] for one in api.ok("/sandbox/events")["events"] if one["event"] == "user_consume_card")
    assert (event["UserCardCode"], event["ConsumeSource"]) == (used, "FROM_MP")
    assert owner.post(page_of(api, void), do="void", reason="误发") == 303
    assert trail(owner, api, void) == ["被领取", "设为失效"]
    assert f"操作人 {owner.person.name} 理由 误发" in text_of(owner)
    for code, do in ((used, "consume"), (used, "void"), (void, "consume"), (void, "void")):
        answered = api.post("/card/code/consume" if do == "consume" else "/card/code/unavailable", {"code": code})
        assert owner.post(page_of(api, code), do=do, reason="again") == 200
        assert f"<strong>{answered['errcode']}</strong>" in owner.page
    boss = worker(server, api, "owner")
    boss.get(f"/console/{api.appid}/audit")
    assert re.findall(r"<td>(核销券码|券码设为失效)</td>", boss.page) == ["券码设为失效", "核销券码"]
    developer = worker(server, api, "developer")
    assert developer.get(page_of(api, kept)) == 200
    assert 'name="do"' not in developer.page
    assert developer.post(page_of(api, kept), do="void", reason="x") == 403


def test_codes_are_exported_as_a_table_that_no_spreadsheet_runs(server: Server, api: Api, owner: Worker) -> None:
    plain = api.create_card(card("CASH"))
    own = api.create_card(card("GIFT", {"use_custom_code": True, "title": '=1+"1"'}))
    me = api.person("me")
    codes = [api.claim(plain, me, outer_str="@x") for _ in range(3)]
    api.claim(own, me, code="=cmd,1")
    api.ok("/card/code/consume", {"code": codes[0]})
    path = f"/console/{api.appid}/code-export"
    owner.get(path)
    assert "最多 4 行" in owner.page

    def export(**asked: str) -> list[list[str]]:
        assert owner.post(path, **asked) == 200
        assert owner.page.startswith("\ufeff")
        assert owner.headers["content-type"] == "text/csv; charset=utf-8"
        return list(csv.reader(io.StringIO(owner.page[1:])))

    head, *rows = export()
    assert head[:4] == ["券码", "card_id", "卡券", "状态"]
    assert sorted(row[0] for row in rows) == sorted([*codes, "'=cmd,1"])
    shown = {row[0]: row for row in rows}
    assert shown["'=cmd,1"][2:5] == ['\'=1+"1"', "可使用", me]
    assert (shown[codes[0]][3], shown[codes[0]][9]) == ("已核销", "'@x")
    assert sorted(row[0] for row in export(card_id=plain)[1:]) == sorted(codes)
    assert [row[0] for row in export(state="CONSUMED")[1:]] == [codes[0]]
    assert export(until="2020-01-01")[1:] == []
    assert len(export(since="2020-01-01", until="2999-12-31")[1:]) == 4
    assert len(export(since="nonsense", state="nonsense")[1:]) == 4
    assert worker(server, api, "developer").post(path) == 403


@pytest.mark.parametrize(
    "query",
    [
        "q=%00&state=%00&card_id=%00",
        "q=%ff%ed%a0%80",
        "q=" + "x" * 3000,
        "q=%25_%27--",
        "before=9999999999999999999&code=%00",
        "before=-1&state=NONSENSE&card_id=" + "p" * 500,
        "before=%D9%A3&after=%ff",
        "code=%00&card_id=%ff&key=%00",
        "code=" + "9" * 400,
        "since=0001-01-01&until=9999-12-31&card_id=%00",
        "all=1&card_id=nothing",
    ],
)
def test_odd_questions_are_answered(server: Server, odd: tuple[Api, Worker, list[str]], query: str) -> None:
    _, one, paths = odd
    for path in paths:
        assert one.get(f"{path}?{query}") in {200, 303, 404}, path
        form = dict(part.split("=", 1) for part in query.split("&"))
        assert one.post(path, **form) in {200, 303, 404, 405}, path


@pytest.fixture(scope="module")
def odd(server: Server) -> tuple[Api, Worker, list[str]]:
    """An account with a code, somebody at its desk, and the pages that are asked odd questions."""
    api = server.new_app()
    me = api.person("me")
    code = api.claim(api.create_card(card("CASH")), me)
    root, till = f"/console/{api.appid}", f"/till/{api.appid}"
    paths = ("codes", f"codes/{code}", "code-export", "people", f"people/{me}", "codes/%2500", "people/%00")
    pages = [*(f"{root}/{path}" for path in paths), till, f"{till}/receipt", f"{till}/today", f"{till}/scan"]
    return api, worker(server, api, "staff"), pages
