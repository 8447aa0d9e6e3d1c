"""Plays transcripts against a server (:mod:`wire.cases` says what stands in them)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kaquan.actions.manage_app import set_override
from kaquan.rules.quota import Override
from support.api import Api
from support.server import Server
from wire.cases import NAME, PEOPLE, STEP, Case, body_of, repeated
from wire.kept import Kept

# What a value of a kind looks like; the kind is the name without its number.
KINDS = {
    "card": r"p[\w-]{27}",
    "code": r"\d{12}",
    "token": r"77_[\w-]{100,509}",
    "ticket": r"[\w-]{86}",
    "qr": r"[A-Za-z0-9+/]{96}",
    "escaped": r"[\w%.-]{96,200}",
    "scan": r"[\w-]{32}",
    "oauth": r"[A-Za-z0-9]{32}",
    "encrypted": r"[A-Za-z0-9+/]{20,}={0,2}",
    "rid": r"[0-9a-f]{8}(?:-[0-9a-f]{8}){2}",
    "time": r"1[0-9]{9}|2[01][0-9]{8}",
    "id": r"\d{15,19}",
    "cursor": r"\d{15,19}",
    "size": r"\d{3,5}",
    "ms": r"\d{1,5}",
    "openid": r"o[\w-]{27}",
    "poi": r"[1-9]\d{8,9}",
}
# These are others each time they are seen.
FLEETING = frozenset({"rid", "time", "left", "ms", "cursor", "size"})
# Of so many seconds a few may have passed.
PASSED = 6
TRACE = re.compile(r" rid: ([0-9a-f-]{26})")


def account(server: Server, described: str) -> Api:
    """Make the account of an ``@`` line: ``sandbox`` or ``merchant``, then columns."""
    kind, *columns = described.split() or ["merchant"]
    every = "balance,bonus,custom_code,custom_url,issue,member_card,pay"
    changed: dict[str, Any] = {} if kind == "sandbox" else {"card_function": "granted", "permissions": every}
    changed |= dict(column.split("=") for column in columns)
    changed |= {flag: changed[flag] == "true" for flag in ("suspended", "gift_new_code") if flag in changed}
    return server.new_app(sandbox=kind == "sandbox", review=changed.pop("review", "auto"), **changed)


@dataclass
class Player:
    """Plays one case.

    Args:
        server: the running server.
        kept: what the server keeps of refused calls.
        values: what names stand for so far.
    """

    server: Server
    kept: Kept
    case: Case
    values: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Api] = field(default_factory=dict)
    sandboxes: set[str] = field(default_factory=set)

    def play(self) -> None:
        """Do what the case says and compare each answer."""
        self._open("", self.case.account)
        for step, answer, cause in self.case.steps:
            if step.startswith("+ "):
                self._begin(step[2:])
            else:
                self._call(step, answer.removeprefix("< "), cause.removeprefix("! "))

    def _open(self, who: str, described: str) -> Api:
        if who not in self.accounts:
            api = self.accounts[who] = account(self.server, described)
            self.sandboxes |= {api.appid} if described.startswith("sandbox") else set()
            whose = f"{who}_" if who else ""
            self.values |= {f"{whose}appid": api.appid, f"{whose}secret": api.secret, "base": api.base_url}
        return self.accounts[who]

    def _begin(self, line: str) -> None:
        name, _, what = line.partition(" = ")
        verb, _, rest = what.partition(" ")
        begin: dict[str, Callable[[str], str]] = {"card": self._card, "claim": self._claim, "token": self._token}
        begin["store"] = self._store
        begin["quota"] = self._quota
        begin["renew"] = lambda who: self._open(who, "sandbox").renew()
        self.values[name] = begin[verb](self.filled(rest))

    def _card(self, described: str) -> str:
        return self.accounts[""].create_card(json.loads(body_of(described)))

    def _store(self, described: str) -> str:
        made = self.accounts[""].ok("/cgi-bin/poi/addpoi", json.loads(body_of(f"STORE {described}".strip())))
        return str(made["poi_id"])

    def _quota(self, described: str) -> str:
        path, *limits = described.split()
        numbers = {name: int(number) for name, number in (one.split("=") for one in limits)}
        appid = self.accounts[""].appid
        self.server.database.transact(lambda tx: set_override(tx, appid, Override(path, **numbers)))
        return ""

    def _claim(self, described: str) -> str:
        card_id, openid, *more = described.split(maxsplit=2)
        return self.accounts[""].claim(card_id, openid, **json.loads(more[0] if more else "{}"))

    def _token(self, who: str) -> str:
        return self._open(who, "sandbox").token

    def filled(self, text: str) -> str:
        """Return a text with the values of its names."""
        return NAME.sub(lambda found: self._value(found[1]), repeated(text))

    def _value(self, name: str) -> str:
        if name not in self.values and name in PEOPLE:
            self.values[name] = self.accounts[""].person(name)
        return self.values.get(name, f"${name}")

    def _call(self, request: str, expected: str, cause: str) -> None:
        step = STEP.fullmatch(request)
        assert step is not None
        api = self._open(step["who"], "sandbox")
        path = self.filled(step["path"])
        target = path if "?" in path else f"{path}?access_token={api.token}"
        body = None if step["body"] is None else body_of(self.filled(step["body"])).encode("utf-8", "surrogatepass")
        status, answer = api.http.send(step["method"], target, body)
        assert status == 200, (request, status)
        text, found = self._without_trace(api, answer.decode(), step["method"], path.partition("?")[0])
        self._compare(request, expected, text)
        assert found == cause, f"{request}\n{text}\nexpected cause: {cause}\nthe cause is:   {found}"

    def _without_trace(self, api: Api, text: str, method: str, path: str) -> tuple[str, str]:
        trace = TRACE.search(text)
        if trace is None or not json.loads(text).get("errcode"):
            return text, ""
        owner, call = self.kept.find(api.appid, trace[1])
        assert (call.answer, call.method, call.path) == (text, method, path)
        return (self.kept.short(call, text) if owner in self.sandboxes else text), self.kept.cause(call)

    def _compare(self, request: str, expected: str, text: str) -> None:
        found = re.fullmatch(self._pattern(expected), text)
        assert found is not None, f"{request}\nexpected: {self.filled(expected)}\nanswered: {text}"
        self.values |= found.groupdict()

    def _pattern(self, expected: str) -> str:
        pattern, fresh = "", set[str]()
        for position, piece in enumerate(NAME.split(repeated(expected))):
            pattern += self._name(piece, fresh) if position % 2 else re.escape(piece)
        return pattern

    def _name(self, name: str, fresh: set[str]) -> str:
        kind = name.rstrip("0123456789")
        known = f"${name}" if kind in FLEETING else self._value(name)
        if known != f"${name}":
            return re.escape(known)
        form = left(int(name.removeprefix("left"))) if kind == "left" else KINDS[kind]
        first = name not in fresh
        fresh.add(name)
        return f"(?P<{name}>{form})" if first else f"(?:{form})" if kind in FLEETING else f"(?P={name})"


def left(seconds: int) -> str:
    """Return the pattern of a time that has run a moment."""
    return "|".join(str(seconds - passed) for passed in range(PASSED))
