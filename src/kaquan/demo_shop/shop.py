"""The shop as an ASGI application: who is there, what the page needs signed, and the till."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kaquan.demo_shop.wechat import Refused, WeChat, card_ext, card_sign, config

SESSION, STATE = "shop_session", "shop_state"
MOST_CARDS = 10
CODE_GONE = (40029, 40163)
CHECK = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"}


class Shop:
    """One shop of one account.

    Args:
        own_url: address of the shop; its host is the account's OAuth domain, JS domain and card JS domain.
        base_url: of the platform.
        appid, secret: the account's.
    """

    def __init__(self, own_url: str, base_url: str, appid: str, secret: str) -> None:
        self._own_url = own_url
        self._account = (base_url, appid, secret)
        self._key = secrets.token_bytes(32)
        page = files("kaquan.demo_shop").joinpath("static", "index.html").read_text("utf-8")
        self._page = page.replace("PLATFORM", escape(base_url))

    def application(self) -> Starlette:
        """Return the application."""
        routes = [
            Route("/", self.index),
            Route("/back", self.back),
            Route("/api/cards", self.cards),
            Route("/api/config", self.config),
            Route("/api/add_card", self.add_card),
            Route("/api/choose_card", self.choose_card),
            Route("/api/mine", self.mine),
            Route("/api/consume", self.consume, methods=["POST"]),
            Mount("/static", StaticFiles(packages=[("kaquan.demo_shop", "static")])),
        ]
        faults: Any = {Refused: refused, PermissionError: nobody}
        return Starlette(routes=routes, exception_handlers=faults, lifespan=self._live)

    @asynccontextmanager
    async def _live(self, _: Starlette) -> AsyncIterator[None]:
        self.wechat = WeChat(*self._account)
        yield
        await self.wechat.close()

    # Who is there.

    async def index(self, request: Request) -> Response:
        """Show the shop, to somebody whose openid is known; all others go by the consent page first."""
        if self.openid(request):
            return HTMLResponse(self._page, headers=CHECK)
        state = secrets.token_hex(16)
        response = RedirectResponse(self.wechat.consent_page(f"{self._own_url}/back", state), 302)
        response.set_cookie(STATE, state, max_age=600, httponly=True, samesite="lax")
        return response

    async def back(self, request: Request) -> Response:
        """Take who comes back from the consent page; the state shows that it was this browser that went."""
        code, state = request.query_params.get("code", ""), request.query_params.get("state", "")
        if not code or not hmac.compare_digest(state.encode(), request.cookies.get(STATE, "-").encode()):
            return RedirectResponse("/", 302) if code else HTMLResponse("<p>未授权 / Not allowed</p>", headers=CHECK)
        try:
            openid = await self.wechat.openid(code)
        except Refused as refused:
            if refused.errcode not in CODE_GONE:
                raise
            # A page that is reloaded brings its old code again: begin anew.
            return RedirectResponse("/", 302)
        response = RedirectResponse("/", 302)
        response.set_cookie(SESSION, f"{openid}.{self._mac(openid)}", httponly=True, samesite="lax")
        response.delete_cookie(STATE)
        return response

    def openid(self, request: Request) -> str:
        """Return the openid of a session, empty where there is none."""
        openid, _, mac = request.cookies.get(SESSION, "").partition(".")
        return openid if hmac.compare_digest(mac.encode(), self._mac(openid).encode()) else ""

    def visitor(self, request: Request) -> str:
        """Return who asks, or refuse."""
        openid = self.openid(request)
        if not openid:
            raise PermissionError
        return openid

    def _mac(self, openid: str) -> str:
        return hmac.digest(self._key, openid.encode(), "sha256").hex()

    # What the page asks for.

    async def cards(self, request: Request) -> Response:
        """Tell which cards there are."""
        status = ["CARD_STATUS_VERIFY_OK"]
        listed = await self.wechat.post("/card/batchget", offset=0, count=MOST_CARDS, status_list=status)
        found = [self.wechat.post("/card/get", card_id=card_id) for card_id in listed["card_id_list"]]
        return JSONResponse([shown(answer["card"]) for answer in await asyncio.gather(*found)])

    async def config(self, request: Request) -> Response:
        """Sign a page of ours for ``wx.config``."""
        url = request.query_params.get("url", "")
        if not url.startswith(f"{self._own_url}/"):
            raise PermissionError
        return JSONResponse(config(self.wechat.appid, await self.wechat.ticket("jsapi"), url))

    async def add_card(self, request: Request) -> Response:
        """Sign cards for ``wx.addCard``: anew for each visitor and each try."""
        self.visitor(request)
        ticket = await self.wechat.ticket("wx_card")
        wanted = request.query_params.getlist("card_id")
        return JSONResponse([{"cardId": one, "cardExt": card_ext(ticket, one)} for one in wanted])

    async def choose_card(self, request: Request) -> Response:
        """Sign the list of the visitor's cards for ``wx.chooseCard``."""
        self.visitor(request)
        return JSONResponse(card_sign(self.wechat.appid, await self.wechat.ticket("wx_card")))

    async def mine(self, request: Request) -> Response:
        """Tell which cards the visitor holds, for ``wx.openCard``."""
        held = await self.wechat.post("/card/user/getcardlist", openid=self.visitor(request))
        return JSONResponse([{"cardId": one["card_id"], "code": one["code"]} for one in held["card_list"]])

    async def consume(self, request: Request) -> Response:
        """Take a chosen card of the visitor's own at the till."""
        openid = self.visitor(request)
        # Other sites cannot send this type without being asked first.
        if request.headers.get("content-type") != "application/json":
            raise PermissionError
        chosen = await request.json()
        code = (await self.wechat.post("/card/code/decrypt", encrypt_code=chosen["encrypt_code"]))["code"]
        held = await self.wechat.post("/card/code/get", code=code)
        if held["openid"] != openid:
            raise PermissionError
        await self.wechat.post("/card/code/consume", code=code)
        return JSONResponse({"code": code})


def shown(card: dict[str, Any]) -> dict[str, Any]:
    """Return what the page shows of a card."""
    base = card[card["card_type"].lower()]["base_info"]
    return {"card_id": base["id"], "title": base["title"], "left": base["sku"]["quantity"], "most": base["get_limit"]}


async def refused(request: Request, fault: Refused) -> Response:
    """Tell the page what the platform said."""
    return JSONResponse({"error": str(fault)}, 502)


async def nobody(request: Request, fault: PermissionError) -> Response:
    """Tell the page that it may not."""
    return JSONResponse({"error": "not allowed"}, 403)
