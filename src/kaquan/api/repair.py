"""The smallest changed request that would pass: a refused body mended change by change, and checked anew each time.

Only what the request says by itself is checked; what depends on the state of cards, codes and stock is found out by
sending it. What only a person can know is left as a placeholder.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from kaquan.actions.keep_call import BODY_BYTES, FailedCall
from kaquan.api.decode import Profile, load
from kaquan.api.mask import SECRETS
from kaquan.api.route import ROUTES, Endpoint
from kaquan.errors import Refusal
from kaquan.errors.change import Change, apply, at, parse, places
from kaquan.errors.explain import Diagnosis, explain
from kaquan.rules.text import HIDDEN
from kaquan.store.apps import App

State = Literal["whole", "incomplete", "part", "none"]
MOST_CHANGES = 200
TEXTS: dict[str, tuple[str, str]] = {
    "whole": (
        "修复后的请求体能通过对请求本身的全部检查。",
        "The repaired body passes every check that is made of a request by itself.",
    ),
    "incomplete": (
        "尖括号里的值只有您知道，填好之后再发送。",
        "Fill in what stands in angle brackets before you send it: only you can know it.",
    ),
    "part": ("能修复的都已修复，还剩下面这些问题。", "What could be repaired is repaired; what is left stands below."),
    "right": (
        "请求体本身没有问题，失败的原因不在请求体里。",
        "The body itself is right: what refused the call does not lie in it.",
    ),
    "unknown": ("请求体的问题没有已知的修复方法。", "No repair is known for what is wrong with this body."),
    "masked": (
        "请求体里有密钥，密钥不保存，所以无法在这里修复。",
        "The body held a secret, which is not kept, so it cannot be repaired here.",
    ),
    "truncated": (
        "请求体只保存了前 16 KB，所以无法在这里修复。",
        "Only the first 16 KB of the body were kept, so it cannot be repaired here.",
    ),
    "not_json": (
        "请求体不是 JSON 对象，所以无法在这里修复。",
        "The body is no JSON object, so it cannot be repaired here.",
    ),
    "no_body": ("这个接口不读取 JSON 请求体。", "This call reads no JSON body."),
}


class Done(msgspec.Struct, frozen=True):
    """One change that was made: where, and what, as a diagnosis shows it."""

    path: str
    repair: str


class Repaired(msgspec.Struct, frozen=True):
    """What became of a refused body.

    Args:
        state: ``whole`` passes its checks, ``incomplete`` has placeholders, ``part`` has faults left that no repair
            is known for, ``none`` was not changed.
        zh, en: what that means.
        changes: in the order in which they were made.
        body: the changed body as JSON text, empty where none was changed.
        left: what is still wrong.
    """

    state: State
    zh: str
    en: str
    changes: list[Done] = []
    body: str = ""
    left: list[Diagnosis] = []


class Repair:
    """The repair of one body.

    Args:
        endpoint: that the body was sent to.
        body: as it was sent.
        app: the account that sent it, None where it is not known.
        now: the app's time, UTC seconds.
    """

    def __init__(self, endpoint: Endpoint, body: dict[str, Any], app: App | None, now: int) -> None:
        self._endpoint = endpoint
        self._app = app
        self._now = now
        self._profile: Profile = app.profile if app else "strict"
        self.body = body
        self.changes: list[Done] = []
        self._blanks: set[str] = set()
        self._seen = {json.dumps(body)}

    def run(self) -> list[Refusal]:
        """Mend what can be mended, and return what is left."""
        left = self._faults()
        while len(self.changes) < MOST_CHANGES and any(self.mend(one.facts) for one in left):
            left = self._faults()
        return left

    @property
    def is_complete(self) -> bool:
        """Tell whether no placeholder was left."""
        return not self._blanks

    def mend(self, facts: dict[str, Any]) -> bool:
        """Make the change that the facts of a refusal name, and tell whether there was one."""
        path, change = facts.get("path", ""), self._change(facts)
        mended = apply(self.body, path, change) if path and change else None
        if change is None or mended is None or (written := json.dumps(mended)) in self._seen:
            return False
        self.body = mended
        self._seen.add(written)
        self.changes.append(Done(path, facts.get("repair") or change.text(path)))
        if change.kind == "fill":
            self._blanks.add(path)
        return True

    def _change(self, facts: dict[str, Any]) -> Change | None:
        """Return the change that is named, else a placeholder for what is expected where a single value stands."""
        if named := parse(str(facts.get("repair", ""))):
            return named
        there = at(self.body, places(facts.get("path", "")))
        expected = str(facts.get("expected", ""))
        return Change("fill", expected) if expected and not isinstance(there, dict | list) else None

    def _faults(self) -> list[Refusal]:
        """Return what is wrong with the body as it stands, placeholders aside."""
        assert self._endpoint.reader is not None
        found = self._endpoint.reader.faults(self.body, self._profile)
        return [one for one in found or self._checked() if not self._is_blank(one.facts.get("path", ""))]

    def _checked(self) -> list[Refusal]:
        assert self._endpoint.reader is not None
        if self._endpoint.checks is None or self._app is None:
            return []
        try:
            request = self._endpoint.reader.read(json.dumps(self.body).encode(), self._profile)
            self._endpoint.checks(request, self._app, self._now)
        except Refusal as refused:
            # Without a place it may be a placeholder's.
            return [refused] if self.is_complete or refused.facts.get("path") else []
        return []

    def _is_blank(self, path: str) -> bool:
        return any(path == blank or path.startswith((f"{blank}.", f"{blank}[")) for blank in self._blanks)


def repair(kept: FailedCall, app: App | None, now: int) -> Repaired:
    """Return the smallest changed body that would pass.

    Args:
        kept: the refused call.
        app: the account that made it, None where it is not known.
        now: the app's time, UTC seconds.
    """
    endpoint = ROUTES.get(kept.path)
    if endpoint is None or endpoint.reader is None:
        return _told("none", "no_body")
    if any(HIDDEN in found[0] for found in SECRETS.finditer(kept.body)):
        return _told("none", "masked")
    try:
        body = load(kept.body.encode())
    except Refusal:
        return _told("none", "truncated" if len(kept.body.encode()) >= BODY_BYTES else "not_json")
    work = Repair(endpoint, body, app, now)
    work.mend({name: text for name, text in msgspec.json.decode(kept.facts).items() if name in {"path", "repair"}})
    left = work.run()
    if not work.changes:
        return _told("none", "unknown" if left else "right", left)
    state: State = "part" if left else "whole" if work.is_complete else "incomplete"
    return _told(state, state, left, work.changes, msgspec.json.encode(work.body).decode())


def _told(
    state: State, text: str, left: list[Refusal] | None = None, changes: list[Done] | None = None, body: str = ""
) -> Repaired:
    zh, en = TEXTS[text]
    told = [explain(one.errcode, one.cause, one.facts) for one in left or []]
    return Repaired(state, zh, en, changes or [], body, told)


def pretty(body: str) -> str:
    """Return a JSON text with a member a line."""
    return json.dumps(msgspec.json.decode(body), ensure_ascii=False, indent=2)


def difference(before: str, after: str, around: int = 1) -> Iterator[str]:
    """Yield the lines in which two JSON texts differ, ``-`` before and ``+`` after, with some lines around them."""
    lines = difflib.unified_diff(pretty(before).splitlines(), pretty(after).splitlines(), lineterm="", n=around)
    for number, line in enumerate(lines):
        # The first two name the files.
        if number > 2 and line.startswith("@@"):
            yield "…"
        elif number > 2:
            yield line
