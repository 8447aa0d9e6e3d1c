"""Whatever claims come together: nothing is oversold, no limit passed, nothing served twice; without a database."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kaquan.actions.claim_card import Claimed, CodeRow, StockRow, UsedQr, UsedSignature, claim_cards
from kaquan.actions.record import JournalLine
from kaquan.rules.claim import Claim
from kaquan.rules.signature import card_ext_signature
from kaquan.store import statements as sql
from kaquan.store.hot import Flow, Plan, Query, Statement

NOW = 1_500_000_000
PLAIN, CUSTOM, CLOSED = "pPlain", "pCustom", "pClosed"
PEOPLE = ["ann", "bob", "cat"]
TICKET = "t" * 86
ONCE = "once"
Rows = dict[Statement, list[Any]]


def card(card_id: str, status: str, custom: bool, get_limit: int) -> tuple[Any, ...]:
    """Return the row of a card."""
    return card_id, "GROUPON", status, custom, False, False, get_limit, 50, "DATE_TYPE_PERMANENT", 0, 0, 0, 0


def world(quantity: int, get_limit: int, held: int, taken: str) -> Rows:
    """Return what the database answers."""
    approved, waiting = "CARD_STATUS_VERIFY_OK", "CARD_STATUS_NOT_VERIFY"
    return {
        sql.LOCK_STOCK: [(PLAIN, quantity, 500, 0, 0), (CUSTOM, quantity, 500, 0, 0), (CLOSED, 9, 9, 0, 0)],
        sql.LOCK_QR: [(ONCE, PLAIN, "", "", True, "wall", 7, NOW + 60, "")],
        sql.HAS_CALLBACK: [(1,)],
        sql.CARDS: [
            card(PLAIN, approved, False, get_limit),
            card(CUSTOM, approved, True, get_limit),
            card(CLOSED, waiting, False, get_limit),
        ],
        sql.HELD: [("ann", PLAIN, held, NOW + 3)],
        sql.TAKEN: [(taken, CUSTOM)],
        sql.USED_SIGNATURES: [],
        sql.WHITELIST: [("cat",)],
        sql.SYSTEM_EVENT_TIME: [(NOW,)],
    }


def play(flow: Flow[Any], rows: Rows) -> Plan[Any]:
    """Answer a flow's queries until it ends."""
    answers: list[list[Any]] | None = None
    while True:
        try:
            group: list[Query] = flow.send(answers) if answers is not None else next(flow)
        except StopIteration as ended:
            plan: Plan[Any] = ended.value
            return plan
        answers = [rows[query.statement] for query in group]


def signed(nonce: str) -> dict[str, str]:
    """Return a card_ext of the plain card."""
    ext = {"timestamp": "1", "nonce_str": nonce}
    return {**ext, "signature": card_ext_signature(TICKET, PLAIN, ext)}


People = st.sampled_from(PEOPLE)
Ways = st.one_of(
    st.builds(lambda who: Claim(PLAIN, who, NOW), People),
    st.builds(lambda who: Claim(CLOSED, who, NOW), People),
    st.builds(lambda who: Claim(PLAIN, who, NOW, scan_id=ONCE), People),
    st.builds(lambda who, code: Claim(CUSTOM, who, NOW, code=code), People, st.sampled_from(["A", "B", "C"])),
    st.builds(
        lambda who, nonce: Claim(PLAIN, who, NOW, card_ext=signed(nonce), tickets=(TICKET,)),
        People,
        st.sampled_from(["n", "m"]),
    ),
)
Small = st.integers(0, 4)


def written(plan: Plan[Any], kind: type[Any]) -> list[Any]:
    """Return the rows of a kind that a plan writes."""
    return [row for query in plan.writes for row in query.rows or [] if isinstance(row, kind)]


def claimed(claims: list[Claim], *facts: Any) -> tuple[Plan[Any], list[tuple[Claim, Claimed]]]:
    """Return the plan of claims that come together, and the claims that were made with their codes."""
    # Codes come twice, as random ones now and then do.
    codes: Callable[[], str] = (f"{number // 2:012d}" for number in itertools.count()).__next__
    together = [msgspec.structs.replace(one) for one in claims]
    flow = claim_cards("wx1", together, codes, itertools.count(1).__next__, lambda: 0)
    plan = play(flow, world(*facts))
    pairs = zip(claims, plan.outcomes, strict=True)
    return plan, [(claim, made) for claim, made in pairs if isinstance(made, Claimed)]


@given(st.lists(Ways, min_size=1, max_size=30), Small, Small, Small, st.sampled_from(["A", "X"]))
def test_stock_limits_codes_tickets_and_signatures_hold_for_any_claims_together(
    claims: list[Claim], quantity: int, get_limit: int, held: int, taken: str
) -> None:
    _, made = claimed(claims, quantity, get_limit, held, taken)
    per_card = Counter(claim.card_id for claim, _ in made)
    per_person = Counter((claim.openid, claim.card_id) for claim, _ in made)
    assert max(per_card[PLAIN], per_card[CUSTOM]) <= quantity
    assert all(count + (held if who == ("ann", PLAIN) else 0) <= get_limit for who, count in per_person.items())
    assert {claim.openid for claim, _ in made if claim.card_id == CLOSED} <= {"cat"}
    codes = [(one.code, claim.card_id == CUSTOM) for claim, one in made]
    assert len(codes) == len(set(codes))
    assert (taken, True) not in codes
    assert sum(claim.scan_id == ONCE for claim, _ in made) <= 1
    assert max(Counter(str(claim.card_ext) for claim, _ in made if claim.card_ext).values(), default=0) <= 1


@given(st.lists(Ways, min_size=1, max_size=30), Small)
def test_what_is_written_is_what_was_answered(claims: list[Claim], quantity: int) -> None:
    plan, made = claimed(claims, quantity, 3, 0, "X")
    assert [(row.card_id, row.openid, row.code) for row in written(plan, CodeRow)] == [
        (claim.card_id, claim.openid, one.code) for claim, one in made
    ]
    stocks = {row.card_id: row.taken for row in written(plan, StockRow) if row.taken}
    assert stocks == Counter(claim.card_id for claim, _ in made)
    assert len(written(plan, UsedQr)) == sum(claim.scan_id == ONCE for claim, _ in made)
    assert len(written(plan, UsedSignature)) == sum(claim.card_ext is not None for claim, _ in made)
    told = [line for line in written(plan, JournalLine) if line.event == "user_get_card"]
    assert [(line.openid, line.code) for line in told] == [(claim.openid, one.code) for claim, one in made]
    times = [(line.openid, line.create_time) for line in told]
    assert len(times) == len(set(times))
    assert all(time > NOW + 3 for openid, time in times if openid == "ann")


@given(st.lists(Ways, min_size=1, max_size=30), Small)
def test_later_claims_do_not_change_what_earlier_ones_get(claims: list[Claim], quantity: int) -> None:
    _, together = claimed(claims, quantity, 3, 0, "X")
    first = len(claims) // 2
    _, before = claimed(claims[:first], quantity, 3, 0, "X") if first else (None, [])
    assert [claim for claim, _ in together][: len(before)] == [claim for claim, _ in before]
