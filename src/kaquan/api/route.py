"""What an endpoint is, and the table that the dispatcher looks paths up in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from kaquan.api.decode import Reader
from kaquan.api.precedence import Reads, card_paths_of, given_in, order_of
from kaquan.errors.order import Given, Step, steps
from kaquan.rules.quota import is_limited
from kaquan.store.apps import App

Handler = Callable[..., Awaitable[Any]]
Checks = Callable[[Any, App, int], None]
"""What refuses a request by itself: the request, the app that sends it, and the time in UTC seconds."""
ROUTES: dict[str, Endpoint] = {}
CARD = "card"
ISSUE = "issue"
SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path of the wire.

    Args:
        path: as on the wire.
        methods: accepted HTTP methods.
        handler: coroutine function of the call, and of the request where the endpoint reads one.
        reader: reads the JSON body into the request; None when there is none to read.
        token: whether an access token is needed.
        needs: ``card`` (the card function), ``issue`` or ``sandbox``; empty when nothing beyond the token.
        body_limit: bytes of a body that are read at the most.
        has_body: whether a body is read for it.
        limited: whether its calls are counted (see rules/quota.py).
        checks: what is checked of a request that was read, before anything is looked up for it.
        card_paths: where a request names the card it is about; an unknown one is told before all else a body gets
            wrong (spec: cards.md 1.3).
        declared: what is refused behind the reading of the body.
        order: every refusal it can give, in the order in which they win.
        given: the same as errcodes with their causes.
    """

    path: str
    methods: tuple[str, ...]
    handler: Handler
    reader: Reads | None
    token: bool
    needs: str
    body_limit: int
    has_body: bool
    limited: bool
    checks: Checks | None
    card_paths: tuple[str, ...]
    declared: tuple[Step, ...]
    order: tuple[Step, ...]
    given: frozenset[Given]


JSON_LIMIT = 1 << 20


def endpoint(
    path: str,
    *methods: str,
    reads: Any = None,
    checks: Checks | None = None,
    refuses: Iterable[str] = (),
    token: bool = True,
    needs: str | None = None,
    body_limit: int = JSON_LIMIT,
    own_card: bool = True,
) -> Callable[[Handler], Handler]:
    """Register a handler for a path; the right it needs follows from the path's prefix unless given.

    Args:
        path, methods, token, needs, body_limit, checks: as in :class:`Endpoint`.
        reads: the struct of the body, or what reads it.
        refuses: the steps of what is refused behind the reading of the body, by ``checks`` and by the handler, in
            their order (see :mod:`kaquan.errors.order`).
        own_card: a card_id of the body names a card that has to be there.
    """
    reader: Reads | None = Reader(reads) if isinstance(reads, type) else reads
    right = prefix_right(path) if needs is None else needs
    taken = methods or ("POST",)
    facts: dict[str, Any] = {"methods": taken, "token": token, "needs": right, "limited": is_limited(path)}
    facts["has_body"] = reader is not None or "POST" in taken
    facts["card_paths"] = card_paths_of(reader) if own_card else ()
    declared = steps(refuses)
    order = order_of(reader, declared, **facts)

    def register(handler: Handler) -> Handler:
        ROUTES[path] = Endpoint(
            path=path,
            handler=handler,
            reader=reader,
            body_limit=body_limit,
            checks=checks,
            declared=declared,
            order=order,
            given=given_in(order),
            **facts,
        )
        return handler

    return register


def prefix_right(path: str) -> str:
    """Return the right that a path's prefix asks for."""
    prefixes = {"/card/": CARD, "/ext/": ISSUE, "/sandbox/": SANDBOX}
    return next((right for prefix, right in prefixes.items() if path.startswith(prefix)), "")
