"""The body of ``/card/update``: of the stored type's object only what was sent (spec: cards.md 8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from kaquan.api.decode import Profile, Reader, load
from kaquan.api.precedence import reading_of
from kaquan.api.reading import ObjectNode, Walk, object_node
from kaquan.errors import Errcode, Refusal
from kaquan.errors.change import Change as Mend
from kaquan.errors.nearest import nearest
from kaquan.rules.card_content import CONTENT_TYPES, BaseInfo
from kaquan.rules.card_tables import KEYS
from kaquan.rules.card_update import DESCRIBING, Change
from kaquan.rules.fields import CardId, Rank


class _Head(msgspec.Struct):
    card_id: CardId


class Sent(msgspec.Struct):
    """An update whose card is known, and whose content is not read yet: the card's type decides how."""

    card_id: str
    value: dict[str, Any]
    profile: Profile


class UpdateReader:
    """Reads which card an update is about; ``contents`` are the bodies by the card's type."""

    def __init__(self) -> None:
        self._head = Reader(_Head)
        self.stages = self._head.stages
        self.contents = {card_type: _whole(card_type) for card_type in KEYS}

    def read(self, body: bytes, profile: Profile) -> Sent:
        """Return the update; raises as :meth:`Reader.read`."""
        value = load(body)
        return Sent(self._head.read_value(value, profile).card_id, value, profile)

    def faults(self, value: dict[str, Any], profile: Profile) -> list[Refusal]:
        """Return everything that is wrong with an update of the type that it names."""
        walk = Walk(profile)
        for card_type, key in KEYS.items():
            if isinstance(value.get(key), dict):
                walk.faults += [(Rank.TYPE, fault) for fault in _strangers(value[key], card_type)]
                _NODES[card_type].read(value[key], key, walk)
                break
        found = [fault for _, fault in sorted(walk.faults, key=lambda fault: fault[0])]
        return self._head.faults(value, profile) + found


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


def _whole(card_type: str) -> ObjectNode:
    """Return the node of a whole body for a card of this type."""
    (head,) = object_node(_Head).fields
    content = replace(head, name=KEYS[card_type], key=KEYS[card_type], node=_NODES[card_type], missing=None)
    return ObjectNode(dict, (head, content), frozenset({head.key, content.key}))


READS_UPDATE = UpdateReader()
UPDATE_STEPS = ("47001 wrong_type_key unknown_field", *reading_of(_NODES.values()))
"""What reading the content of an update can be refused with, in its order."""


def read_update(sent: Sent, card_type: str) -> Change:
    """Return what an update of a card of this type changes.

    Raises:
        Refusal: 40053 or 41011 no object of a type; 47001 another type's object, a field that no card of the type
            has; else as :meth:`Reader.read`.
    """
    key = KEYS[card_type]
    content = _object(sent.value, key, sent.profile)
    for stranger in _strangers(content, card_type):
        raise stranger
    walk = Walk(sent.profile)
    read = _NODES[card_type].read(content, key, walk)
    if (refusal := walk.first()) is not None:
        raise refusal
    return Change(read.pop(_BASE, {}), read)


def _object(value: dict[str, Any], key: str, profile: Profile) -> dict[str, Any]:
    sent = value.get(key)
    if isinstance(sent, dict) or sent == []:
        return dict(sent)
    other = next((one for one in KEYS.values() if one != key and value.get(one)), None)
    if other is not None:
        facts = {"path": key, "expected": key, "got": other, "repair": Mend("rename", other).text(key)}
        raise Errcode.DATA_FORMAT("wrong_type_key", **facts)
    errcode = Errcode.INVALID_ACTION_INFO if profile == "strict" else Errcode.MISSING_FIELD
    strangers = [one for one in value if one != "card_id"]
    facts = {"path": key, "expected": "object", "got": "nothing", "repair": Mend("fill", "object").text(key)}
    if near := nearest(key, strangers):
        facts |= {"sent": near, "did_you_mean": key, "got": f'"{near}"', "repair": Mend("rename", near).text(key)}
    raise errcode("misspelt" if near else "missing", **facts)


def _strangers(content: dict[str, Any], card_type: str) -> Iterator[Refusal]:
    """Yield a refusal of each field that no card of the type has."""
    key = KEYS[card_type]
    yield from _unknown(content, _NODES[card_type].known, key)
    if isinstance(content.get(_BASE), dict):
        yield from _unknown(content[_BASE], _BASE_KNOWN, f"{key}.{_BASE}")


def _unknown(sent: dict[str, Any], known: frozenset[str], path: str) -> Iterator[Refusal]:
    for name, value in sent.items():
        if name in known or value in (None, ""):
            continue
        near = nearest(name, known)
        place = f"{path}.{near or name}"
        repair = (Mend("rename", name) if near else Mend("remove", value)).text(place)
        yield Errcode.DATA_FORMAT("unknown_field", path=place, field=name, did_you_mean=near, repair=repair)
