"""Events made for a test: of any type, with plausible values for what nobody said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from kaquan.errors import Errcode
from kaquan.errors.nearest import nearest
from kaquan.events.catalogue import EVENTS, Event, UserGetCard
from kaquan.rules.fields import shown

Fields = Mapping[str, Any]
BITS = range(-(2**63), 2**63)
WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)
GIFT = "IsGiveByFriend"
# Events that no person caused: they come from the account's own openid.
OF_SYSTEM = frozenset(
    {
        "card_pass_check",
        "card_not_pass_check",
        "card_sku_remind",
        "card_pay_order",
        "card_merchant_check_result",
        "poi_check_notify",
        "MASSSENDJOBFINISH",
    }
)
# What a type has beside the card and the code, where the default of its struct would look like nothing happened.
SAMPLES: dict[str, dict[str, str | int]] = {
    "card_not_pass_check": {"RefuseReason": "logo unclear"},
    "user_pay_from_pay_cell": {"TransId": "4000000000202311150000000001", "Fee": "10000", "OriginalFee": "12000"},
    "update_member_card": {"ModifyBonus": -50},
    "card_sku_remind": {"Detail": "the card's quantity is equal to 0"},
    "card_pay_order": {
        "OrderId": "404091456",
        "Status": "ORDER_STATUS_FINANCE_SUCC",
        "FreeCoinCount": "200",
        "OrderType": "ORDER_TYPE_SYS_ADD",
        "Memo": "test grant",
    },
    "giftcard_pay_done": {"PageId": "PAGE0001", "OrderId": "ORDER0001"},
    "giftcard_send_to_friend": {"PageId": "PAGE0001", "OrderId": "ORDER0001"},
    "giftcard_user_accept": {"PageId": "PAGE0001", "OrderId": "ORDER0001"},
    "card_merchant_check_result": {"MerchantId": 500000001, "IsPass": 1},
    "poi_check_notify": {"UniqId": "store-1", "PoiId": "271262077", "Result": "succ"},
    "MASSSENDJOBFINISH": {
        "MsgID": 1000001,
        "Status": "send success",
        "TotalCount": 100,
        "FilterCount": 100,
        "SentCount": 100,
    },
}


class Subject(msgspec.Struct, frozen=True):
    """What an event is about; a text is empty as long as nobody said it.

    Args:
        card_id, code, openid: the card, the code and whose it is.
        friend: openid of the giver of a gift.
        old_code: the giver's code of a gift.
    """

    card_id: str = ""
    code: str = ""
    openid: str = ""
    friend: str = ""
    old_code: str = ""

    def over(self, other: Subject) -> Subject:
        """Return what is said here, and of the other what is not."""
        both = {name: getattr(self, name) or getattr(other, name) for name in self.__struct_fields__}
        return Subject(**both)


def check_made(name: str, fields: Fields) -> None:
    """Go on only if there is such an event with such fields.

    Raises:
        Refusal: 40097, with the nearest name and all of them, or with the type that a field has.
    """
    _values(_type_of(name), fields)


def made_event(name: str, subject: Subject, now: int, fields: Fields) -> Event:
    """Return an event of a type.

    Args:
        name: of the event.
        subject: the card, the code and the people it is about.
        now: the app's time, UTC seconds.
        fields: what is to stand in it instead, by the field's name; whole numbers may be given as digits.

    Raises:
        Refusal: as for :func:`check_made`.
    """
    struct = _type_of(name)
    said = _values(struct, fields)
    if struct is UserGetCard and said.get(GIFT) == 1:
        gift = UserGetCard.by_gift(subject.card_id, subject.code, subject.friend, subject.old_code)
        return msgspec.structs.replace(gift, **said)
    about = {"CardId": subject.card_id, "UserCardCode": subject.code, "CreateOrderTime": now}
    known = {field: value for field, value in about.items() if field in struct.__struct_fields__}
    return struct(**{**SAMPLES.get(name, {}), **known, **said})


def told_of(name: str) -> str:
    """Return in a few words what an event tells."""
    text = " ".join((EVENTS[name].__doc__ or "").partition("\n\n")[0].split())
    return re.sub(r"^[\d.]+: ", "", text)


def _type_of(name: str) -> type[Event]:
    if name not in EVENTS:
        facts = {"path": "event", "got": shown(name), "did_you_mean": nearest(name, EVENTS)}
        raise Errcode.INVALID_ARGS("event_unknown", event=name[:40], known=list(EVENTS), **facts)
    return EVENTS[name]


def _values(struct: type[Event], fields: Fields) -> dict[str, str | int]:
    """Return fields as their struct has them."""
    defaults = {one.name: one.default for one in msgspec.structs.fields(struct)}
    for name in fields:
        if name not in defaults:
            short = name[:40]
            facts = {"path": f"fields.{short}", "field": short, "did_you_mean": nearest(name, defaults)}
            raise Errcode.INVALID_ARGS("event_field", event=struct.EVENT, known=list(defaults), **facts)
    return {name: _value(name, isinstance(defaults[name], int), value) for name, value in fields.items()}


def _value(name: str, is_number: bool, value: Any) -> str | int:
    if is_number and isinstance(value, str) and WHOLE.fullmatch(value):
        value = int(value)
    good = isinstance(value, int) and value in BITS if is_number else isinstance(value, str)
    if not good or isinstance(value, bool):
        expected = "integer" if is_number else "text"
        raise Errcode.INVALID_ARGS("event_value", path=f"fields.{name}", expected=expected, got=shown(value))
    made: str | int = value
    return made
