"""The events, one struct each."""

from __future__ import annotations

import re

import msgspec
import pytest

from kaquan.events import catalogue
from kaquan.events.catalogue import EVENTS, Event, UserGetCard


def fields_of(event: Event) -> list[str]:
    return list(msgspec.json.decode(msgspec.json.encode(event)))


def test_every_event_is_found_by_its_name() -> None:
    structs = [one for one in vars(catalogue).values() if isinstance(one, type) and issubclass(one, Event)]
    assert ({one.EVENT: one for one in structs if one.EVENT}, len(EVENTS)) == (EVENTS, 19)


@pytest.mark.parametrize("name", EVENTS)
def test_a_struct_is_called_like_its_event(name: str) -> None:
    assert re.sub(r"(?<!^)(?=[A-Z])", "_", EVENTS[name].__name__).lower() == name.lower()


def test_a_claim_is_sent_through_is_recommend_by_friend() -> None:
    assert fields_of(UserGetCard()) == [
        "CardId",
        "IsGiveByFriend",
        "UserCardCode",
        "FriendUserName",
        "OuterId",
        "OldUserCardCode",
        "OuterStr",
        "IsRestoreMemberCard",
        "IsRecommendByFriend",
    ]


def test_a_gift_names_both_people_and_both_codes_and_ends_with_the_misspelt_field() -> None:
    gift = UserGetCard.by_gift("pCARD", "222", "oGIVER", "111", "poster")
    assert msgspec.json.decode(msgspec.json.encode(gift)) == {
        "CardId": "pCARD",
        "IsGiveByFriend": 1,
        "UserCardCode": "222",
        "FriendUserName": "oGIVER",
        "OuterId": 0,
        "OldUserCardCode": "111",
        "OuterStr": "poster",
        "OutetStr": "poster",
    }
    assert fields_of(gift)[-1] == "OutetStr"
