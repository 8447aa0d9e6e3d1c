"""Tries that fill again evenly: as many at once as the limit says, no more over time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kaquan.rules.throttle import CLAIM_ADDRESS, Bucket, Buckets, Limit, draw

LIMIT = Limit(3, 60)


def test_a_sale_may_begin_for_two_hundred_people_behind_one_address() -> None:
    buckets = Buckets(CLAIM_ADDRESS)
    assert all(buckets.draw("10.0.0.1", 0.0) for _ in range(200))


def test_tries_come_back_one_by_one() -> None:
    buckets = Buckets(LIMIT)
    assert [buckets.draw("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert [buckets.draw("a", at) for at in (19.0, 20.1, 20.2)] == [False, True, False]
    assert buckets.draw("b", 20.2)


@given(st.lists(st.floats(0, 5), max_size=200))
def test_no_window_has_more_tries_than_the_limit_twice(pauses: list[float]) -> None:
    bucket, at, taken = Bucket(LIMIT.count, 0.0), 0.0, []
    for pause in pauses:
        at += pause
        if draw(bucket, LIMIT, at):
            taken.append(at)
    for start in taken:
        assert sum(start <= one < start + LIMIT.seconds for one in taken) <= 2 * LIMIT.count


def test_names_that_come_no_more_are_forgotten() -> None:
    buckets = Buckets(LIMIT, most=10)
    for number in range(50):
        assert buckets.draw(f"n{number}", float(number))
        assert len(buckets._buckets) <= 10
