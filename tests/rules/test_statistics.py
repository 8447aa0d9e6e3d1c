"""Which days may be asked for, what of the journal counts, and how acts become figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.rules.statistics import (
    API,
    CONSOLE,
    EVERY,
    KINDS,
    MOST_NAMES,
    Act,
    Tally,
    act_of,
    date_of,
    day_of,
    numbered,
    range_refusal,
    start_of,
)

# 2024-02-29, Beijing time.
LEAP = 19782
MIDNIGHT = 1709136000
CARDS = {"one": API, "two": API, "three": CONSOLE}


@pytest.mark.parametrize(("at", "day"), [(MIDNIGHT, LEAP), (MIDNIGHT - 1, LEAP - 1), (MIDNIGHT + 86399, LEAP)])
def test_a_day_begins_at_midnight_of_utc_plus_8(at: int, day: int) -> None:
    assert (day_of(at), start_of(LEAP), date_of(LEAP)) == (day, MIDNIGHT, "2024-02-29")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2024-02-29", LEAP),
        ("1970-01-01", 0),
        ("2023-02-29", None),
        ("2024-2-29", None),
        ("20240229", None),
        ("2024-02-29T00:00", None),
        ("2024-02-29 ", None),
        (" 2024-02-29", None),
        ("2024-02-29\n", None),
        ("2024/02/29", None),
        ("0000-01-01", None),
        ("２０２４-02-29", None),
        ("2024-W09-4", None),
        ("", None),
    ],
)
def test_a_date_is_read_in_one_form_only(text: str, number: int | None) -> None:
    assert numbered(text) == number


@pytest.mark.parametrize(
    ("begin", "end", "refused"),
    [
        (LEAP - 1, LEAP - 1, None),
        (LEAP - 63, LEAP - 1, None),
        (LEAP - 64, LEAP - 1, "too_long"),
        (LEAP - 1, LEAP - 2, "reversed"),
        (LEAP, LEAP, "not_over"),
        (LEAP - 1, LEAP + 9, "not_over"),
        (LEAP - 99, LEAP, "not_over"),
        (LEAP + 1, LEAP, "reversed"),
    ],
)
def test_days_can_be_asked_for_when_they_are_over_and_not_too_many(begin: int, end: int, refused: str | None) -> None:
    found = range_refusal(begin, end, LEAP)
    assert (found and (int(found.errcode), found.cause)) == (refused and (61501, refused))


@pytest.mark.parametrize(
    ("kind", "fields", "act"),
    [
        ("claim", '{"OuterStr":"poster","OuterId":7}', ("receive", "poster", "")),
        ("claim", '{"OuterStr":"","OuterId":7}', ("receive", "7", "")),
        ("claim", '{"OuterId":0}', ("receive", "", "")),
        ("claim", '{"OuterStr":"a\\u0000b"}', ("receive", "a\N{REPLACEMENT CHARACTER}b", "")),
        ("consume", '{"OuterStr":"poster","LocationName":"North"}', ("verify", "poster", "North")),
        ("consume", '{"LocationName":"North","LocationId":123456789}', ("verify", "", "123456789")),
        ("gift", '{"FriendUserName":"o"}', ("given", "", "")),
        ("gift_accept", '{"OuterStr":"poster","IsGiveByFriend":1}', None),
        ("gift_return", "{}", None),
        ("delete", "{}", None),
        ("view", "{}", None),
    ],
)
def test_claims_consumptions_and_gifts_count_and_nothing_else(kind: str, fields: str, act: Any) -> None:
    found = act_of(kind, MIDNIGHT, "ann", "one", fields)
    assert (found and (found.kind, found.channel, found.store)) == act
    assert found is None or (found.day, found.openid, found.card_id, found.times) == (LEAP, "ann", "one", 1)


ACTS = st.builds(
    Act,
    st.integers(1, 2),
    st.sampled_from(KINDS),
    st.sampled_from(["", "ann", "bob", "cat"]),
    st.sampled_from(sorted(CARDS)),
    times=st.integers(1, 3),
)


def counted(acts: list[Act], cards: str, chosen: set[str]) -> dict[tuple[int, str], Counter[str]]:
    """Return the figures of some cards as a plain count gives them."""
    figures: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for day, kind in {(act.day, act.kind) for act in acts if act.card_id in chosen}:
        mine = [act for act in acts if (act.day, act.kind) == (day, kind) and act.card_id in chosen]
        figures[day, cards][f"{kind}_cnt"] = sum(act.times for act in mine)
        figures[day, cards][f"{kind}_user"] = len({act.openid for act in mine if act.openid})
    return figures


@given(st.lists(ACTS), st.lists(ACTS))
def test_figures_do_not_depend_on_how_acts_are_portioned(first: list[Act], second: list[Act]) -> None:
    one = Tally(CARDS).add(first)
    two = Tally(CARDS, one.persons).add(second)
    found: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for key, figures in [*one.figures.items(), *two.figures.items()]:
        found[key] += figures
    expected: dict[tuple[int, str], Counter[str]] = {}
    groups = {EVERY: set(CARDS), API: {"one", "two"}, CONSOLE: {"three"}} | {name: {name} for name in CARDS}
    for cards, chosen in groups.items():
        expected |= {key: +figures for key, figures in counted(first + second, cards, chosen).items()}
    assert found == expected
    assert one.persons & two.persons == set()


def test_channels_and_stores_have_figures_of_their_own() -> None:
    acts = [
        Act(1, "receive", "ann", "one", channel="poster"),
        Act(1, "receive", "ann", "three", channel="poster"),
        Act(1, "receive", "bob", "one"),
        Act(1, "verify", "ann", "one", channel="poster", store="North"),
    ]
    named = Tally(CARDS).add(acts).named
    assert {key: dict(one) for key, one in named.items() if key[1] in {EVERY, "three"}} == {
        (1, EVERY, "channel", "poster"): {"receive_cnt": 2, "verify_cnt": 1},
        (1, EVERY, "store", "North"): {"verify_cnt": 1},
        (1, "three", "channel", "poster"): {"receive_cnt": 1},
    }


def test_a_day_tells_so_many_channels_apart_and_lets_the_rest_stand_without_a_name() -> None:
    known = [(1, "channel", f"known {number}") for number in range(MOST_NAMES - 1)]
    acts = [Act(1, "receive", "ann", "one", channel=name) for name in ("known 5", "new", "too many", "new")]
    acts += [Act(2, "receive", "ann", "one", channel="another day"), Act(1, "verify", "ann", "one", store="a store")]
    tally = Tally(CARDS, named=known).add(acts)
    assert {(day, name): dict(one) for (day, cards, _, name), one in tally.named.items() if cards == EVERY} == {
        (1, "known 5"): {"receive_cnt": 1},
        (1, "new"): {"receive_cnt": 2},
        (2, "another day"): {"receive_cnt": 1},
        (1, "a store"): {"verify_cnt": 1},
    }
    assert tally.figures[1, EVERY]["receive_cnt"] == 4
