"""A merchant's page beside a real server, and people with wallets who open it."""

from __future__ import annotations

import json
import secrets
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from card_bodies import card
from playwright.sync_api import Page

from kaquan.actions.keep_account import sign_up
from kaquan.actions.keep_session import open_session
from kaquan.actions.meet import remember_openid
from kaquan.errors.explain import Diagnosis, explain
from kaquan.rules.account import Person
from kaquan.rules.signature import card_ext_signature, card_sign, wx_config_signature
from kaquan.sources import new_secret
from kaquan.store.tx import Tx
from support.api import Api
from support.js_page import TELLING, page_of
from support.server import Server
from wire.kept import Kept

HOST = "shop.test"
STAMP = "1700000000"


class Site:
    """A web server whose every address shows the same page."""

    def __init__(self) -> None:
        self.html = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = b"" if self.path == "/favicon.ico" else site.html.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.place = f"{HOST}:{self._server.server_port}"
        self.url = f"http://{self.place}/"

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Merchant:
    """An account whose pages lie on shop.test; its server answers at kaquan.test.

    Args:
        server: the running server.
        site: where its pages lie.
        query: in the address of each of its pages.
        columns: of the account, such as ``js_device="android"``.
    """

    def __init__(self, server: Server, site: Site, query: str = "", **columns: Any) -> None:
        self.server = server
        self.site = site
        self.query = query
        self.api: Api = server.new_app(**{"js_domains": site.place, "card_js_domain": HOST, **columns})
        self.base = f"http://kaquan.test:{urlsplit(server.base_url).port}"
        self.kept = Kept(server.database)

    def ticket(self, kind: str = "jsapi") -> str:
        """Return a ticket of the account."""
        text: str = self.api.get("/cgi-bin/ticket/getticket", type=kind)["ticket"]
        return text

    def open(self, page: Page, path: str = "", html: str = "", script: str = "jweixin-1.6.0.js") -> None:
        """Open a page of the shop's with the library in it; ``script`` may be an element of another one."""
        ours = f"<script src='{self.base}/open/js/{script}' crossorigin></script>"
        library = script if script.startswith("<") else ours
        parts = (f"<script>{TELLING}</script>", library, "<button onclick='go()'>go</button>", html)
        self.site.html = page_of(*parts)
        between = "&" if "?" in path else "?"
        page.goto(self.site.url + path + (between + self.query if self.query else ""))

    def config(self, page: Page, **changed: Any) -> dict[str, Any]:
        """Return what ``wx.config`` is given on a page, rightly signed for it."""
        url = page.url.partition("#")[0]
        sign = wx_config_signature(self.ticket(), "n1", STAMP, url)
        names = ["addCard", "chooseCard", "openCard", "checkJsApi"]
        config = {"appId": self.api.appid, "timestamp": int(STAMP), "nonceStr": "n1", "signature": sign}
        return {**config, "jsApiList": names, **changed}

    def card_ext(self, card_id: str, **members: str) -> str:
        """Return a signed card_ext."""
        ext = {"timestamp": STAMP, "nonce_str": new_secret()[:16], **members}
        return json.dumps({**ext, "signature": card_ext_signature(self.ticket("wx_card"), card_id, ext)})

    def choose_args(self, **filters: str) -> dict[str, str]:
        """Return the arguments of ``chooseCard``, rightly signed."""
        named = {"shopId": "location_id", "cardId": "card_id", "cardType": "card_type"}
        signed = {named[name]: value for name, value in filters.items()}
        signed |= {"app_id": self.api.appid, "timestamp": STAMP, "nonce_str": "n2"}
        sign = card_sign(self.ticket("wx_card"), signed)
        return {**filters, "timestamp": STAMP, "nonceStr": "n2", "signType": "SHA1", "cardSign": sign}

    def card(self, kind: str = "GROUPON", **base: Any) -> str:
        """Create a card that can be claimed, with these fields of base_info."""
        return self.api.create_card(card(kind, {"logo_url": f"{self.base}/static/icon.svg", **base}))

    def sign_in(self, page: Page, name: str) -> str:
        """Sign somebody in on a phone, and return their openid."""
        openid, cookie = self.api.person(name), new_secret() + new_secret()
        person = Person(new_secret(), f"{name}{new_secret()[:8]}", name, "")

        def meet(tx: Tx) -> None:
            sign_up(tx, person, "", int(time.time()))
            open_session(tx, cookie, person.id, "phone", int(time.time()))
            remember_openid(tx, person.id, self.api.appid, openid)

        self.server.database.transact(meet)
        # The injected bridge goes by the server's own address.
        addresses = (self.base, self.server.base_url)
        page.context.add_cookies([{"name": "kaquan", "value": cookie, "url": one} for one in addresses])
        return openid

    def diagnosis(self, rid: str) -> Diagnosis:
        """Return what ``kaquan explain`` says of a reference."""
        _, call = self.kept.find(self.api.appid, rid)
        return explain(call.errcode, call.cause, json.loads(call.facts))


def post(merchant: Merchant, path: str, body: Any, origin: str, address: str = "") -> Any:
    """Return the answer to what a script on a page of ``origin`` sends."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Origin": origin, "X-Forwarded-For": address or secrets.token_hex(4)}
    request = urllib.request.Request(merchant.server.base_url + path, data, headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in answer.headers
        return json.loads(answer.read())


def rid_in(text: str) -> str:
    """Return the reference in a text."""
    return next(word for word in text.replace("：", " ").split() if word.count("-") == 2)
