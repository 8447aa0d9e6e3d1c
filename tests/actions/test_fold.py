"""The daily figures say what a count over the whole journal says, however they were brought there."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from kaquan.actions.close_days import close_days
from kaquan.actions.count_views import Views, save_views
from kaquan.actions.fold_journal import due_apps, fold_journal
from kaquan.actions.manage_app import create_app, new_app
from kaquan.rules.statistics import EVERY, KEPT_DAYS, MOST_NAMES, day_of, start_of
from kaquan.store import tables
from kaquan.store.schema import open_engine
from kaquan.store.tx import Tx
from support.database import Databases
from support.figures import ANY_ID, Transact, fold, named, recount, stored

TODAY = day_of(NOW)
DAY = 86400
PEOPLE = ("ann", "bob", "cat")
CARDS = {"term": ("api", "DATE_TYPE_FIX_TERM"), "range": ("console", "DATE_TYPE_FIX_TIME_RANGE")}
RANGE_END = start_of(TODAY) + 2 * DAY - 1
number = itertools.count(1).__next__


@pytest.fixture(scope="module")
def transact(databases: Databases) -> Iterator[Transact]:
    """Runs transactions in a database of each kind; each test makes an account of its own."""
    with databases.lent() as database:
        engine = open_engine(database.settings)

        def run(action: Callable[[Tx], Any]) -> Any:
            with engine.begin() as connection:
                return action(Tx(connection))

        yield run
        engine.dispose()


def account(tx: Tx) -> str:
    """Make an account that began three days before today, with two cards, and return its appid."""
    appid = f"wx{number():016x}"
    create_app(tx, new_app(appid, "secret", f"{number():06x}", "shop", f"gh_{appid}", True, "manual"), NOW - 3 * DAY)
    for card_id, (made_by, date_type) in CARDS.items():
        columns = {one.name: "" if isinstance(one.type, sa.Text) else 0 for one in tables.card.c}
        columns |= {one.name: False for one in tables.card.c if isinstance(one.type, sa.Boolean)}
        facts = {"appid": appid, "card_id": card_id, "made_by": made_by, "date_type": date_type}
        tx.run(sa.insert(tables.card).values({**columns, **facts, "card_type": "GROUPON", "end_time": RANGE_END}))
    return appid


def line(id_: int, kind: str, day: int, openid: str, card_id: str, **fields: Any) -> dict[str, Any]:
    """Return a line of the journal, written at noon of a day counted from today."""
    at = start_of(TODAY + day) + DAY // 2
    texts = {"event": "", "code": str(id_), "fields": json.dumps(fields)}
    return {"id": id_, "kind": kind, "create_time": at, "openid": openid, "card_id": card_id, **texts}


def write(transact: Transact, appid: str, *lines: dict[str, Any]) -> None:
    """Commit lines."""
    transact(lambda tx: tx.run(sa.insert(tables.journal), [{"appid": appid, **one} for one in lines]))


def code(text: str, end: int, status: str = "NORMAL", card_id: str = "term", **more: Any) -> dict[str, Any]:
    """Return a code that ends at a time."""
    columns: dict[str, Any] = {one.name: "" if isinstance(one.type, sa.Text) else 0 for one in tables.code.c}
    return {**columns, "code": text, "card_id": card_id, "openid": "ann", "status": status, "end_time": end, **more}


def keep(transact: Transact, appid: str, *codes: dict[str, Any]) -> None:
    """Keep codes."""
    transact(lambda tx: tx.run(sa.insert(tables.code), [{**one, "appid": appid} for one in codes]))


def expired(transact: Transact, appid: str) -> dict[tuple[int, str], tuple[int, int]]:
    """Return what expired, and of how many people, per day counted from today and cards."""
    rows = transact(lambda tx: stored(tx, appid))
    return {
        (day - TODAY, cards): (one["expire_cnt"], one["expire_user"])
        for (day, cards), one in rows.items()
        if "expire_cnt" in one
    }


class Crash(Exception):
    """The process ended before the commit."""


def crash(transact: Transact, step: Callable[[Tx], Any]) -> None:
    """Take a step that is never committed."""

    def taken(tx: Tx) -> None:
        step(tx)
        raise Crash

    with pytest.raises(Crash):
        transact(taken)


LINES = st.lists(
    st.builds(
        line,
        st.just(0),
        st.sampled_from(["claim", "claim", "consume", "gift", "gift_accept", "gift_return", "delete"]),
        st.integers(2 - KEPT_DAYS, 2),
        st.sampled_from(PEOPLE),
        st.sampled_from(sorted(CARDS)),
        OuterStr=st.sampled_from(["", "poster"]),
        LocationName=st.sampled_from(["", "North"]),
    ),
    max_size=14,
)
CODES = st.lists(
    st.builds(
        code,
        st.just(""),
        st.integers(-3, 3).map(lambda day: start_of(TODAY + day)),
        st.sampled_from(["NORMAL", "CONSUMED", "GIFTING", "GIFT_TIMEOUT", "GIFT_SUCC", "DELETE", "UNAVAILABLE"]),
        st.sampled_from(sorted(CARDS)),
        openid=st.sampled_from(PEOPLE),
        status_time=st.integers(-3, 3).map(lambda day: start_of(TODAY + day) + 5),
    ),
    max_size=8,
)


@settings(max_examples=15)
@given(lines=LINES, codes=CODES, data=st.data())
def test_figures_are_those_of_a_recount(transact: Transact, lines: Any, codes: Any, data: st.DataObject) -> None:
    """Lines are committed in any order; what is counted stays below the first that is still to come.

    Their times may lie behind the end of their day, but not so far that nobody remembers who was counted.
    """
    appid, closed = transact(account), TODAY + 2
    keep(transact, appid, *({**one, "code": f"{place}"} for place, one in enumerate(codes)))
    lines = [{**one, "id": place} for place, one in enumerate(lines, 1)]
    coming = data.draw(st.permutations(lines))
    while coming:
        write(transact, appid, coming.pop())
        until = min((one["id"] for one in coming), default=ANY_ID) - 1
        for way in data.draw(st.lists(st.sampled_from(["crash", "fold", "close"]), max_size=2)):
            now = start_of(closed - data.draw(st.integers(0, 2)))
            if way == "crash":
                crash(transact, partial(fold_journal, appid=appid, until=until, most=2))
                crash(transact, partial(close_days, appid=appid, until=until, now=now, most=2))
            elif way == "fold":
                transact(partial(fold_journal, appid=appid, until=until, most=2))
            else:
                fold(transact, appid, now, until, 2)
    fold(transact, appid, start_of(closed), most=2)
    expected = transact(lambda tx: recount(tx, appid, closed))
    assert transact(lambda tx: stored(tx, appid)) == expected


def test_an_account_is_due_when_its_journal_has_grown_or_a_day_has_ended(transact: Transact) -> None:
    appid = transact(account)

    def due(until: int, now: int) -> list[tuple[int, bool]]:
        found = transact(lambda tx: due_apps(tx, until, now))
        return [(one.offset, one.is_over) for one in found if one.appid == appid]

    first = NOW - 3 * DAY
    assert (due(9, first), due(9, start_of(TODAY - 2))) == ([], [(0, True)])
    fold(transact, appid, NOW, 0)
    assert due(9, NOW) == []
    assert due(9, start_of(TODAY + 1) - 1) == []
    assert due(9, start_of(TODAY + 1)) == [(0, True)]
    write(transact, appid, line(10, "claim", 0, "ann", "term"))
    assert (due(9, NOW), due(10, NOW)) == ([], [(0, False)])
    fold(transact, appid, NOW)
    assert due(ANY_ID, NOW) == []
    moved = sa.update(tables.app).where(tables.app.c.appid == appid).values(clock_offset=DAY)
    transact(lambda tx: tx.run(moved))
    assert due(ANY_ID, NOW) == [(DAY, True)]


def test_what_names_a_card_that_is_not_there_holds_nothing_up(transact: Transact) -> None:
    appid = transact(account)
    write(transact, appid, line(1, "claim", 0, "ann", "gone"), line(2, "claim", 0, "ann", "term"))
    fold(transact, appid, NOW)
    counts = {cards: one["receive_cnt"] for (_, cards), one in transact(lambda tx: stored(tx, appid)).items()}
    assert counts == {"term": 1, "api": 1, EVERY: 1}


def test_channels_and_stores_are_counted_beside_their_days(transact: Transact) -> None:
    appid = transact(account)
    poster = {"OuterStr": "poster"}
    write(
        transact,
        appid,
        line(1, "claim", 0, "ann", "term", **poster),
        line(2, "claim", 0, "bob", "range", **poster),
        line(3, "claim", 1, "bob", "range", OuterId=7),
        line(4, "claim", 0, "bob", "term"),
        line(5, "consume", 0, "ann", "term", **poster, LocationName="North"),
    )
    fold(transact, appid, NOW, most=2)
    rows = transact(lambda tx: named(tx, appid))
    assert {(day - TODAY, *more): counts for (day, *more), counts in rows.items()} == {
        (0, "term", "channel", "poster"): (1, 1),
        (0, "range", "channel", "poster"): (1, 0),
        (0, "api", "channel", "poster"): (1, 1),
        (0, "console", "channel", "poster"): (1, 0),
        (0, EVERY, "channel", "poster"): (2, 1),
        (0, "term", "store", "North"): (0, 1),
        (0, "api", "store", "North"): (0, 1),
        (0, EVERY, "store", "North"): (0, 1),
        (1, "range", "channel", "7"): (1, 0),
        (1, "console", "channel", "7"): (1, 0),
        (1, EVERY, "channel", "7"): (1, 0),
    }


def test_a_channel_of_each_claim_does_not_become_a_row_each_time(transact: Transact) -> None:
    appid = transact(account)
    every = [line(place, "claim", 0, "ann", "term", OuterStr=f"c{place}") for place in range(1, MOST_NAMES + 50)]
    write(transact, appid, *every)
    fold(transact, appid, NOW, most=150)
    rows = transact(lambda tx: named(tx, appid))
    assert len([1 for _, cards, *_ in rows if cards == EVERY]) == MOST_NAMES
    assert transact(lambda tx: stored(tx, appid))[TODAY, EVERY]["receive_cnt"] == MOST_NAMES + 49


def test_days_that_ended_at_once_have_each_their_own(transact: Transact) -> None:
    """A clock that jumps ahead, or a server that was down for days."""
    appid, ends = transact(account), [-2, -1, 0, 0, 1, 5]
    keep(transact, appid, *(code(f"{place}", start_of(TODAY + day)) for place, day in enumerate(ends)))
    fold(transact, appid, start_of(TODAY + 2) + 5, most=2)
    assert {day: counts for (day, cards), counts in expired(transact, appid).items() if cards == EVERY} == {
        -2: (1, 1),
        -1: (1, 1),
        0: (2, 1),
        1: (1, 1),
    }
    fold(transact, appid, start_of(TODAY + 6), most=2)
    assert expired(transact, appid)[5, EVERY] == (1, 1)


END = start_of(TODAY) + 99
STANDS = {
    "unused": (code("1", END), True),
    "back from a gift": (code("1", END, "GIFT_TIMEOUT"), True),
    "in a gift that nobody accepted": (code("1", END, "GIFTING"), True),
    "used": (code("1", END, "CONSUMED"), False),
    "what is left with a giver": (code("1", END, "GIFT_SUCC", status_time=END + 1), False),
    "thrown away before": (code("1", END, "DELETE", status_time=END), False),
    "thrown away afterwards": (code("1", END, "DELETE", status_time=END + 1), True),
    "void before": (code("1", END, "UNAVAILABLE", status_time=END - 1), False),
    "void afterwards": (code("1", END, "UNAVAILABLE", status_time=END + 1), True),
    "of a card whose range was widened": (code("1", END, card_id="range"), False),
    "without an end": (code("1", 2**32 - 1), False),
}


@pytest.mark.parametrize("case", STANDS)
def test_what_was_not_used_when_it_ended_has_expired_that_day(transact: Transact, case: str) -> None:
    appid = transact(account)
    row, counts = STANDS[case]
    keep(transact, appid, row)
    fold(transact, appid, start_of(TODAY + 1))
    assert expired(transact, appid) == ({(0, name): (1, 1) for name in ("term", "api", EVERY)} if counts else {})


def test_the_end_of_a_range_is_the_cards(transact: Transact) -> None:
    appid = transact(account)
    keep(transact, appid, code("1", END, card_id="range"), code("2", END, card_id="range", openid="bob"))
    fold(transact, appid, start_of(TODAY + 2))
    assert expired(transact, appid) == {(1, name): (2, 2) for name in ("range", "console", EVERY)}


def test_no_day_ends_while_lines_of_the_journal_wait(transact: Transact) -> None:
    appid, tomorrow = transact(account), start_of(TODAY + 1)
    write(transact, appid, line(5, "claim", 0, "ann", "term"))
    assert not transact(lambda tx: close_days(tx, appid, 5, tomorrow))
    opened = sa.select(tables.stat_fold.c.closed).where(tables.stat_fold.c.appid == appid)
    assert transact(lambda tx: tx.all(opened)) == [(TODAY - 3,)]
    transact(lambda tx: fold_journal(tx, appid, 5))
    assert not transact(lambda tx: close_days(tx, appid, 5, tomorrow))
    assert transact(lambda tx: tx.all(opened)) == [(TODAY + 1,)]


def test_who_is_behind_old_figures_is_forgotten(transact: Transact) -> None:
    appid = transact(account)
    write(transact, appid, *(line(place, "claim", place % 3 - 1, f"p{place}", "term") for place in range(1, 4)))
    fold(transact, appid, NOW)
    persons = sa.select(tables.stat_person.c.day).where(tables.stat_person.c.appid == appid)
    fold(transact, appid, start_of(TODAY + KEPT_DAYS))
    assert sorted(day - TODAY for (day,) in transact(lambda tx: tx.all(persons))) == [0, 1]
    before = transact(lambda tx: stored(tx, appid))
    fold(transact, appid, start_of(TODAY + 50))
    assert transact(lambda tx: tx.all(persons)) == []
    assert transact(lambda tx: stored(tx, appid)) == before


def test_views_are_counted_where_they_were_seen_and_written_together(transact: Transact) -> None:
    appid, views = transact(account), Views(most=3)
    for openid, card_id, day in (("ann", "term", 0), ("ann", "term", 0), ("", "term", 0), ("ann", "range", 1)):
        views.add(appid, card_id, openid, start_of(TODAY + day))
    views.add(appid, "term", "bob", NOW)
    views.add(appid, "term", "ann", NOW)
    assert views.lost == 1
    for acts in (views.take()[appid], views.take().get(appid, [])):
        transact(partial(save_views, appid=appid, acts=acts))
    views.add(appid, "term", "ann", NOW)
    transact(lambda tx: save_views(tx, appid, views.take()[appid]))
    rows = transact(lambda tx: stored(tx, appid))
    assert {(day - TODAY, cards): tuple(one.values()) for (day, cards), one in rows.items()} == {
        (0, "term"): (5, 1),
        (0, "api"): (5, 1),
        (0, EVERY): (5, 1),
        (1, "range"): (1, 1),
        (1, "console"): (1, 1),
        (1, EVERY): (1, 1),
    }
