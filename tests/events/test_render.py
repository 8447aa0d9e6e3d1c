"""Events as texts."""

from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.samples import GH_ID, from_body, pushed
from events.vectors import VECTORS, named
from kaquan.events.catalogue import EVENTS
from kaquan.events.render import as_json, as_xml, document

Case = dict[str, Any]
Values = st.one_of(st.text(), st.integers(-(2**63), 2**63 - 1))


@named(VECTORS["xml_events_plain"])
def test_an_event_is_written_as_published(case: Case) -> None:
    body = as_xml(document(GH_ID, from_body(case["body"])))
    assert body == case["body"]
    assert hashlib.sha1(body.encode()).hexdigest() == case["body_sha1"]


def test_there_is_a_published_body_of_every_event_of_cards() -> None:
    published = {from_body(case["body"]).event for case in VECTORS["xml_events_plain"]}
    # What became of a store or of a mass message is no event of cards.
    assert published == set(EVENTS) - {"MASSSENDJOBFINISH", "poi_check_notify"}


def test_json_is_one_flat_object_with_the_same_names() -> None:
    assert as_json(document(GH_ID, pushed(code="码"))) == (
        '{"ToUserName":"gh_0123456789ab","FromUserName":"oTEST0OpenId00000000000000BB","CreateTime":1700000001,'
        '"MsgType":"event","Event":"user_del_card","CardId":"pTEST0CardId00000000000000AA","UserCardCode":"码"}'
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a]]>b", "<![CDATA[a]]]]><![CDATA[>b]]>"),
        ("]]>]]>", "<![CDATA[]]]]><![CDATA[>]]]]><![CDATA[>]]>"),
        ("]]", "<![CDATA[]]]]>"),
        ("\x00\x08\x1b\ufffe\ud800ok\t\n", "<![CDATA[ok\t\n]]>"),
        ("", "<![CDATA[]]>"),
        (-50, "-50"),
        (True, "1"),
    ],
)
def test_no_value_leaves_its_element(value: str | int, written: str) -> None:
    assert as_xml({"Detail": value}) == f"<xml><Detail>{written}</Detail>\n</xml>"


@given(st.dictionaries(st.sampled_from(["CardId", "Detail", "OuterStr", "Reason"]), Values))
@example({"Detail": "]]>]]]]><![CDATA[>]]>"})
@example({"Detail": "]]\x00>"})
def test_a_parser_reads_back_what_was_written(fields: dict[str, str | int]) -> None:
    root = ET.fromstring(as_xml(fields))
    kept = {name: str(value) for name, value in fields.items()}
    read = {child.tag: child.text or "" for child in root}
    # A parser turns every line end into a line feed.
    assert read == {name: legal(value).replace("\r\n", "\n").replace("\r", "\n") for name, value in kept.items()}


def legal(text: str) -> str:
    """Return the characters XML 1.0 can carry."""
    ranges = (("\t", "\n"), ("\r", "\r"), (" ", "\ud7ff"), ("\ue000", "\ufffd"), ("\U00010000", "\U0010ffff"))
    return "".join(one for one in text if any(first <= one <= last for first, last in ranges))


@given(
    st.dictionaries(
        st.sampled_from(["CardId", "Detail"]),
        st.one_of(st.text(st.characters(codec="utf-8")), st.integers(-(2**63), 2**63)),
    )
)
def test_json_is_read_back_as_it_was(fields: dict[str, str | int]) -> None:
    assert json.loads(as_json(fields)) == fields
