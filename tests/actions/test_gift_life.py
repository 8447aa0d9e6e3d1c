"""Whatever people do with gifts, each code has one holder, each gift one end, and the merchant can follow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from card_bodies import NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from kaquan.actions.consume_code import Consume
from kaquan.actions.list_wallet import list_wallet
from kaquan.rules.code import GIFT_SECONDS
from kaquan.store import tables
from support.database import Databases
from support.gifts import ANN, BOB, CAT, Gifts
from support.run import run
from support.shop import APPID, CARD, shop, wish

PEOPLE = (ANN, BOB, CAT)
HOUR = 3600
FOREVER = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": 1_400_000_000, "end_timestamp": 2_147_400_000}
CODES = 2


@dataclass
class Given:
    """A gift as it should be."""

    code: int
    giver: str
    to: str
    at: int
    end: str = "open"

    def is_open(self, now: int) -> bool:
        """Tell whether it can be accepted."""
        return self.end == "open" and now < self.at + GIFT_SECONDS


@dataclass
class World:
    """What should be: the codes by their number, and the gifts in their order."""

    texts: list[str]
    now: int = NOW
    holders: list[str] = field(default_factory=lambda: [ANN] * CODES)
    spent: set[int] = field(default_factory=set)
    gifts: list[Given] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def held(self, code: int) -> bool:
        """Tell whether a code is in a gift that can be accepted."""
        return any(one.code == code and one.is_open(self.now) for one in self.gifts)

    def settle(self) -> None:
        """Let what is over have come back."""
        for one in self.gifts:
            if one.end == "open" and not one.is_open(self.now):
                one.end = "over"


def good(outcome: Any) -> bool:
    """Tell an answer from a refusal."""
    return not isinstance(outcome, tuple)


async def give(gifts: Gifts, world: World, who: int, code: int, to: int) -> None:
    person, friend = PEOPLE[who], ("", *PEOPLE)[to]
    may = world.holders[code] == person != friend and code not in world.spent and not world.held(code)
    name = await gifts.give(person, world.texts[code], world.now, friend)
    assert good(name) == may, name
    if may:
        world.settle()
        world.gifts.append(Given(code, person, friend, world.now))
        world.names.append(name)


async def accept(gifts: Gifts, world: World, who: int, number: int, _: int) -> None:
    if not world.gifts:
        return
    number %= len(world.gifts)
    gift, person = world.gifts[number], PEOPLE[who]
    may = gift.is_open(world.now) and person != gift.giver and gift.to in {"", person}
    code = await gifts.accept(person, world.names[number], world.now)
    assert good(code) == may, code
    if may:
        gift.end, world.holders[gift.code], world.texts[gift.code] = "accepted", person, code


async def take_back(gifts: Gifts, world: World, who: int, number: int, _: int) -> None:
    if not world.gifts:
        return
    number %= len(world.gifts)
    gift, person = world.gifts[number], PEOPLE[who]
    may = person == gift.giver and gift.end != "accepted"
    outcome = await gifts.take_back(person, world.names[number], world.now)
    assert good(outcome) == may, outcome
    if may and gift.end == "open":
        gift.end = "back" if gift.is_open(world.now) else "over"


async def consume(gifts: Gifts, world: World, _: int, code: int, __: int) -> None:
    may = code not in world.spent and not world.held(code)
    (outcome,) = await gifts.shop.consume(Consume(world.texts[code], world.now, CARD))
    assert good(outcome) == may, outcome
    if may:
        world.settle()
        world.spent.add(code)


async def wait(gifts: Gifts, world: World, who: int, _: int, __: int) -> None:
    world.now += (1, 23 * HOUR, GIFT_SECONDS)[who]


async def sweep(gifts: Gifts, world: World, _: int, __: int, ___: int) -> None:
    assert good(await gifts.sweep(world.now))
    world.settle()


ACTS = (give, give, accept, accept, take_back, consume, wait, sweep)
Steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 2), st.integers(0, CODES - 1), st.integers(0, 3)), max_size=25
)


async def check(gifts: Gifts, world: World) -> None:
    """Compare what people hold with what should be."""
    for openid in PEOPLE:
        held = await gifts.shop.store.read(lambda tx, one=openid: list_wallet(tx, APPID, one, None))
        ours = {text for n, text in enumerate(world.texts) if world.holders[n] == openid and n not in world.spent}
        assert {code for code, _ in held} == ours


async def check_told(gifts: Gifts, world: World) -> None:
    """Compare what the merchant was told with what happened."""
    await sweep(gifts, world, 0, 0, 0)
    told = gifts.told()
    times = [(openid, at) for _, openid, at, _ in told]
    assert len(times) == len(set(times))
    names = Counter((event, said.split()[1]) for event, _, _, said in told if event != "user_consume_card")
    ends = Counter(one.end for one in world.gifts)
    assert names["user_gifting_card", "0"] == len(world.gifts)
    assert names["user_gifting_card", "1"] == ends["back"] + ends["over"]
    assert names["user_get_card", "1"] == ends["accepted"]
    stored = Counter(status for (status,) in gifts.shop.rows(tables.gift, "status"))
    kinds = {"accepted": "accepted", "back": "taken_back", "over": "timed_out", "open": "open"}
    assert stored == Counter({kinds[end]: count for end, count in ends.items()})


def life(databases: Databases, steps: list[Any], **base: Any) -> None:
    """Play steps in a shop of its own, and compare after each."""

    async def played() -> None:
        async with shop(databases.create(), date_info=FOREVER, **base) as opened:
            own = [f"A-{number}" for number in range(CODES)] if base else [""] * CODES
            claims = [wish(ANN) for _ in own]
            for one, code in zip(claims, own, strict=True):
                one.code = code
            world, gifts = World(await opened.claim(*claims)), Gifts(opened)
            for act, *numbers in steps:
                await act(gifts, world, *numbers)
                await check(gifts, world)
            await check_told(gifts, world)

    run(played())


@settings(max_examples=40)
@given(steps=Steps)
def test_codes_of_the_platform(tmp_path_factory: Any, steps: list[Any]) -> None:
    life(sqlite(tmp_path_factory), steps)


@settings(max_examples=40)
@given(steps=Steps)
def test_codes_of_a_merchant(tmp_path_factory: Any, steps: list[Any]) -> None:
    life(sqlite(tmp_path_factory), steps, use_custom_code=True)


MADE: dict[str, Databases] = {}


def sqlite(tmp_path_factory: Any) -> Databases:
    """Return what makes databases on SQLite; the rules do not depend on the kind."""
    if "sqlite" not in MADE:
        folder: Path = tmp_path_factory.mktemp("gift-life")
        MADE["sqlite"] = Databases(folder)
    return MADE["sqlite"]
