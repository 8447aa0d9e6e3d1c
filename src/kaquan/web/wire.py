"""A form of a desk as the call an integrator would make: the same reader, checks, action, refusals and events.

What is made at a desk differs from what a merchant's server makes in :class:`DeskCall` alone: no token, no quota, and a
line in the audit log.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from kaquan.actions.keep_audit import Entry, note
from kaquan.api.call import Call
from kaquan.api.dispatch import carry_out, check_right, report_undeclared
from kaquan.api.encode import Raw, encode
from kaquan.api.failed import keep_failure
from kaquan.api.route import ROUTES
from kaquan.errors import Refusal
from kaquan.rules.statistics import CONSOLE
from kaquan.store.tx import Tx
from kaquan.web.desk import Desk, Said

T = TypeVar("T")
A = TypeVar("A")


class Request(msgspec.Struct, frozen=True):
    """A call as an integrator would send it."""

    path: str
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """Return the body as JSON text to read."""
        return json.dumps(self.body, ensure_ascii=False, indent=2)

    def curl(self, base_url: str) -> str:
        """Return the command that sends it; the token is left to be filled in."""
        quoted = json.dumps(self.body, ensure_ascii=False).replace("'", "'\\''")
        return f"curl '{base_url}{self.path}?access_token=ACCESS_TOKEN' \\\n  --data-binary '{quoted}'"


class Outcome(msgspec.Struct, frozen=True):
    """What became of a call: its answer, or the refusal with the words for it."""

    answer: dict[str, Any]
    refused: Refusal | None = None
    said: Said | None = None


class DeskCall(Call):
    """A call that somebody at a desk makes by a form.

    Args:
        visit: of whom.
        request: what is called.
        entry: the line of the audit log, kept with the change; without a target it gets the card_id of the answer.
        key: an Idempotency-Key, so that a form that is sent twice changes once; empty for none.
    """

    __slots__ = ("_entry",)
    MADE_BY = CONSOLE

    def __init__(self, visit: Desk, request: Request, entry: Entry, key: str = "") -> None:
        kept = [pair for pair in visit.call.scope["headers"] if pair[0] == b"x-forwarded-for"]
        keyed = [(b"idempotency-key", key.encode())] if key else []
        facts = {"method": "POST", "path": request.path, "query_string": b"", "headers": [*kept, *keyed]}
        super().__init__(visit.platform, {**visit.call.scope, **facts})
        self.app = visit.app
        self.body = msgspec.json.encode(request.body)
        self._entry = entry

    def _kept(self, tx: Tx, action: Callable[[Tx], T], answer: Callable[[T], A]) -> A:
        answered = super()._kept(tx, action, answer)
        target = self._entry.target or (answered.get("card_id", "") if isinstance(answered, dict) else "")
        note(tx, self.appid, msgspec.structs.replace(self._entry, target=target))
        return answered


async def perform(visit: Desk, request: Request, name: str, target: str = "", key: str = "", **facts: Any) -> Outcome:
    """Make a call for somebody at a desk, with its line in the audit log in the same transaction.

    Args:
        visit: of whom.
        request: what is called.
        name, target, facts: of the audit log's line, as in :meth:`Desk.change`.
        key: see :class:`DeskCall`.
    """
    started = time.perf_counter()
    call = DeskCall(visit, request, visit.entry(name, target, **facts), key)
    endpoint = ROUTES[request.path]
    try:
        check_right(visit.app, endpoint.needs)
        answer = await carry_out(endpoint, call)
    except Refusal as refused:
        report_undeclared(request.path, refused)
        return Outcome({}, refused, visit.said(refused, keep_failure(call, refused, started)[0]))
    text = answer.body if isinstance(answer, Raw) else encode(answer)
    return Outcome(msgspec.json.decode(text))


def stopped(visit: Desk, path: str) -> Said | None:
    """Return why this account may not make a call at all, in words, None when it may; nothing is kept."""
    try:
        check_right(visit.app, ROUTES[path].needs)
    except Refusal as refused:
        return visit.said(refused, "")
    return None


def form_key(typed: str) -> str:
    """Return the Idempotency-Key that a form carried, empty for none that could be one of ours."""
    return typed if len(typed) == KEY_LENGTH and typed.isalnum() and typed.isascii() else ""


KEY_LENGTH = 32
