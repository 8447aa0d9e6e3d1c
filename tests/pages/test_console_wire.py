"""What a form of the console does is the call of the wire: the same answers, once, on record, or refused as there."""

from __future__ import annotations

import io
import itertools
import json
import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import NOW, card
from PIL import Image

from kaquan.actions.create_card import create_card
from kaquan.actions.record import Record
from kaquan.console.card_form import typed_of
from kaquan.console.cards import STATES
from kaquan.rules.card import from_text, normalise
from kaquan.rules.card_tables import STATUSES
from kaquan.store import tables
from kaquan.store.apps import load_app
from kaquan.store.tx import Tx
from support.api import Api
from support.server import Server
from support.worker import Worker, worker

TERM = {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 90, "fixed_begin_term": 0}
KEY = "0123456789abcdef0123456789abcdef"


def fields(card_type: str = "GIFT", **changes: str) -> dict[str, str]:
    """Return a form that is filled in well."""
    content = from_text(card_type, json.dumps(card(card_type)["card"][card_type.lower()]))
    typed = {name: values[-1] for name, values in typed_of(card_type, content).items() if values}
    return {"type": card_type, "key": KEY, **typed, **changes}


def cards_of(api: Api) -> list[str]:
    found: list[str] = api.ok("/card/batchget", {"offset": 0, "count": 50})["card_id_list"]
    return found


def audit_of(server: Server, api: Api) -> list[tuple[str, str]]:
    """Return action and target of every line of the audit log."""
    table = tables.audit.c
    rows = sa.select(table.action, table.target).where(table.appid == api.appid).order_by(table.id)
    return [tuple(row) for row in server.database.transact(lambda tx: tx.all(rows))]


def planted(server: Server, api: Api) -> str:
    """Put a card into an account that may make none any more, and return its card_id."""

    def plant(tx: Tx) -> str:
        app = load_app(tx, api.appid)
        assert app is not None
        card_id = f"p{app.prefix}planted".ljust(28, "0")
        content = from_text("GIFT", json.dumps(card("GIFT")["card"]["gift"]))
        create_card(tx, app, card_id, "GIFT", normalise(content), NOW, Record(itertools.count(1).__next__))
        return card_id

    return server.database.transact(plant)


@pytest.fixture
def staff(sqlite_server: Server, sandbox: Api) -> Worker:
    """Somebody who runs the cards."""
    return worker(sqlite_server, sandbox, "staff")


def test_a_form_that_is_sent_twice_makes_one_card_and_one_line_of_the_audit_log(
    sqlite_server: Server, sandbox: Api, staff: Worker
) -> None:
    path = f"/console/{sandbox.appid}/cards/new"
    places = []
    for _ in range(2):
        assert staff.post(path, **fields()) == 303
        places.append(staff.headers["location"])
    (card_id,) = cards_of(sandbox)
    assert places == [f"/console/{sandbox.appid}/cards/{card_id}?done=created"] * 2
    assert audit_of(sqlite_server, sandbox) == [("card.create", card_id)]


def test_a_card_of_the_form_is_a_card_of_the_api(sandbox: Api, staff: Worker) -> None:
    assert staff.post(f"/console/{sandbox.appid}/cards/new", **fields()) == 303
    by_api = sandbox.create_card(card("GIFT"))
    (by_form,) = set(cards_of(sandbox)) - {by_api}
    shown = [sandbox.ok("/card/get", {"card_id": one})["card"] for one in (by_form, by_api)]
    for one in shown:
        for name in ("id", "create_time", "update_time"):
            one["gift"]["base_info"].pop(name)
    assert shown[0] == shown[1]
    events = [one["event"] for one in sandbox.ok("/sandbox/events")["events"]]
    assert events == ["card_pass_check", "card_pass_check"]


