"""The diagnosis of a refusal: what it says, in both languages, in a block and in a line."""

from __future__ import annotations

import string
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Errcode
from kaquan.errors.catalogue import CATALOGUE
from kaquan.errors.explain import SHORT, Diagnosis, explain
from kaquan.errors.fill import DASH
from kaquan.errors.nearest import nearest

QUANTITY = "card.groupon.base_info.sku.quantity"
QUOTED = {"path": QUANTITY, "expected": "integer", "got": 'string "500"', "repair": '"quantity": 500'}
MISSPELT = {
    "path": "base_info.get_limit",
    "expected": "integer",
    "got": '"getlimit"',
    "sent": "getlimit",
    "did_you_mean": "get_limit",
    "repair": '"get_limit" instead of "getlimit"',
}
CAUSES = [(entry.code, cause) for entry in CATALOGUE.values() for cause in entry.causes]
NAMES = st.text(string.ascii_lowercase + "_", max_size=40).filter(lambda name: len(name.replace("_", "")) >= 3)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3)


def test_a_diagnosis_carries_texts_and_facts_in_the_order_of_the_wire() -> None:
    assert msgspec.json.encode(explain(40053, "quoted_integer", QUOTED)).decode() == (
        '{"errcode":40053,"text":"invalid actioninfo, please check document","cause":"quoted_integer",'
        f'"zh":"{QUANTITY} 应为整数，实际加了引号：字符串 \\"500\\"。",'
        f'"en":"{QUANTITY} is an integer, but was sent in quotes: string \\"500\\".",'
        '"fix_zh":"去掉数字两边的引号。","fix_en":"Take the quotes off the number.",'
        f'"path":"{QUANTITY}","expected":"integer","got":"string \\"500\\"","did_you_mean":"",'
        '"repair":"\\"quantity\\": 500",'
        f'"facts":{{"path":"{QUANTITY}","expected":"integer","got":"string \\"500\\"",'
        '"repair":"\\"quantity\\": 500"}}'
    )


def test_a_block_has_a_labelled_line_for_everything_known() -> None:
    assert explain(41011, "misspelt", MISSPELT).text("en").splitlines() == [
        "41011 missing required fields! please check document and request json!",
        "cause: The required field base_info.get_limit is missing, but an unknown 'getlimit' stands in its place.",
        "where: base_info.get_limit",
        "expected: integer",
        'got: "getlimit"',
        "did you mean: get_limit",
        'smallest change: "get_limit" instead of "getlimit"',
        "fix: Rename 'getlimit' to 'get_limit'.",
    ]


def test_a_block_in_chinese_is_chinese_throughout() -> None:
    assert explain(41011, "misspelt", MISSPELT).text("zh").splitlines() == [
        "41011 missing required fields! please check document and request json!",
        "原因：缺少必填字段 base_info.get_limit，同级却有一个不认识的字段“getlimit”。",
        "位置：base_info.get_limit",
        "应为：整数",
        '实际："getlimit"',
        "是否想写：get_limit",
        '最小改动：把 "getlimit" 改为 "get_limit"',
        "处理：把“getlimit”改名为“get_limit”。",
    ]


def test_a_block_leaves_out_what_is_not_known() -> None:
    assert explain(44002, "empty", {}).text() == (
        "44002 empty post data\n"
        "cause: The body of the request is empty.\n"
        "fix: Send the parameters as a JSON object in the body, at least {}."
    )


@pytest.mark.parametrize(
    ("errcode", "cause", "facts", "lang", "line"),
    [
        (
            40053,
            "quoted_integer",
            QUOTED,
            "en",
            f'{QUANTITY} is an integer, but was sent in quotes: string "500". smallest change: "quantity": 500',
        ),
        (
            45044,
            "not_one",
            {"path": "icon_url_list", "count": 2},
            "en",
            "icon_url_list has 2 pictures; a cover has exactly 1. Leave one picture in it, or leave abstract out",
        ),
        (48001, "not_implemented", {"feature": "GENERAL_CARD"}, "zh", "本平台还没有提供 GENERAL_CARD。"),
        (48001, "not_implemented", {"path": "/card/update"}, "zh", "本平台还没有提供 /card/update。"),
        (
            40079,
            "not_begun",
            {"code": "7", "begin": 0, "now": 10**30},
            "zh",
            "Code 7 从 1970-01-01 08:00:00 (UTC+8) 起",
        ),
        (45045, "later", {"path": "x"}, "en", "later"),
        (-1, "unknown_path", {"path": "/a", "did_you_mean": "/b"}, "en", "There is no endpoint /a. did you mean: /b"),
    ],
)
def test_a_line_says_the_cause_and_the_smallest_change_or_the_fix(
    errcode: int, cause: str, facts: dict[str, Any], lang: str, line: str
) -> None:
    assert explain(errcode, cause, facts).short(lang)[: len(line)] == line


