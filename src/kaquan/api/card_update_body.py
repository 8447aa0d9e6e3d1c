"""The body of ``/card/update``: of the stored type's object only what was sent (spec: cards.md 8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from kaquan.api.decode import Profile, Reader
from kaquan.api.reading import ObjectNode, Walk, object_node
from kaquan.errors import Errcode
from kaquan.errors.nearest import nearest
from kaquan.rules.card_content import CONTENT_TYPES, BaseInfo
from kaquan.rules.card_tables import KEYS
from kaquan.rules.card_update import DESCRIBING, Change
from kaquan.rules.fields import CardId


class _Head(msgspec.Struct):
    card_id: CardId


_HEAD = Reader(_Head)
_BASE = "base_info"


def partial(node: ObjectNode) -> ObjectNode:
    """Return a node that reads what was sent of an object into a dict, by the names of the struct's fields."""
    fields = tuple(
        replace(field, required=False, node=_BASE_NODE) if field.key == _BASE else replace(field, required=False)
        for field in node.fields
    )
    return ObjectNode(dict, fields, node.known)


_BASE_NODE = ObjectNode(dict, tuple(replace(one, required=False) for one in object_node(BaseInfo).fields), frozenset())
_BASE_KNOWN = object_node(BaseInfo).known | DESCRIBING
_NODES = {card_type: partial(object_node(struct)) for card_type, struct in CONTENT_TYPES.items()}


def card_id_of(value: dict[str, Any], profile: Profile) -> str:
    """Return the card that an update names.

    Raises:
        Refusal: 41012, 40053.
    """
    return _HEAD.read_value(value, profile).card_id


def read_update(value: dict[str, Any], card_type: str, profile: Profile) -> Change:
    """Return what an update of a card of this type sends.

    Raises:
        Refusal: 40053 or 41011 no object of a type; 47001 another type's object, a field that no card of the type
            has; else as :meth:`Reader.read`.
    """
    key = KEYS[card_type]
    sent = _object(value, key, profile)
    node = _NODES[card_type]
    _refuse_strangers(sent, node.known, key)
    if isinstance(sent.get(_BASE), dict):
        _refuse_strangers(sent[_BASE], _BASE_KNOWN, f"{key}.{_BASE}")
    walk = Walk(profile)
    read = node.read(sent, key, walk)
    if (refusal := walk.first()) is not None:
        raise refusal
    return Change(read.pop(_BASE, {}), read)


def _object(value: dict[str, Any], key: str, profile: Profile) -> dict[str, Any]:
    sent = value.get(key)
    if isinstance(sent, dict) or sent == []:
        return dict(sent)
    other = next((one for one in KEYS.values() if one != key and value.get(one)), None)
    if other is not None:
        facts = {"path": other, "expected": key, "got": other, "repair": f'"{key}" instead of "{other}"'}
        raise Errcode.DATA_FORMAT("wrong_type_key", **facts)
    errcode = Errcode.INVALID_ACTION_INFO if profile == "strict" else Errcode.MISSING_FIELD
    strangers = [one for one in value if one != "card_id"]
    facts = {"path": key, "expected": "object", "got": "nothing", "repair": f'"{key}": <object>'}
    if near := nearest(key, strangers):
        facts |= {"sent": near, "did_you_mean": key, "got": f'"{near}"', "repair": f'"{key}" instead of "{near}"'}
    raise errcode("misspelt" if near else "missing", **facts)


def _refuse_strangers(sent: dict[str, Any], known: frozenset[str], path: str) -> None:
    for name, value in sent.items():
        if name not in known and value not in (None, ""):
            near = nearest(name, known)
            facts = {"path": f"{path}.{name}", "field": name, "did_you_mean": near}
            repair = f'"{near}" instead of "{name}"' if near else f'without "{name}"'
            raise Errcode.DATA_FORMAT("unknown_field", **facts, repair=repair)
