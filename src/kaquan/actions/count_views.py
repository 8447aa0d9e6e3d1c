"""Views of cards: counted in memory, and written some at a time.

A page that is opened writes nothing by itself. What a process has counted and not written is lost when it is killed;
a process that is told to stop writes it first.
"""

from __future__ import annotations

from collections import defaultdict

from kaquan.actions.count_acts import count_acts, lock_fold
from kaquan.rules.statistics import VIEW, Act, day_of
from kaquan.store.tx import Tx

# Persons with cards that are remembered until the next writing; beyond them views are lost, and it is logged how many.
MOST = 50_000


class Views:
    """What a process has counted and not written yet.

    Args:
        most: how many persons with cards it remembers.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._times: dict[tuple[str, int, str, str], int] = {}
        self.lost = 0

    def add(self, appid: str, card_id: str, openid: str, now: int) -> None:
        """Count that somebody was shown a card.

        Args:
            openid: empty for a visitor whom the account does not know: a view without a person.
            now: the app's time, UTC seconds.
        """
        key = (appid, day_of(now), card_id, openid)
        if key in self._times or len(self._times) < self._most:
            self._times[key] = self._times.get(key, 0) + 1
        else:
            self.lost += 1

    def take(self) -> dict[str, list[Act]]:
        """Return what was counted, per app, and begin anew."""
        taken, self._times, self.lost = self._times, {}, 0
        acts = defaultdict(list)
        for (appid, day, card_id, openid), times in taken.items():
            acts[appid].append(Act(day, VIEW, openid, card_id, times=times))
        return acts


def save_views(tx: Tx, appid: str, acts: list[Act]) -> None:
    """Add views to an account's figures."""
    lock_fold(tx, appid)
    count_acts(tx, appid, acts)