def test_a_cause_of_another_version_is_named_by_its_key() -> None:
    diagnosis = explain(40073, "of_old", {"path": "card_id", "got": 5})
    assert diagnosis == Diagnosis(
        errcode=40073,
        errmsg="invalid card id",
        cause="of_old",
        zh="",
        en="",
        fix_zh="",
        fix_en="",
        path="card_id",
        expected="",
        got="5",
        did_you_mean="",
        repair="",
        facts={"path": "card_id", "got": 5},
    )
    assert diagnosis.text("zh") == "40073 invalid card id\n原因：of_old\n位置：card_id\n实际：5"
    assert explain(1, "of_old", {}).text() == "1\ncause: of_old"


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("integer", "整数"),
        ("list of text", "字符串数组"),
        ("list of 3", "3 项的数组"),
        ("boolean true", "布尔值 true"),
        ("object", "对象"),
        ("nothing", "没有传"),
        ("at most 36 bytes (12 Chinese characters)", "不超过 36 字节（12 个汉字）"),
        ("21 characters", "21 个字符"),
        ("1 to 36500 days", "1 至 36500 天"),
        ("no end_timestamp with type DATE_TYPE_PERMANENT", "type 为 DATE_TYPE_PERMANENT 时不传 end_timestamp"),
        ("one of Color010, Color020", "Color010, Color020 之一"),
        ("false, or the permission", "false，或先取得权限"),
        ("something new", "something new"),
    ],
)
def test_what_was_expected_reads_as_chinese(fact: str, said: str) -> None:
    assert explain(40053, "wrong_type", {"expected": fact}).text("zh").splitlines()[2] == f"应为：{said}"


def test_lists_are_joined_and_unknown_facts_leave_a_dash() -> None:
    facts = {"field": "fixed_term", "belongs_to": ["DATE_TYPE_FIX_TERM", "DATE_TYPE_OTHER"]}
    assert explain(47001, "mixed_date_info", facts).en == (
        f"date_info has the type {DASH}, and fixed_term is no field of that type;"
        " it belongs to DATE_TYPE_FIX_TERM, DATE_TYPE_OTHER."
    )


def test_what_a_caller_sent_cannot_move_the_cursor_or_break_a_line() -> None:
    facts = {"path": "x\r\n", "got": "\x1b[2J\n\u2028\u202e{path}"}
    assert explain(47001, "not_object", facts).text().splitlines()[1:3] == [
        "cause: The body has to be a JSON object, but is \\u001b[2J\\u000a\\u2028\\u202e{path}.",
        "where: x\\u000d\\u000a",
    ]


@given(
    st.sampled_from(CAUSES), st.dictionaries(st.sampled_from(["path", "got", "code", "end", "now", "accepted"]), JSON)
)
def test_any_facts_give_a_block_and_a_single_line(case: tuple[int, str], facts: dict[str, Any]) -> None:
    diagnosis = explain(*case, facts)
    for lang in ("zh", "en"):
        line, block = diagnosis.short(lang), diagnosis.text(lang)
        assert 0 < len(line) <= SHORT
        assert line.isprintable()
        assert all(row.isprintable() for row in block.split("\n"))


def test_every_errcode_has_its_canonical_text_in_a_diagnosis() -> None:
    assert {code: explain(code, "", {}).errmsg for code in Errcode} == {
        one.code: one.errmsg("") for one in CATALOGUE.values()
    }


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=8))
def test_the_nearest_name_is_one_of_the_known_whatever_their_order(name: str, known: list[str]) -> None:
    found = nearest(name, known)
    assert found in {"", *known}
    assert found == nearest(name, reversed(known))


@given(NAMES)
def test_case_and_underscores_do_not_count_in_a_name(name: str) -> None:
    assert nearest(name.title().replace("_", ""), [name]) == name


@given(NAMES, st.data())
def test_a_name_with_one_letter_missing_is_found(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    assert nearest(name[:place] + name[place + 1 :], [name]) == name
