"""A good request of an endpoint, and the ways to spoil it: what the tests of precedence put together two by two."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from card_bodies import card as card_body

from support.api import Api
from support.server import Server

STRANGER = "o" + "s" * 27
EVERY = "balance,bonus,custom_code,custom_url,issue,member_card,pay"
DEPOSIT = {"use_custom_code": True, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT", "sku": {"quantity": 0}}


@dataclass
class Scene:
    """One request in the making.

    Args:
        server: where it is sent.
        columns: of the account.
        base: what is changed of the card's base_info.
        own: what is changed beside base_info.
    """

    server: Server
    columns: dict[str, Any]
    base: dict[str, Any]
    own: dict[str, Any]
    body: Any = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    _api: Api | None = None

    @property
    def api(self) -> Api:
        """Return the account, made when it is first asked for."""
        if self._api is None:
            columns = {"sandbox": True, "card_function": "granted", "permissions": EVERY, **self.columns}
            self._api = self.server.new_app(**columns)
        return self._api

    @property
    def card_id(self) -> str:
        """Return the card the request is about, made when it is first asked for."""
        if "card" not in self.names:
            self.names["card"] = self.api.create_card(card_body("GROUPON", self.base, **self.own))
        return str(self.names["card"])

    @property
    def ann(self) -> str:
        """Return a person the account knows."""
        if "ann" not in self.names:
            self.names["ann"] = self.api.person("ann")
        return str(self.names["ann"])


Act = Callable[[Scene], Any]


@dataclass(frozen=True)
class Fault:
    """One way to spoil the good request.

    Args:
        given: errcode and cause of the refusal.
        takes: places of the body and things that the fault needs for itself.
        hides: things that are not there any more, or do not count, with this fault.
        of: the things whose state this fault is about.
        columns, base, own: what is changed of the account and of the card.
        act: what is done before the request, such as deleting its card.
        spoil: changes the body.
        last: done behind every other act.
    """

    given: str
    takes: frozenset[str] = frozenset()
    hides: frozenset[str] = frozenset()
    of: frozenset[str] = frozenset()
    columns: dict[str, Any] = field(default_factory=dict)
    base: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    act: Act | None = None
    spoil: Act | None = None
    last: bool = False


def fault(given: str, takes: str = "", hides: str = "", of: str = "", **more: Any) -> Fault:
    """Return a fault; places and things are words with blanks between them."""
    return Fault(given, frozenset(takes.split()), frozenset(hides.split()), frozenset(of.split()), **more)


def put(given: str, path: str, value: Any, **more: Any) -> Fault:
    """Return a fault that puts a value at a JSON path of the body; ``...`` takes the member away."""
    *way, name = path.split(".")

    def spoil(scene: Scene) -> None:
        body = scene.body
        for part in way:
            body = body[int(part)] if part.isdigit() else body.setdefault(part, {})
        if value is ...:
            body.pop(name, None)
        elif name.isdigit():
            body[int(name)] = value
        else:
            body[name] = value

    return fault(given, **{"takes": path, "spoil": spoil, **more})


def on_card(given: str, of: str = "card", **base: Any) -> Fault:
    """Return a fault that lies in what the card is."""
    return fault(given, of=of, base=base, takes=" ".join(f"base.{name}" for name in base))


def called(given: str, path: str, members: str = "card_id", **more: Any) -> Fault:
    """Return a fault that another call brings about, which is sent these members of the request."""

    def act(scene: Scene) -> None:
        values = {name: scene.card_id if name == "card_id" else scene.body[name] for name in members.split()}
        scene.api.ok(path, values)

    return fault(given, act=act, **more)


def grown(given: str, path: str, items: list[Any], **more: Any) -> Fault:
    """Return a fault that adds items to a list of the body."""

    def spoil(scene: Scene) -> None:
        listed = scene.body
        for part in path.split("."):
            listed = listed[part]
        listed.extend(items)

    return fault(given, spoil=spoil, **more)


@dataclass(frozen=True)
class Table:
    """The good request of a path, and its faults in the order in which they win.

    Args:
        path: where it is sent.
        make: makes the body of the good request.
        faults: by step; several of one step may be tried for a pair.
        good: what the good request is answered, where it is always refused with the last step.
        base, columns: of the card and of the account of the good request.
        secret: sent without a token: ``body`` for one, or the method of a request whose query says all.
    """

    path: str
    make: Act
    faults: tuple[Fault, ...]
    good: str = ""
    base: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    secret: str = ""

    def scene(self, server: Server, *faults: Fault) -> Scene:
        """Return the request with these faults, ready to be sent."""
        columns, base, own = dict(self.columns), dict(self.base), dict[str, Any]()
        for one in faults:
            columns |= one.columns
            base |= one.base
            own |= one.own
        scene = Scene(server, columns, base, own)
        self.make(scene)
        for one in sorted(faults, key=lambda one: one.last):
            if one.act is not None:
                one.act(scene)
        for one in reversed(faults):
            if one.spoil is not None:
                one.spoil(scene)
        return scene

    def send(self, scene: Scene) -> Any:
        """Return the answer to a request."""
        if not self.secret:
            return scene.api.post(self.path, scene.body)
        if self.secret == "body":
            return scene.api.raw("POST", self.path, json.dumps(scene.body).encode())
        return scene.api.raw(self.secret, f"{self.path}?{urlencode(scene.body)}")


def reason(one: Fault, other: Fault) -> str:
    """Return why two faults cannot be in one request, empty when they can."""
    if both := sorted(one.takes & other.takes):
        return f"both are about {', '.join(both)}"
    if gone := sorted(one.hides & other.of):
        return f"the first leaves nothing of {', '.join(gone)} to be wrong"
    if gone := sorted(other.hides & one.of):
        return f"the second leaves nothing of {', '.join(gone)} to be wrong"
    return ""
