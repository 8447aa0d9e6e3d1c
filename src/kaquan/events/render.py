"""Events as XML and JSON texts (spec: events.md 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from kaquan.events.outbox import Pushed

Document = Mapping[str, str | int]
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CDATA_END = "]]>"
SPLIT_END = "]]]]><![CDATA[>"

encode_json = msgspec.json.Encoder().encode


def document(gh_id: str, event: Pushed) -> dict[str, str | int]:
    """Return an event's head and fields in wire order.

    Args:
        gh_id: the account's gh_ id.
        event: what happened.
    """
    return {
        "ToUserName": gh_id,
        "FromUserName": event.openid,
        "CreateTime": event.create_time,
        "MsgType": "event",
        "Event": event.event,
        **event.fields,
    }


def as_xml(fields: Document, before: str = "") -> str:
    """Return an XML text: one element per line, texts in CDATA, integers bare.

    Args:
        fields: in the order in which they are to stand.
        before: what stands between ``<xml>`` and the first element.
    """
    lines = [f"<{name}>{xml_value(value)}</{name}>\n" for name, value in fields.items()]
    return f"<xml>{before}{''.join(lines)}</xml>"


def xml_value(value: str | int) -> str:
    """Return a value as an element's content; characters that XML cannot carry are dropped."""
    if not isinstance(value, str):
        return str(int(value))
    return f"<![CDATA[{NOT_XML.sub('', value).replace(CDATA_END, SPLIT_END)}]]>"


def as_json(fields: Document) -> str:
    """Return a JSON text: one flat object."""
    return encode_json(fields).decode()
