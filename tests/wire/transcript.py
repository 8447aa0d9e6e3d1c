"""Transcripts: what was sent and the whole of what was answered, as text files beside the tests.

    = title                           a case: new accounts
    @ sandbox review=manual           the account, when it is no merchant with every right
    + card = card GROUPON {"..": 1}   a card (base_info changed, then the type's own fields), a claim or a token
    + poi = store {"sid":"1"}         a store (fields of base_info changed)
    > POST /card/get {"card_id":"$card"}
    < {"errcode":0,...}               the answer, byte by byte
    ! cause path                      behind a refusal: the cause that was kept for its rid
    other> POST /card/get {...}       the same by another account

A path without a query gets the access token. ``$name`` stands for a value that is not the same each time: the first
answer it stands in gives it, if it has the form of its kind; ``$(x*9)`` stands for nine x.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from card_bodies import card as card_body
from store_bodies import store as store_body

from support.api import Api
from support.server import Server
from wire.kept import Kept

FOLDER = Path(__file__).parent
FOREVER = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": 1400000000, "end_timestamp": 2147400000}
PEOPLE = ("ann", "bob", "cat", "dan")
# What a value of a kind looks like; the kind is the name without its number.
KINDS = {
    "card": r"p[\w-]{27}",
    "code": r"\d{12}",
    "token": r"77_[\w-]{100,509}",
    "ticket": r"[\w-]{86}",
    "qr": r"[A-Za-z0-9+/]{96}",
    "escaped": r"[\w%.-]{96,200}",
    "scan": r"[\w-]{32}",
    "encrypted": r"[A-Za-z0-9+/]{20,}={0,2}",
    "rid": r"[0-9a-f]{8}(?:-[0-9a-f]{8}){2}",
    "time": r"1[0-9]{9}|2[01][0-9]{8}",
    "id": r"\d{15,19}",
    "ms": r"\d{1,5}",
    "openid": r"o[\w-]{27}",
    "poi": r"[1-9]\d{8,9}",
}
# These are others each time they are seen.
FLEETING = frozenset({"rid", "time", "left", "ms"})
# Of so many seconds a few may have passed.
PASSED = 6
NAME = re.compile(r"\$(\w+)")
REPEATED = re.compile(r"\$\((.)\*(\d+)\)")
STEP = re.compile(r"(?P<who>\w*)> (?P<method>[A-Z]+) (?P<path>\S+)(?: (?P<body>.*))?", re.DOTALL)
CARD = re.compile(r"(?P<type>[A-Z_]+)(?: (?P<changes>.*))?")
TRACE = re.compile(r" rid: ([0-9a-f-]{26})")


@dataclass(frozen=True)
class Case:
    """One case of a file.

    Args:
        name: ``card/code/get: a usable code``.
        account: its ``@`` line, empty for a merchant.
        lines: the lines below.
    """

    name: str
    account: str
    lines: tuple[str, ...]

    @property
    def steps(self) -> Iterator[tuple[str, str, str]]:
        """Return each ``+`` line or request, and of a request the answer and, for a refusal, the cause."""
        for position, line in enumerate(self.lines):
            if line[0] not in "<!":
                answer, cause, *_ = (*self.lines[position + 1 : position + 3], "", "")
                yield line, answer if answer[:1] == "<" else "", cause if cause[:1] == "!" else ""


def files() -> list[Path]:
    """Return every transcript."""
    return sorted(FOLDER.rglob("*.txt"))


def cases(path: Path) -> Iterator[Case]:
    """Return the cases of a file."""
    for text in re.split(r"^= ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        title, *lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        account = lines.pop(0)[2:] if lines and lines[0].startswith("@") else ""
        yield Case(f"{path.relative_to(FOLDER).with_suffix('')}: {title}", account, tuple(lines))


def account(server: Server, described: str) -> Api:
    """Make the account of an ``@`` line: ``sandbox`` or ``merchant``, then columns."""
    kind, *columns = described.split() or ["merchant"]
    every = "balance,bonus,custom_code,custom_url,issue,member_card,pay"
    changed: dict[str, Any] = {} if kind == "sandbox" else {"card_function": "granted", "permissions": every}
    changed |= dict(column.split("=") for column in columns)
    if "suspended" in changed:
        changed["suspended"] = changed["suspended"] == "true"
    return server.new_app(sandbox=kind == "sandbox", review=changed.pop("review", "auto"), **changed)


def body_of(text: str) -> str:
    """Return a body: a card is written as its type and what of base_info is changed, a store as STORE and the same."""
    short = CARD.fullmatch(text)
    if short is None:
        return text
    if short["type"] == "STORE":
        return json.dumps(store_body(**json.loads(short["changes"] or "{}")), ensure_ascii=False)
    base, own = (*(json.loads(part) for part in (short["changes"] or "").split(" + ") if part), {}, {})[:2]
    return json.dumps(card_body(short["type"], {"date_info": FOREVER, **base}, **own), ensure_ascii=False)


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
        begin["renew"] = lambda who: self._open(who, "sandbox").renew()
        self.values[name] = begin[verb](self.filled(rest))

    def _card(self, described: str) -> str:
        return self.accounts[""].create_card(json.loads(body_of(described)))

    def _store(self, described: str) -> str:
        made = self.accounts[""].ok("/cgi-bin/poi/addpoi", json.loads(body_of(f"STORE {described}".strip())))
        return str(made["poi_id"])

    def _claim(self, described: str) -> str:
        card_id, openid, *more = described.split(maxsplit=2)
        return self.accounts[""].claim(card_id, openid, **json.loads(more[0] if more else "{}"))

    def _token(self, who: str) -> str:
        return self._open(who, "sandbox").token

    def filled(self, text: str) -> str:
        """Return a text with the values of its names."""
        text = REPEATED.sub(lambda found: found[1] * int(found[2]), text)
        return NAME.sub(lambda found: self._value(found[1]), text)

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
        for position, piece in enumerate(NAME.split(REPEATED.sub(lambda one: one[1] * int(one[2]), expected))):
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
