"""The signature laboratory: whether a signature holds, and which mistake made one that does not.

Three functions make a :class:`Question`, :func:`examine` answers it with a :class:`Verdict` (spec:
auth_and_signatures.md 6 to 8, qa_cases.md E8 and E14).
"""

from __future__ import annotations

from kaquan.rules.lab.draft import Finding
from kaquan.rules.lab.mistakes import MISTAKES
from kaquan.rules.lab.question import Question, Ticket, about_card_ext, about_card_sign, about_config
from kaquan.rules.lab.search import Verdict, examine, mask_ticket

__all__ = [
    "MISTAKES",
    "Finding",
    "Question",
    "Ticket",
    "Verdict",
    "about_card_ext",
    "about_card_sign",
    "about_config",
    "examine",
    "mask_ticket",
]
