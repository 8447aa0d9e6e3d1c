"""What a page is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

if TYPE_CHECKING:
    from kaquan.web.visit import Visit

Handler = Callable[[Any], Awaitable[Response]]
BODY_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Args:
        path: with ``{names}`` as Starlette reads them; ``visit.path`` holds their values.
        methods: of its requests.
        handler: coroutine function of the visit.
        foreign: other sites may POST here; without it a POST has to come from a page of ours, with its token.
        visit: what the handler is given, None for a plain visit.
        body_limit: bytes of what is posted that are read at the most.
    """

    path: str
    methods: tuple[str, ...]
    handler: Handler
    foreign: bool
    visit: type[Visit] | None
    body_limit: int


PAGES: list[Page] = []


def page(
    path: str,
    *methods: str,
    foreign: bool = False,
    visit: type[Visit] | None = None,
    body_limit: int = BODY_LIMIT,
) -> Callable[[Handler], Handler]:
    """Register the handler of a page; the arguments are those of :class:`Page`, methods GET unless given."""

    def register(handler: Handler) -> Handler:
        PAGES.append(Page(path, methods or ("GET",), handler, foreign, visit, body_limit))
        return handler

    return register
