"""The till without a browser: what it says of each code, what a press does, and that a press has one effect."""

from __future__ import annotations

import re
import threading
import time
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import card

from kaquan.store import tables
from support.api import Api
from support.holder import store
from support.server import Server
from support.worker import Worker, worker

KEY = re.compile(r'name="key" value="([^"]+)"')


@pytest.fixture
def cashier(sandbox: Api, sqlite_server: Server) -> Worker:
    """Somebody who stands at the till."""
    return worker(sqlite_server, sandbox, "cashier")


def text_of(one: Worker) -> str:
    """Return the words of the page shown."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", one.page)))


def look(one: Worker, api: Api, code: str, card_id: str = "") -> str:
    """Look a code up and return what the till says."""
    assert one.get(f"/till/{api.appid}?code={code}&card_id={card_id}") == 200
    return text_of(one)


def key_of(one: Worker) -> str:
    found = KEY.search(one.page)
    assert found is not None
    return found[1]


def press(one: Worker, api: Api, code: str, card_id: str, key: str, **fields: str) -> int:
    return one.post(f"/till/{api.appid}", code=code, card_id=card_id, key=key, **fields)


def told(api: Api) -> list[dict[str, Any]]:
    """Return the consumptions that the merchant is told of."""
    return [one["fields"] for one in api.ok("/sandbox/events")["events"] if one["event"] == "user_consume_card"]


def test_a_code_is_redeemed_once_however_often_its_press_is_sent(
    sandbox: Api, sqlite_server: Server, cashier: Worker
) -> None:
    branch = store(sandbox, "一店")
    card_id = sandbox.create_card(card("CASH"))
    code = sandbox.claim(card_id, sandbox.person("me"), outer_str="poster")
    assert "可以核销" in look(cashier, sandbox, f"{code[:4]}%20{code[4:]}")
    key = key_of(cashier)
    receipts = []
    for _ in range(3):
        assert press(cashier, sandbox, code, card_id, key, poi_id=str(branch)) == 303
        receipts.append(cashier.headers["location"])
    assert len(set(receipts)) == 1
    assert cashier.get(receipts[0]) == 200
    assert "核销成功" in text_of(cashier)
    (event,) = told(sandbox)
    names = ("UserCardCode", "ConsumeSource", "LocationId", "LocationName", "OuterStr")
    assert [event[name] for name in names] == [code, "FROM_MOBILE_HELPER", branch, "熊猫茶馆（一店）", "poster"]
    staff = sandbox.get("/cgi-bin/user/info", openid=event["StaffOpenId"])
    assert (staff["openid"], len(event["StaffOpenId"])) == (event["StaffOpenId"], 28)
    assert press(cashier, sandbox, code, card_id, "k" * 22) == 200
    said = text_of(cashier)
    assert "这张券已经核销过了" in said
    assert f"操作人 {cashier.person.name}" in said
    assert "熊猫茶馆（一店）" in said
    cashier.get(f"/till/{sandbox.appid}/today")
    assert f"{code} · 熊猫茶馆（一店）" in text_of(cashier)
    other = worker(sqlite_server, sandbox, "cashier")
    other.get(f"/till/{sandbox.appid}/today")
    assert code not in other.page
    assert other.get(receipts[0]) == 303
    assert press(other, sandbox, code, card_id, key) == 200


def test_a_key_of_another_code_redeems_nothing(sandbox: Api, cashier: Worker) -> None:
    card_id = sandbox.create_card(card("CASH"))
    first, second = (sandbox.claim(card_id, one) for one in sandbox.people(2))
    assert press(cashier, sandbox, first, card_id, "k" * 22) == 303
    assert press(cashier, sandbox, second, card_id, "k" * 22) == 200
    assert "没有核销成功" in text_of(cashier)
    assert "可以核销" in look(cashier, sandbox, second)


def test_of_two_tills_at_once_one_redeems_and_the_other_is_told_by_whom(
    sandbox: Api, sqlite_server: Server, cashier: Worker
) -> None:
    card_id = sandbox.create_card(card("CASH"))
    code = sandbox.claim(card_id, sandbox.person("me"))
    tills = [cashier, worker(sqlite_server, sandbox, "staff")]
    keys = []
    for one in tills:
        look(one, sandbox, code)
        keys.append(key_of(one))
    answers: dict[int, int] = {}

    def run(number: int) -> None:
        answers[number] = press(tills[number], sandbox, code, card_id, keys[number])

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.values()) == [200, 303]
    winner, loser = (0, 1) if answers[0] == 303 else (1, 0)
    look(tills[loser], sandbox, code)
    said = text_of(tills[loser])
    assert "刚刚被核销" in said
    assert tills[winner].person.name in said
    assert len(told(sandbox)) == 1


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("none", "本商户没有这个券码"),
        ("consumed", "刚刚被核销"),
        ("void", "商户已把这张券设为失效"),
        ("deleted", "持有人已删除这张券"),
        ("gifting", "正在转赠中，请持有人先收回"),
        ("given", "已转赠给别人，请对方出示自己的券码"),
        ("expired", "已过期：有效期到"),
        ("early", "还没到使用时间："),
        ("limit", "每人最多用 1 张，此人已用 1 张"),
        ("elsewhere", "本商户没有这个券码"),
    ],
)
def test_why_a_code_cannot_be_redeemed_is_said(
    sandbox: Api, sqlite_server: Server, cashier: Worker, how: str, said: str
) -> None:
    code, card_id = refused_code(sandbox, sqlite_server, how)
    shown = look(cashier, sandbox, code)
    assert said in shown
    assert 'name="key"' not in cashier.page
    if how not in {"none", "elsewhere"}:
        press(cashier, sandbox, code, card_id, "k" * 22)
        assert "核销成功" not in cashier.page
        assert cashier.headers.get("location") is None
    assert len(told(sandbox)) == (how in {"consumed", "limit"})


def refused_code(api: Api, server: Server, how: str) -> tuple[str, str]:
    """Return a code that cannot be redeemed, with its card."""
    if how == "elsewhere":
        return refused_code(server.new_app(), server, "")
    term = {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 1, "fixed_begin_term": 3 if how == "early" else 0}
    base = {"date_info": term, "can_give_friend": True, **({"use_limit": 1} if how == "limit" else {})}
    card_id = api.create_card(card("CASH", base))
    me, friend = api.people(2)
    code = api.claim(card_id, me)
    named = {"openid": me, "card_id": card_id, "code": code}
    if how == "none":
        return "000000000000", card_id
    if how == "consumed":
        api.ok("/card/code/consume", {"code": code})
    if how == "void":
        api.ok("/card/code/unavailable", {"code": code})
    if how == "deleted":
        api.ok("/sandbox/delete", named)
    if how in {"gifting", "given"}:
        api.ok("/sandbox/gift", named)
    if how == "given":
        api.ok("/sandbox/accept", {**named, "openid": friend})
    if how == "expired":
        api.ok("/sandbox/clock", {"advance": 3 * 86400})
    if how == "limit":
        api.ok("/card/code/consume", {"code": code})
        return api.claim(card_id, me), card_id
    return code, card_id


def test_a_card_that_asks_for_it_takes_a_verify_code_and_an_amount(sandbox: Api, cashier: Worker) -> None:
    card_id = sandbox.create_card(card("CASH", {"location_id_list": [store(sandbox, "一店")]}))
    code = sandbox.claim(card_id, sandbox.person("me"))
    cell = {"card_id": card_id, "is_open": True, "need_verify_cod": True, "need_remark_amount": True}
    sandbox.ok("/card/selfconsumecell/set", cell)
    look(cashier, sandbox, code)
    key = key_of(cashier)
    for verify_code, amount, fault in (("", "1", "验证码为"), ("12", "1.234", "金额以元为单位")):
        assert press(cashier, sandbox, code, card_id, key, verify_code=verify_code, amount=amount) == 200
        assert fault in text_of(cashier)
        assert key_of(cashier) == key
    assert press(cashier, sandbox, code, card_id, key, verify_code="12", amount="12.5") == 303
    cashier.get(cashier.headers["location"])
    assert "¥12.50" in text_of(cashier)
    ((verify_code, amount),) = [(one["VerifyCode"], one["RemarkAmount"]) for one in told(sandbox)]
    assert (verify_code, amount) == ("12", "1250")


def test_codes_of_one_text_are_told_apart_by_their_cards(sandbox: Api, cashier: Worker) -> None:
    cards = [sandbox.create_card(card("GIFT", {"use_custom_code": True, "title": title})) for title in ("咖啡", "蛋糕")]
    for card_id in cards:
        sandbox.claim(card_id, sandbox.person("me"), code="SAME")
    shown = look(cashier, sandbox, "SAME")
    assert ("咖啡" in shown, "蛋糕" in shown, "可以核销" in shown) == (True, True, False)
    assert press(cashier, sandbox, "SAME", cards[1], "k" * 22) == 303
    assert "可以核销" in look(cashier, sandbox, "SAME", cards[0])


def test_who_works_at_one_account_goes_straight_to_its_till(
    sandbox: Api, sqlite_server: Server, cashier: Worker
) -> None:
    assert (cashier.get("/till"), cashier.headers["location"]) == (303, f"/till/{sandbox.appid}")
    assert worker(sqlite_server, sandbox, "developer").get("/till") == 200
    assert cashier.get(f"/till/{sandbox.appid}") == 200
    assert cashier.headers["permissions-policy"].startswith("camera=(self)")
    cashier.get("/console")
    assert cashier.headers["permissions-policy"].startswith("camera=()")


def test_a_suspended_account_redeems_nothing(sandbox: Api, sqlite_server: Server, cashier: Worker) -> None:
    card_id = sandbox.create_card(card("CASH"))
    code = sandbox.claim(card_id, sandbox.person("me"))
    look(cashier, sandbox, code)
    suspend = sa.update(tables.app).where(tables.app.c.appid == sandbox.appid).values(suspended=True)
    sqlite_server.database.transact(lambda tx: tx.run(suspend))

    deadline = time.monotonic() + 10
    # The server looks at an account anew every other second.
    while "本账号已被平台停用" not in look(cashier, sandbox, code):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert press(cashier, sandbox, code, card_id, "k" * 22) == 200
    assert "本账号已被平台停用，不能核销" in text_of(cashier)
