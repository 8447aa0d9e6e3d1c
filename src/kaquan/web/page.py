"""What a page is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from kaquan.web.visit import Visit

Handler = Callable[["Visit"], Awaitable[Response]]
PAGES: list[tuple[str, tuple[str, ...], Handler, bool]] = []


def page(path: str, *methods: str, foreign: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of a page.

    Args:
        path: with ``{names}`` as Starlette reads them; ``visit.path`` holds their values.
        methods: GET unless given.
        foreign: other sites may POST here; without it a POST has to come from a page of ours, with its token.
    """

    def register(handler: Handler) -> Handler:
        PAGES.append((path, methods or ("GET",), handler, foreign))
        return handler

    return register
