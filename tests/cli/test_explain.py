"""``kaquan explain``: the diagnosis of a refusal by its reference, or by the answer pasted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from card_bodies import card

from cli.command import as_app, kaquan, of, printed
from support.api import Api
from support.server import Server

PATH = "card.groupon.base_info.sku.quantity"
NOT_KEPT = (
    "no failed call 65530d2f-0a1b2c3d-4e5f6071 is kept here: older than KAQUAN_KEEP_CALLS_DAYS, or in another database"
)
ENGLISH = f"""\
40053 invalid actioninfo, please check document
cause: {PATH} is an integer, but was sent in quotes: string "500".
where: {PATH}
expected: integer
got: string "500"
smallest change: "quantity": 500
fix: Take the quotes off the number.

repaired request: The repaired body passes every check that is made of a request by itself.
         "sku": {{
-          "quantity": "500"
+          "quantity": 500
         }}"""
CHINESE = f"""\
40053 invalid actioninfo, please check document
原因：{PATH} 应为整数，实际加了引号：字符串 "500"。
位置：{PATH}
应为：整数
实际：字符串 "500"
最小改动："quantity": 500
处理：去掉数字两边的引号。

修复后的请求：修复后的请求体能通过对请求本身的全部检查。
         "sku": {{
-          "quantity": "500"
+          "quantity": 500
         }}"""


@pytest.fixture(scope="module")
def answer(server: Server) -> Any:
    """A refusal of an account that is no sandbox, as its caller got it."""
    api = server.new_app(sandbox=False, card_function="granted")
    return api.post("/card/create", card("GROUPON", {"sku": {"quantity": "500"}}))


def rid_of(answer: Any) -> str:
    """Return the reference at the end of an answer."""
    text, _, rid = answer["errmsg"].partition(" rid: ")
    assert text == "invalid actioninfo, please check document"
    return str(rid)


@pytest.mark.parametrize(("flags", "block"), [((), ENGLISH), (("--lang", "en"), ENGLISH), (("--lang", "zh"), CHINESE)])
def test_a_reference_gives_the_call_the_answer_and_the_cause(
    server: Server, answer: Any, flags: tuple[str, ...], block: str
) -> None:
    text = json.dumps(answer, separators=(",", ":"))
    lines = ["POST /card/create", text, "", *block.splitlines()]
    assert printed("explain", rid_of(answer), *flags, **of(server.database)) == lines


@pytest.mark.parametrize("layout", ['{"errcode":40053,"errmsg":"... rid: %s"}', "  rid: %s\n", "%s."])
def test_the_answer_may_be_pasted_as_it_came(server: Server, answer: Any, layout: str) -> None:
    alone = printed("explain", rid_of(answer), **of(server.database))
    assert printed("explain", layout % rid_of(answer), **of(server.database)) == alone


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "that holds no rid: it looks like 65530d2f-0a1b2c3d-4e5f6071"),
        (("65530D2F-0a1b2c3d-4e5f6071",), "that holds no rid: it looks like 65530d2f-0a1b2c3d-4e5f6071"),
        (("65530d2f-0a1b2c3d-4e5f6071",), NOT_KEPT),
        (("65530d2f-0a1b2c3d-4e5f6071", "--lang", "fr"), "lang: 'fr' is not one of zh, en"),
    ],
)
def test_what_cannot_be_explained_says_so(server: Server, arguments: tuple[str, ...], said: str) -> None:
    done = kaquan("explain", *arguments, **of(server.database))
    assert (done.status, done.out, done.err) == (1, "", said + "\n")


# The repaired request, whole and sent.


@pytest.fixture
def broken(server: Server) -> tuple[Api, str]:
    """A sandbox account, and the reference of a card of its own that was refused for two mistakes."""
    api = server.new_app()
    answer = api.post("/card/create", card("GROUPON", {"sku": {"quantity": "500"}, "notice": 5}))
    return api, answer["errmsg"].partition(" rid: ")[2][:26]


def test_the_whole_body_is_printed_where_it_is_wanted(server: Server, broken: tuple[Api, str]) -> None:
    lines = printed("explain", broken[1], "--body", **of(server.database))
    whole = json.loads("\n".join(lines[lines.index("{") :]))
    assert whole == card("GROUPON", {"sku": {"quantity": 500}, "notice": "5"})


def test_a_repaired_request_is_tried_with_a_sandbox_account(server: Server, broken: tuple[Api, str]) -> None:
    api, rid = broken
    path, sent = printed("explain", rid, "--try", **of(server.database), **as_app(api))[-2:]
    answer = json.loads(sent)
    assert (path, answer["errcode"], answer["errmsg"]) == ("POST /card/create", 0, "ok")
    assert api.stock(answer["card_id"]) == {"quantity": 500, "total_quantity": 500}


def test_a_repaired_request_that_is_refused_for_another_reason_fails(server: Server) -> None:
    api = server.new_app()
    answer = api.post("/card/modifystock", {"cardid": "pNone", "increase_stock_value": 1})
    rid = answer["errmsg"].partition(" rid: ")[2][:26]
    done = kaquan("explain", rid, "--try", **of(server.database), **as_app(api))
    assert (done.status, done.err, json.loads(done.lines[-1])["errcode"]) == (1, "", 40073)


def test_only_whole_requests_of_sandbox_accounts_are_tried(server: Server, broken: tuple[Api, str]) -> None:
    api, rid = broken
    merchant = server.new_app(sandbox=False, card_function="granted")
    done = kaquan("explain", rid, "--try", **of(server.database), **as_app(merchant))
    said = "--try is for sandbox accounts, so that nothing real is changed; this account is none\n"
    assert (done.status, done.err) == (1, said)
    answer = api.post("/card/create", card("GROUPON", {"title": ...}))
    rid = answer["errmsg"].partition(" rid: ")[2][:26]
    done = kaquan("explain", rid, "--try", **of(server.database), **as_app(api))
    blank = "--try sends whole requests only: Fill in what stands in angle brackets before you send it"
    assert (done.status, done.err[: len(blank)]) == (1, blank)
    right = api.post("/card/get", {"card_id": "pNone"})["errmsg"].partition(" rid: ")[2][:26]
    done = kaquan("explain", right, "--try", **of(server.database), **as_app(api))
    assert (done.status, "The body itself is right" in done.err) == (1, True)


def test_a_wrong_secret_ends_the_trial(server: Server, broken: tuple[Api, str]) -> None:
    api, rid = broken
    done = kaquan("explain", rid, "--try", **of(server.database), **{**as_app(api), "KAQUAN_SECRET": "wrong"})
    assert (done.status, done.err.startswith("40125 invalid appsecret")) == (1, True)
