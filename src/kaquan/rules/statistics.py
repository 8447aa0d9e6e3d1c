"""Daily figures of cards: what counts, and how acts become figures (spec: statistics_and_stores.md A).

Days are those of UTC+8, numbered from 1970-01-01. A figure belongs to a day and to some *cards*: one card (its
card_id), all that were made the same way (``api`` or ``console``), or every card of the account (the empty text).
Each figure is a count of acts and one of the different persons behind them, which holds for its day and its cards only:
whoever came on two days, or for two cards, stands in both.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Annotated, ClassVar

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.rules.fields import NumberAsText, Rank, shown
from kaquan.rules.text import storable
from kaquan.rules.validity import DAY, UTC_PLUS_8

VIEW, RECEIVE, VERIFY, GIVEN, EXPIRE = KINDS = ("view", "receive", "verify", "given", "expire")
COLUMNS = tuple(f"{kind}_{what}" for kind in KINDS for what in ("cnt", "user"))
"""The figures of one day and some cards, in the order of the wire."""
OF_JOURNAL = MappingProxyType({"claim": RECEIVE, "consume": VERIFY, "gift": GIVEN})
"""What of the journal counts. A gift counts when it is given away, for its giver; who accepts one has claimed nothing,
and a gift that comes back stays one that was given."""
API, CONSOLE = "api", "console"
MADE_BY = (CONSOLE, API)
"""How a card was made, by ``cond_source``."""
CARD_TYPES = MappingProxyType({"DISCOUNT": 0, "CASH": 1, "GIFT": 2, "GENERAL_COUPON": 3, "GROUPON": 4})
"""The coupons, with the numbers that these calls have for their types."""
EVERY = ""
CHANNEL, STORE = "channel", "store"
MOST_DAYS = 62
"""How far apart the first and the last day of a question may be."""
MOST_NAMES = 200
"""Names of channels, and as many of stores, that are told apart of one account's day: what a link carries as its
channel is up to who sends it, and must not become a row each time."""
KEPT_DAYS = 3
"""So long it is remembered who was behind the figures of a day that has ended."""
FORM = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
FIRST = date(1970, 1, 1).toordinal()

Person = tuple[int, str, str, str]
"""Day, kind, openid, card_id: somebody who stands in the figures of a day."""
Name = tuple[int, str, str]
"""Day, ``channel`` or ``store``, and the name."""


class Act(msgspec.Struct, frozen=True):
    """What somebody did with a card, once or several times of one day.

    Args:
        day: number of the day.
        kind: one of ``KINDS``.
        openid: who; empty for somebody whom the account does not know, who is counted as no person.
        card_id: with which card.
        channel: what the claim came by: the outer_str, or the older outer_id.
        store: where it was redeemed: a poi_id, or a name.
        times: how often.
    """

    day: int
    kind: str
    openid: str
    card_id: str
    channel: str = ""
    store: str = ""
    times: int = 1


class Fields(msgspec.Struct):
    """What of an event's fields is counted by."""

    OuterStr: str = ""
    OuterId: int = 0
    LocationId: int = 0
    LocationName: str = ""


read_fields = msgspec.json.Decoder(Fields).decode


def day_of(at: int) -> int:
    """Return the number of the day that a time, in UTC seconds, is in."""
    return (at + UTC_PLUS_8) // DAY


def start_of(day: int) -> int:
    """Return the first second of a day."""
    return day * DAY - UTC_PLUS_8


def date_of(day: int) -> str:
    """Return a day as the wire writes it."""
    return date.fromordinal(FIRST + day).isoformat()


def numbered(text: str) -> int | None:
    """Return the number of a day that is written as YYYY-MM-DD, None for any other text."""
    try:
        return date.fromisoformat(text).toordinal() - FIRST if FORM.fullmatch(text) else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Dated:
    """A day that is written as YYYY-MM-DD."""

    rank: ClassVar[Rank] = Rank.RULE
    gives: ClassVar[str] = "61500 malformed"

    def fault(self, path: str, value: str) -> Refusal | None:
        """Return 61500 for any other text."""
        if numbered(value) is not None:
            return None
        return Errcode.DATE_FORMAT("malformed", path=path, expected="YYYY-MM-DD", got=shown(value))


