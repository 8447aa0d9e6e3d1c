"""Which refusals a call can give, and which of them wins: an order is a list of steps, the first that refuses answers.

A step is written as one text: ``"40099 consumed | 40079 expired not_begun"`` is one place in the order with two
errcodes, of which a request gives at most one at a time, and the causes each has there. An errcode may stand in
several steps, with other causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kaquan.errors import Errcode

Given = tuple[int, str]
"""An errcode with one cause."""


@dataclass(frozen=True, slots=True)
class Step:
    """One place in an order.

    Args:
        refusals: each errcode that is given there, with its causes.
    """

    refusals: tuple[tuple[Errcode, tuple[str, ...]], ...]

    @property
    def given(self) -> Iterator[Given]:
        """Return every errcode of the step with each of its causes."""
        return ((int(errcode), cause) for errcode, causes in self.refusals for cause in causes)

    def __str__(self) -> str:
        return " | ".join(f"{errcode:d} {' '.join(causes)}" for errcode, causes in self.refusals)


def step(text: str) -> Step:
    """Return the step that a text stands for; an errcode that it names twice has the causes of both.

    Raises:
        ValueError: it is none, or names an errcode that this platform does not give.
    """
    found: dict[Errcode, dict[str, None]] = {}
    for part in text.split("|"):
        number, *causes = part.split() or [""]
        if not causes:
            raise ValueError(f"no cause in {part!r}")
        found.setdefault(Errcode(int(number)), {}).update(dict.fromkeys(causes))
    return Step(tuple((errcode, tuple(causes)) for errcode, causes in found.items()))


def steps(texts: Iterable[str]) -> tuple[Step, ...]:
    """Return the steps that these texts stand for."""
    return tuple(map(step, texts))
