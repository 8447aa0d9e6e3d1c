"""What may be done with an issued code: every state with every call."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.actions.consume_code import Batch, Consume, ConsumedRow, Wallets
from kaquan.actions.record import Record
from kaquan.errors import Refusal
from kaquan.rules import code as rule
from kaquan.rules.code import GIFT_SECONDS, Code, consume_refusal, pick, refusal, state

BEGIN, END, NOW = 1_400_000_000, 1_600_000_000, 1_500_000_000
CARD, OTHER_CARD = "p" + "A" * 27, "p" + "B" * 27
ANN = "o" + "A" * 27

# state -> what the code looks like in it: status, time of the call
STATES = {
    "NORMAL": ("NORMAL", NOW),
    "GIFT_TIMEOUT": ("GIFT_TIMEOUT", NOW),
    "NOT_BEGUN": ("NORMAL", BEGIN - 1),
    "EXPIRE": ("NORMAL", END + 1),
    "CONSUMED": ("CONSUMED", NOW),
    "GIFTING": ("GIFTING", NOW),
    "GIFT_OVER": ("GIFTING", NOW + GIFT_SECONDS),
    "GIFT_SUCC": ("GIFT_SUCC", NOW),
    "DELETE": ("DELETE", NOW),
    "UNAVAILABLE": ("UNAVAILABLE", NOW),
}
# What is computed goes under its own name, however it is stored.
NAMED = {"GIFT_OVER": "GIFT_TIMEOUT"}
CALLS = ("get", "get_unchecked", "consume", "unavailable", "update", "delete", "ticket", "give")
FINE = ""
SPENT = "40099 consumed"
VOID = "40127 unavailable"
# state -> the answer to each of the calls, in their order
TABLE = {
    "NORMAL": (FINE,) * 8,
    "GIFT_TIMEOUT": (FINE,) * 8,
    "GIFT_OVER": (FINE,) * 8,
    "NOT_BEGUN": (FINE, FINE, "40079 not_begun", FINE, FINE, FINE, FINE, FINE),
    "EXPIRE": ("40127 expired", FINE, "40079 expired", FINE, FINE, FINE, "40127 expired", "40127 expired"),
    "CONSUMED": (SPENT, FINE, SPENT, SPENT, "40127 consumed", FINE, "40127 consumed", SPENT),
    "GIFTING": ("40127 gifting", FINE, *("40127 gifting",) * 6),
    "GIFT_SUCC": ("40056 given_away",) * 8,
    "DELETE": ("40127 deleted", FINE, *("40127 deleted",) * 6),
    "UNAVAILABLE": (VOID, FINE, VOID, VOID, VOID, FINE, VOID, VOID),
}
CASES = [(one, call, answer) for one, answers in TABLE.items() for call, answer in zip(CALLS, answers, strict=True)]


def code(status: str = "NORMAL", **changes: Any) -> Code:
    """Return a code in the middle of its validity."""
    facts = {"scope": "", "card_id": CARD, "openid": ANN, "begin_time": BEGIN, "end_time": END, "outer_str": "app"}
    numbers = {"event_time": 1, "status_time": NOW, "card_type": "GROUPON", "use_limit": 50}
    return msgspec.convert({"code": "123456789012", "status": status, **facts, **numbers, **changes}, Code)


def brief(refused: Refusal | None) -> str:
    """Return errcode and cause, nothing for none."""
    return f"{int(refused.errcode)} {refused.cause}" if refused else FINE


def test_the_table_has_every_state_and_every_call() -> None:
    assert set(rule.REFUSED) == set(CALLS)
    assert (
        set(TABLE) - set(NAMED)
        == set(STATES) - set(NAMED)
        >= {name for calls in rule.REFUSED.values() for name in calls}
    )


@pytest.mark.parametrize("name", STATES)
def test_expiry_and_begin_are_computed_from_the_time(name: str) -> None:
    status, now = STATES[name]
    assert state(code(status), now) == NAMED.get(name, name)


@pytest.mark.parametrize(("name", "call", "answer"), CASES)
def test_a_state_answers_a_call(name: str, call: str, answer: str) -> None:
    status, now = STATES[name]
    assert brief(refusal(call, code(status), now)) == answer


def test_a_refusal_tells_the_state_and_its_times() -> None:
    refused = refusal("consume", code("CONSUMED"), NOW)
    assert refused is not None
    assert refused.facts == {
        "code": "123456789012",
        "card_id": CARD,
        "status": "CONSUMED",
        "now": NOW,
        "begin": BEGIN,
        "end": END,
        "changed": NOW,
    }


@pytest.mark.parametrize(
    ("now", "answer"), [(BEGIN - 1, "40079 not_begun"), (BEGIN, FINE), (END, FINE), (END + 1, "40079 expired")]
)
def test_the_first_and_the_last_second_belong_to_the_validity(now: int, answer: str) -> None:
    assert brief(refusal("consume", code(), now)) == answer


@pytest.mark.parametrize("status", ["CONSUMED", "GIFTING", "GIFT_SUCC", "DELETE", "UNAVAILABLE"])
@pytest.mark.parametrize("now", [BEGIN - 1, END + 1])
def test_what_was_done_with_a_code_outweighs_its_time(status: str, now: int) -> None:
    done = code(status, status_time=now)
    assert brief(refusal("consume", done, now)) == brief(refusal("consume", code(status), NOW))


@pytest.mark.parametrize(
    ("after", "end", "standing"),
    [
        (0, END, "GIFTING"),
        (GIFT_SECONDS - 1, END, "GIFTING"),
        (GIFT_SECONDS, END, "GIFT_TIMEOUT"),
        (GIFT_SECONDS - 1, NOW, "GIFTING"),
        (GIFT_SECONDS, NOW, "EXPIRE"),
    ],
)
def test_a_gift_is_over_after_a_day_and_the_code_is_the_givers_again(after: int, end: int, standing: str) -> None:
    assert state(code("GIFTING", end_time=end), NOW + after) == standing


@pytest.mark.parametrize(
    ("changes", "consumed", "answer"),
    [
        ({}, 49, FINE),
        ({}, 50, "72020 use_limit"),
        ({"use_limit": 1}, 0, FINE),
        ({"use_limit": 1}, 1, "72020 use_limit"),
        ({"status": "CONSUMED", "use_limit": 1}, 1, "40099 consumed"),
        ({"card_type": "MEMBER_CARD"}, 0, "40071 member_card_consumed"),
        ({"card_type": "MEMBER_CARD", "status": "CONSUMED"}, 0, "40071 member_card_consumed"),
    ],
)
def test_consuming_minds_the_kind_of_card_and_its_use_limit(
    changes: dict[str, Any], consumed: int, answer: str
) -> None:
    assert brief(consume_refusal(code(**changes), consumed, NOW)) == answer


PLATFORM = code()
CUSTOM = code(scope=CARD)
CUSTOM_ELSEWHERE = code(scope=OTHER_CARD, card_id=OTHER_CARD)


@pytest.mark.parametrize(
    ("held", "card_id", "meant"),
    [
        ([PLATFORM], None, PLATFORM),
        ([PLATFORM], CARD, PLATFORM),
        ([PLATFORM], OTHER_CARD, "40056 wrong_card"),
        ([CUSTOM], CARD, CUSTOM),
        ([CUSTOM], None, "41012 custom_code"),
        ([CUSTOM], OTHER_CARD, "40056 wrong_card"),
        ([CUSTOM, CUSTOM_ELSEWHERE], CARD, CUSTOM),
        ([CUSTOM, CUSTOM_ELSEWHERE], OTHER_CARD, CUSTOM_ELSEWHERE),
        ([CUSTOM, CUSTOM_ELSEWHERE], None, "41012 custom_code"),
        ([PLATFORM, CUSTOM_ELSEWHERE], None, PLATFORM),
        ([PLATFORM, CUSTOM_ELSEWHERE], OTHER_CARD, CUSTOM_ELSEWHERE),
        ([], None, "40056 unknown"),
        ([], CARD, "40056 unknown"),
    ],
)
def test_a_custom_code_is_told_by_its_card_and_a_platform_one_by_itself(
    held: list[Code], card_id: str | None, meant: Code | str
) -> None:
    found = pick(held, "123456789012", card_id)
    assert (brief(found) if isinstance(found, Refusal) else found) == meant


CONSUMABLE = {"NORMAL", "GIFT_TIMEOUT", "GIFT_OVER", "NOT_BEGUN", "EXPIRE"}
"""What may be consumed at some time of the commands."""
Commands = st.lists(
    st.builds(
        Consume, st.sampled_from(["1", "2", "3"]), st.integers(BEGIN - 5, END + 5), st.sampled_from([None, CARD])
    ),
    max_size=12,
)
Statuses = st.lists(st.sampled_from(sorted(STATES)), min_size=3, max_size=3)


def play(commands: list[Consume], names: list[str], use_limit: int) -> tuple[list[Any], list[ConsumedRow], Record]:
    """Consume codes 1, 2 and 3 of one person; what is over was given away, and all times lie behind it."""
    batch = Batch("wx", commands, iter(range(100)).__next__)
    for text, name in zip(("1", "2", "3"), names, strict=True):
        # A gift of long ago is over, one of the end of all commands is not.
        began = BEGIN - GIFT_SECONDS - 9 if name == "GIFT_OVER" else END + 9
        batch.codes[text] = [code(STATES[name][0], code=text, use_limit=use_limit, status_time=began)]
    batch.load_gifts([gift_row(text) for text, name in zip(("1", "2", "3"), names, strict=True) if name == "GIFT_OVER"])
    batch.wallets = Wallets([(ANN, CARD, 3, names.count("CONSUMED"), NOW)])
    return [batch.consume(one) for one in commands], batch.changes, batch.record


def gift_row(text: str) -> tuple[Any, ...]:
    """Return the row of a gift of one of the codes, as the hot statement reads it."""
    return (f"g{text}", CARD, text, "", ANN, "", True, "", "open", "", "", BEGIN, BEGIN + GIFT_SECONDS, 0)


@given(Commands, Statuses, st.integers(1, 4))
def test_a_code_is_consumed_at_most_once_whatever_the_order(
    commands: list[Consume], names: list[str], use_limit: int
) -> None:
    outcomes, changes, record = play(commands, names, use_limit)
    spent = [one.code for one in outcomes if isinstance(one, Code)]
    usable = {text for text, name in zip(("1", "2", "3"), names, strict=True) if name in CONSUMABLE}
    assert len(spent) == len(set(spent))
    assert set(spent) <= usable
    assert spent == [one.code for one in changes]
    assert spent == [line.code for line in record.lines if line.kind == "consume"]
    assert len(spent) <= max(0, use_limit - names.count("CONSUMED"))


@given(Commands, Statuses)
def test_a_gift_that_is_over_comes_back_before_its_code_is_consumed(commands: list[Consume], names: list[str]) -> None:
    _, changes, record = play(commands, names, 50)
    over = {text for text, name in zip(("1", "2", "3"), names, strict=True) if name == "GIFT_OVER"}
    told: dict[str, list[str]] = {}
    for line in record.lines:
        told.setdefault(line.code, []).append(line.kind)
    assert told == {one.code: ["gift_return", "consume"] if one.code in over else ["consume"] for one in changes}


@given(Commands, Statuses)
def test_each_event_of_a_person_has_a_second_of_its_own(commands: list[Consume], names: list[str]) -> None:
    _, changes, record = play(commands, names, 50)
    times = [line.create_time for line in record.lines]
    assert times == sorted(set(times))
    assert [line.create_time for line in record.lines if line.kind == "consume"] == [one.event_time for one in changes]
    assert all(time > NOW for time in times)
