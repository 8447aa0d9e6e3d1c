"""The pages as one ASGI application beside the wire."""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import kaquan
from kaquan.api.dispatch import PLANNED, read_body
from kaquan.errors import Errcode, Refusal
from kaquan.platform import Platform
from kaquan.web.page import BODY_LIMIT, PAGES, Page
from kaquan.web.templates import Templates
from kaquan.web.visit import NotAllowed, NotHere, SignInNeeded, Visit

# Packages of pages; a package is imported for the pages it registers.
PACKAGES = ("claim", "console", "developer", "jssdk", "lab", "oauth", "operator", "till", "wallet")
YEAR = 365 * 86400
HEADERS = {b"x-content-type-options": b"nosniff", b"referrer-policy": b"same-origin"}
# Asked for by the pages that need it alone.
SENSORS = b"camera=(), microphone=(), geolocation=()"
# What is no page of ours, such as a picture, loads nothing, runs nothing and stands in no frame when opened by itself.
BARE = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

log = structlog.get_logger(__name__)


def load_pages() -> None:
    """Import every module of pages, so that its pages are registered."""
    for package in PACKAGES:
        root = importlib.import_module(f"{kaquan.__name__}.{package}")
        for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            importlib.import_module(module.name)


class Static(StaticFiles):
    """Our static files; what is asked for by its digest never changes."""

    def file_response(self, *args: Any, **named: Any) -> Response:
        """Return a file, to be kept for a year where the address holds its digest."""
        response = super().file_response(*args, **named)
        scope = next(one for one in args if isinstance(one, dict))
        kept = f"public, max-age={YEAR}, immutable" if scope["query_string"].startswith(b"v=") else "no-cache"
        response.headers["cache-control"] = kept
        return response


class Site:
    """Every page.

    Args:
        platform: the parts the pages work with.
    """

    def __init__(self, platform: Platform) -> None:
        load_pages()
        self._platform = platform
        self._templates = Templates(urlsplit(platform.settings.base_url).path)
        routes: list[Any] = [self._route(one) for one in sorted(PAGES, key=generality)]
        routes.append(Mount("/static", Static(packages=[("kaquan.web", "static")])))
        self._roots = frozenset(root_of(one.path) for one in routes)
        # What the original has and nobody made a page of is answered as the wire does.
        self._unmade = PLANNED - {one.path for one in PAGES}
        faults: Any = {404: self._missing, 405: self._missing}
        self._pages = Starlette(routes=routes, exception_handlers=faults)

    def serves(self, path: str) -> bool:
        """Tell whether a path is one of a page's."""
        return root_of(path) in self._roots and path not in self._unmade

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        started, status = time.perf_counter(), 0

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = dict(message["headers"])
                more = {
                    **HEADERS,
                    b"content-security-policy": given.get(b"content-security-policy", BARE),
                    b"permissions-policy": given.get(b"permissions-policy", SENSORS),
                }
                message["headers"] = [*((n, v) for n, v in message["headers"] if n not in more), *more.items()]
            await send(message)

        await self._pages(scope, receive, send_guarded)
        kind = "static" if scope["path"].startswith("/static/") else "page"
        self._platform.tally.answer(kind, status, time.perf_counter() - started)

    def _route(self, page: Page) -> Route:
        async def serve(request: Request) -> Response:
            return await self._serve(as_asked(request), page)

        return Route(page.path, serve, methods=list(page.methods))

    async def _serve(self, request: Request, page: Page) -> Response:
        started = time.perf_counter()
        visit = (page.visit or Visit)(self._platform, self._templates, request)
        try:
            await visit.recognise()
            if request.method == "POST":
                # What is large comes from somebody who is known.
                limit = page.body_limit if visit.person else min(page.body_limit, BODY_LIMIT)
                visit.body = await read_body(visit.call, request.receive, limit)  # type: ignore[arg-type]
                if not page.foreign and not visit.is_ours():
                    return visit.end("forged", 403)
            return await page.handler(visit)
        except SignInNeeded as needed:
            return sign_in(visit, needed)
        except NotAllowed:
            return visit.end("not_allowed", 403)
        except NotHere:
            return visit.end("missing", 404)
        except Refusal as refused:
            return visit.refuse(refused, started)
        except Exception as fault:
            # The path itself may hold a code, or the name of a gift that lets whoever has it accept it.
            log.exception("page failed", page=page.handler.__qualname__, fault=type(fault).__name__)
            return visit.refuse(Errcode.SYSTEM_ERROR("internal"), started, 503)

    async def _missing(self, request: Request, fault: Exception) -> Response:
        visit = Visit(self._platform, self._templates, request)
        await visit.recognise()
        return visit.end("missing", 404)


def as_asked(request: Request) -> Request:
    """Return a request as its handler sees it: HEAD asks what GET asks, and changes as little."""
    return Request({**request.scope, "method": "GET"}, request.receive) if request.method == "HEAD" else request


def generality(one: Page) -> list[bool]:
    """Return what sorts a page that names its segments before those that take any."""
    return ["{" in segment for segment in one.path.split("/")]


def root_of(path: str) -> str:
    """Return the first segment of a path."""
    return path.lstrip("/").partition("/")[0]


def sign_in(visit: Visit, needed: SignInNeeded) -> Response:
    """Send the visitor to sign in; a script of ours is told where."""
    path = visit.sign_in_path(needed.appid, needed.back)
    if "application/json" in visit.request.headers.get("accept", ""):
        return visit.answer({"sign_in": path})
    return visit.go(path)
