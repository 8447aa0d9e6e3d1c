"""``kaquan explain``: the diagnosis of a refusal by its reference, or by the answer pasted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from card_bodies import card

from cli.command import kaquan, of, printed
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
fix: Take the quotes off the number."""
CHINESE = f"""\
40053 invalid actioninfo, please check document
原因：{PATH} 应为整数，实际加了引号：字符串 "500"。
位置：{PATH}
应为：整数
实际：字符串 "500"
最小改动："quantity": 500
处理：去掉数字两边的引号。"""


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
