"""What an endpoint is, and the table that the dispatcher looks paths up in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from kaquan.api.decode import Reader
from kaquan.rules.quota import is_limited

Handler = Callable[..., Awaitable[Any]]
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
    """

    path: str
    methods: tuple[str, ...]
    handler: Handler
    reader: Reader[Any] | None
    token: bool
    needs: str
    body_limit: int
    has_body: bool
    limited: bool


JSON_LIMIT = 1 << 20


def endpoint(
    path: str,
    *methods: str,
    reads: Any = None,
    token: bool = True,
    needs: str | None = None,
    body_limit: int = JSON_LIMIT,
) -> Callable[[Handler], Handler]:
    """Register a handler for a path; the right it needs follows from the path's prefix unless given."""

    def register(handler: Handler) -> Handler:
        reader = Reader(reads) if isinstance(reads, type) else reads
        right = prefix_right(path) if needs is None else needs
        taken = methods or ("POST",)
        has_body = reader is not None or "POST" in taken
        ROUTES[path] = Endpoint(path, taken, handler, reader, token, right, body_limit, has_body, is_limited(path))
        return handler

    return register


def prefix_right(path: str) -> str:
    """Return the right that a path's prefix asks for."""
    prefixes = {"/card/": CARD, "/ext/": ISSUE, "/sandbox/": SANDBOX}
    return next((right for prefix, right in prefixes.items() if path.startswith(prefix)), "")
