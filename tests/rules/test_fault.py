"""The rehearsal of faults: what may be planned, and which calls are struck."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Errcode, Refusal
from kaquan.errors.explain import explain
from kaquan.rules.fault import Fault, chosen, rehearsed

COUNTS = st.integers(1, 1000)


def fault(**changed: Any) -> Fault:
    return Fault(**{"id": 7, "path": "/card/get", "kind": "errcode", "value": 40099, "nth": 1, "times": 1,
                    "after_call": False, **changed})  # fmt: skip


@given(COUNTS, COUNTS, COUNTS)
def test_as_many_calls_as_asked_for_are_struck_from_the_nth_on(nth: int, times: int, calls: int) -> None:
    one = fault(nth=nth, times=times)
    struck = [number for number in range(1, calls + 1) if one.strikes(number)]
    assert struck == list(range(nth, min(nth + times, calls + 1)))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ((-1, None, False), ("errcode", -1)),
        ((45009, None, False), ("errcode", 45009)),
        ((None, 6, False), ("hang", 6)),
        ((None, None, True), ("drop", 0)),
    ],
)
def test_one_kind_of_fault_is_chosen(asked: tuple[Any, Any, bool], found: tuple[str, int]) -> None:
    assert chosen(*asked) == found


@pytest.mark.parametrize(
    ("asked", "got"),
    [((None, None, False), "nothing"), ((-1, 6, False), "errcode, hang"), ((None, 6, True), "hang, drop")],
)
def test_none_or_several_are_refused(asked: tuple[Any, Any, bool], got: str) -> None:
    with pytest.raises(Refusal) as caught:
        chosen(*asked)
    assert (caught.value.errcode, caught.value.cause, caught.value.facts["got"]) == (40097, "fault_kind", got)


@pytest.mark.parametrize(
    ("number", "near"),
    [(40096, "40097"), (4009, "40001"), (10003, "40001"), (0, "-1"), (45010, "45009"), (10**9, "9990001")],
)
def test_an_unknown_errcode_is_refused_with_the_nearest(number: int, near: str) -> None:
    with pytest.raises(Refusal) as caught:
        chosen(number, None, False)
    assert (caught.value.cause, caught.value.facts["did_you_mean"]) == ("fault_errcode", near)


@pytest.mark.parametrize("errcode", list(Errcode))
def test_every_errcode_can_be_rehearsed_and_says_that_it_was(errcode: Errcode) -> None:
    for after, cause in ((False, "rehearsed"), (True, "rehearsed_after")):
        refused = rehearsed(fault(value=int(errcode), after_call=after), "wx1", "/card/get", 3)
        told = explain(refused.errcode, refused.cause, refused.facts)
        assert (refused.errcode, refused.cause) == (errcode, cause)
        assert "rehearsed fault (7): sandbox account wx1 had call 3 of /card/get" in told.en
        assert "预演的故障（编号 7）" in told.zh
        assert "kaquan sandbox faults --clear" in told.fix_en