@pytest.mark.parametrize(
    ("columns", "errcode", "cause"),
    [
        ({"suspended": True}, 48004, "suspended"),
        ({"card_function": "none"}, 48001, "function_not_applied"),
    ],
)
def test_an_account_that_may_make_no_cards_is_told_as_on_the_wire_and_nothing_is_done(
    sqlite_server: Server, columns: dict[str, Any], errcode: int, cause: str
) -> None:
    api = sqlite_server.new_app(**columns)
    card_id = planted(sqlite_server, api)
    answer = api.post("/card/get", {"card_id": card_id})
    assert (answer["errcode"], answer.get("cause", cause)) == (errcode, cause)
    one = worker(sqlite_server, api, "staff")
    root = f"/console/{api.appid}"
    for page in ("cards", "cards/new", "cards/new?type=GIFT", f"cards/{card_id}", f"distribution?card={card_id}"):
        assert one.get(f"{root}/{page}") == 200
        assert f"<strong>{errcode}</strong>" in one.page, page
    tries = {
        "cards/new": fields(),
        f"cards/{card_id}": {"change": "stock", "count": "5", "key": KEY},
        f"cards/{card_id}/edit": fields(**{"base_info.notice": "新"}),
        f"distribution?card={card_id}": {"change": "ticket"},
        "distribution/testers": {"testers": ""},
    }
    for page, typed in tries.items():
        assert one.post(f"{root}/{page}", **typed) == 200
        assert f"<strong>{errcode}</strong>" in one.page, page
    assert audit_of(sqlite_server, api) == []


def test_a_refused_form_keeps_what_was_typed_and_its_reference_explains_the_call(
    sandbox: Api, staff: Worker, sqlite_server: Server
) -> None:
    typed = fields(**{"base_info.title": "一二三四五六七八九十", "base_info.notice": '"<b>提醒</b>'})
    assert staff.post(f"/console/{sandbox.appid}/cards/new", **typed) == 200
    page = unescape(staff.page)
    assert 'value="一二三四五六七八九十"' in page
    assert "&#34;&lt;b&gt;" in staff.page
    assert 'id="base_info.title-fault"' in staff.page
    found = re.search(r"参考号 <code>([0-9a-f-]+)</code>", staff.page)
    assert found is not None
    told = sandbox.ok("/cgi-bin/openapi/rid/get", {"rid": found[1]})
    assert told["request"]["request_url"].startswith("/card/create")
    assert (told["diagnosis"]["errcode"], told["diagnosis"]["path"]) == (45021, "card.gift.base_info.title")
    assert json.loads(told["repaired"]["body"])["card"]["gift"]["base_info"]["title"] == "一二三四五六七八九"


def test_a_form_that_was_opened_and_sent_back_changes_nothing(
    sqlite_server: Server, sandbox: Api, staff: Worker
) -> None:
    card_id = sandbox.create_card(card("GIFT", {"description": "一\n二"}))
    path = f"/console/{sandbox.appid}/cards/{card_id}"
    typed = fields(**{"base_info.description": "一\r\n二"})
    assert staff.post(f"{path}/edit", **typed) == 303
    assert staff.headers["location"] == f"{path}?done=same"
    assert audit_of(sqlite_server, sandbox) == []
    assert staff.post(f"{path}/edit", **{**typed, "base_info.get_limit": "9"}) == 303
    assert staff.headers["location"] == f"{path}?done=saved"
    assert audit_of(sqlite_server, sandbox) == [("card.update", card_id)]


def test_a_picture_of_a_form_without_script_is_cut_in_its_middle(sandbox: Api, staff: Worker) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (400, 200), "#b03060").save(drawn, "PNG")
    typed = {**fields(), "base_info.logo_url": ""}
    assert (
        staff.upload(
            f"/console/{sandbox.appid}/cards/new", [("base_info.logo_url.file", "logo", drawn.getvalue())], **typed
        )
        == 303
    )
    (card_id,) = cards_of(sandbox)
    url = sandbox.ok("/card/get", {"card_id": card_id})["card"]["gift"]["base_info"]["logo_url"]
    _, kept = sandbox.http.send("GET", url.removeprefix(sandbox.base_url))
    assert Image.open(io.BytesIO(kept)).size == (200, 200)