Date = Annotated[str, NumberAsText(), Dated()]


def range_refusal(begin: int, end: int, today: int) -> Refusal | None:
    """Return why these days cannot be asked for (spec: 61501), or None.

    Args:
        begin, end: the first and the last day.
        today: the account's day, whose figures are not complete.
    """
    days = {"begin_date": date_of(begin), "end_date": date_of(end)}
    if begin > end:
        return Errcode.DATE_RANGE("reversed", path="begin_date", **days)
    if end >= today:
        return Errcode.DATE_RANGE("not_over", path="end_date", **days, latest=date_of(today - 1))
    if end - begin > MOST_DAYS:
        return Errcode.DATE_RANGE("too_long", path="end_date", **days, days=end - begin, most=MOST_DAYS)
    return None


def act_of(kind: str, at: int, openid: str, card_id: str, fields: str) -> Act | None:
    """Return what a line of the journal counts as, or None; ``at`` is the app's time."""
    counted = OF_JOURNAL.get(kind)
    if counted is None:
        return None
    read = read_fields(fields)
    channel, store = read.OuterStr or numeral(read.OuterId), numeral(read.LocationId) or read.LocationName
    return Act(day_of(at), counted, openid, card_id, channel and storable(channel), store and storable(store))


def numeral(number: int) -> str:
    """Return an id as a text, none for 0."""
    return str(number) if number else ""


class Tally:
    """Acts on their way to become figures.

    Args:
        made_by: card_id -> how the card was made, of every card that the acts and the known persons name.
        known: of the persons in the acts, who stands in the figures of their days and kinds already.
        named: the names of channels and stores that the acts' days have already.
    """

    def __init__(self, made_by: Mapping[str, str], known: Iterable[Person] = (), named: Iterable[Name] = ()) -> None:
        self._made_by = made_by
        self._known = set(known)
        self._seen = {(day, kind, openid, cards) for day, kind, openid, one in self._known for cards in self._of(one)}
        self._named = set(named)
        self._names = Counter((day, what) for day, what, _ in self._named)
        self.persons: set[Person] = set()
        self.figures: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        self.named: dict[tuple[int, str, str, str], Counter[str]] = defaultdict(Counter)

    def add(self, acts: Iterable[Act]) -> Tally:
        """Count acts, and return the tally."""
        # Summed up before they are counted: of many acts few differ in more than the person.
        times: Counter[tuple[int, str, str, str, str]] = Counter()
        persons: dict[Person, None] = {}
        for act in acts:
            times[act.day, act.kind, act.card_id, act.channel, act.store] += act.times
            if act.openid:
                persons[act.day, act.kind, act.openid, act.card_id] = None
        for place, count in times.items():
            self._count(*place, count)
        for person in persons:
            if person not in self._known:
                self._meet(person)
        return self

    def _of(self, card_id: str) -> tuple[str, str, str]:
        """Return the cards whose figures a card is in."""
        return card_id, self._made_by[card_id], EVERY

    def _count(self, day: int, kind: str, card_id: str, channel: str, store: str, times: int) -> None:
        names = [(what, name) for what, name in ((CHANNEL, channel), (STORE, store)) if name]
        told_apart = [one for one in names if self._is_told_apart(day, *one)]
        for cards in self._of(card_id):
            self.figures[day, cards][f"{kind}_cnt"] += times
            for what, name in told_apart:
                self.named[day, cards, what, name][f"{kind}_cnt"] += times

    def _meet(self, person: Person) -> None:
        self.persons.add(person)
        day, kind, openid, card_id = person
        for cards in self._of(card_id):
            if (day, kind, openid, cards) not in self._seen:
                self._seen.add((day, kind, openid, cards))
                self.figures[day, cards][f"{kind}_user"] += 1

    def _is_told_apart(self, day: int, what: str, name: str) -> bool:
        if (day, what, name) in self._named:
            return True
        if self._names[day, what] >= MOST_NAMES:
            return False
        self._named.add((day, what, name))
        self._names[day, what] += 1
        return True
