"""What waits for an operator: a module with a queue says how long it is, and the first page shows it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kaquan.store.tx import Tx

Count = Callable[[Tx], int]


class Counter(msgspec.Struct, frozen=True):
    """How many things wait on a page.

    Args:
        page: below ``/operator/``.
        label: what is counted, in Chinese.
        count: a reading action.
    """

    page: str
    label: str
    count: Count


COUNTERS: list[Counter] = []


def waits(page: str, label: str) -> Callable[[Count], Count]:
    """Register what counts the things that wait on a page."""

    def register(count: Count) -> Count:
        COUNTERS.append(Counter(page, label, count))
        return count

    return register
