"""The rehearsal of faults: which call of a sandbox app goes wrong, and how. An extension of ours."""

from __future__ import annotations

from typing import Literal

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.errors.change import Change

Kind = Literal["errcode", "hang", "drop"]
KINDS = ("errcode", "hang", "drop")
MOST_FAULTS = 100
# Numbers that visitors of pages are shown; no call is answered with one.
OF_PAGES = range(10_000, 11_000)
MOST_CALLS = 1_000_000
MOST_SECONDS = 60


class Fault(msgspec.Struct, frozen=True):
    """One planned fault.

    Args:
        id: its id.
        path: of the calls it counts.
        kind: ``errcode`` refuses with it, ``hang`` waits before the answer, ``drop`` closes the connection.
        value: the errcode, or the seconds to wait; 0 for ``drop``.
        nth: the first call it strikes, counted from 1.
        times: how many calls it strikes in a row.
        after_call: the call is carried out first, and its answer is lost or late.
    """

    id: int
    path: str
    kind: Kind
    value: int
    nth: int
    times: int
    after_call: bool

    def strikes(self, number: int) -> bool:
        """Tell whether the call of this number goes wrong."""
        return self.nth <= number < self.nth + self.times


def chosen(errcode: int | None, hang: int | None, drop: bool) -> tuple[Kind, int]:
    """Return what is to happen, and its value.

    Raises:
        Refusal: 40097, nothing or more than one of them was asked for, or there is no such errcode.
    """
    asked: list[tuple[Kind, int]] = []
    if errcode is not None:
        asked.append(("errcode", known_errcode(errcode)))
    if hang is not None:
        asked.append(("hang", hang))
    if drop:
        asked.append(("drop", 0))
    if len(asked) != 1:
        given = ", ".join(kind for kind, _ in asked) or "nothing"
        raise Errcode.INVALID_ARGS("fault_kind", expected=f"one of {', '.join(KINDS)}", got=given)
    return asked[0]


def known_errcode(number: int) -> int:
    """Return an errcode that calls of this platform are given.

    Raises:
        Refusal: 40097 with the nearest one.
    """
    known = [int(one) for one in Errcode if one not in OF_PAGES]
    if number in known:
        return number
    digits = len(str(number))
    near = min(known, key=lambda one: (abs(len(str(one)) - digits), abs(one - number)))
    facts = {
        "path": "errcode",
        "got": f"integer {number}",
        "did_you_mean": str(near),
        "repair": Change("set", near).text("errcode"),
    }
    raise Errcode.INVALID_ARGS("fault_errcode", **facts)


def rehearsed(fault: Fault, appid: str, path: str, number: int) -> Refusal:
    """Return the refusal that was planned; its cause says so, whatever the errcode."""
    facts = {"appid": appid, "interface": path, "number": number, "fault_id": str(fault.id)}
    return Errcode(fault.value)("rehearsed_after" if fault.after_call else "rehearsed", **facts)