def test_a_file_that_is_no_picture_is_told_at_its_field(sandbox: Api, staff: Worker) -> None:
    path = f"/console/{sandbox.appid}/cards/new"
    assert staff.upload(path, [("base_info.logo_url.file", "logo", b"GIF89a")], **fields()) == 200
    assert re.search(r'id="base_info.logo_url-fault">40137 ', staff.page)
    assert cards_of(sandbox) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "请选择文件"),
        (b"code\n", "文件里没有券码"),
        ("码\n".encode("gbk"), "第 1 行不是 UTF-8"),
        (b"x" * (1 << 17), "第 1 行太长"),
    ],
)
def test_a_file_without_codes_is_not_taken(sqlite_server: Server, body: bytes, said: str) -> None:
    api = sqlite_server.new_app(permissions="custom_code")
    deposit = {"use_custom_code": True, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT", "sku": {"quantity": 0}}
    card_id = api.create_card(card("GIFT", deposit))
    one = worker(sqlite_server, api, "staff")
    assert one.upload(f"/console/{api.appid}/cards/{card_id}/codes", [("codes", "codes.csv", body)]) == 200
    assert said in one.page


def test_codes_for_a_card_without_deposit_mode_are_refused(sandbox: Api, staff: Worker) -> None:
    card_id = sandbox.create_card(card("GIFT"))
    assert staff.upload(f"/console/{sandbox.appid}/cards/{card_id}/codes", [("codes", "codes.csv", b"a1\n")]) == 200
    assert "<strong>40150</strong>" in staff.page


@pytest.mark.parametrize(
    ("base", "closed"),
    [
        ({}, []),
        ({"use_custom_code": True}, [40158, 40158, 40158, 40158]),
        ({"bind_openid": True}, [40112, 40112, 45030, 45030]),
    ],
)
def test_the_ways_that_a_card_cannot_go_say_why(sqlite_server: Server, base: dict[str, Any], closed: list[int]) -> None:
    api = sqlite_server.new_app(permissions="custom_code")
    card_id = api.create_card(card("GIFT", base))
    one = worker(sqlite_server, api, "developer", language="en-US")
    assert one.get(f"/console/{api.appid}/distribution?card={card_id}") == 200
    assert [int(code) for code in re.findall(r'class="nowrap no">.*?</td><td>(\d+) ·', one.page)] == closed
    assert 'name="change"' not in one.page


def test_a_card_whose_change_is_under_review_is_shown_as_people_see_it(sqlite_server: Server) -> None:
    api = sqlite_server.new_app(review="manual")
    card_id = api.create_card(card("GIFT", {"notice": "旧的提醒"}))
    api.ok("/sandbox/approve", {"card_id": card_id})
    one = worker(sqlite_server, api, "staff")
    path = f"/console/{api.appid}/cards/{card_id}"
    assert one.post(f"{path}/edit", **fields(**{"base_info.notice": "新的提醒"})) == 303
    assert one.headers["location"] == f"{path}?done=reviewed"
    assert one.get(path) == 200
    assert "修改审核中，用户看到的仍是原来的内容，可以继续领取。" in one.page
    frame = re.search(r'<iframe [^>]*src="([^"]+)"', one.page)
    assert frame is not None
    for address, notice in ((unescape(frame[1]), "旧的提醒"), (f"{path[:-29]}/preview?card={card_id}", "新的提醒")):
        assert one.get(address) == 200
        assert f'<p class="face-notice">{notice}</p>' in one.page
    api.ok("/sandbox/refuse", {"card_id": card_id, "reason": "提醒不清楚"})
    assert one.get(path) == 200
    assert one.page.count("提醒不清楚") == 2


def test_a_preview_is_never_refused(sandbox: Api, staff: Worker) -> None:
    card_id = sandbox.create_card(card("GIFT", {"date_info": TERM}))
    path = f"/console/{sandbox.appid}/cards/preview"
    odd = dict.fromkeys(fields(), "\x00😀\"'<" * 50) | {"type": "BOARDING_PASS"}
    for typed in (odd, {"type": "GIFT"}, {"card": card_id, "base_info.notice": "改"}):
        assert staff.post(path, **typed) == 200
        assert 'class="face-title"' in staff.page
    assert staff.post(path, type="MEMBER_CARD") == 404
    assert staff.get(f"{path}?card=nope") == 404
    assert staff.get(f"{path}?card={card_id}") == 200


@pytest.mark.parametrize("status", STATUSES)
def test_a_card_in_any_state_is_listed_and_shown(
    sqlite_server: Server, sandbox: Api, staff: Worker, status: str
) -> None:
    card_id = sandbox.create_card(card("GIFT"))
    table = tables.card
    mine = (table.c.appid == sandbox.appid) & (table.c.card_id == card_id)
    sqlite_server.database.transact(lambda tx: tx.run(sa.update(table).where(mine).values(status=status)))
    for page in ("cards", f"cards/{card_id}", "distribution", f"distribution?card={card_id}"):
        assert staff.get(f"/console/{sandbox.appid}/{page}") == 200
    name = next(name for name, some in STATES.items() if status in some)
    assert staff.get(f"/console/{sandbox.appid}/cards?state={name}") == 200
    assert card_id in staff.page
