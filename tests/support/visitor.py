"""A visitor of the pages without a browser: cookies, forms, and what a claim page says."""

from __future__ import annotations

import http.client
import re
import time
from html import unescape
from urllib.parse import urlencode, urlsplit

from kaquan.actions.keep_account import sign_up
from kaquan.actions.keep_session import open_session
from kaquan.rules.account import Person
from kaquan.sources import new_secret
from kaquan.store.tx import Tx
from support.server import Server

HIDDEN = re.compile(r'<input type="hidden" name="(csrf|nonce)" value="([^"]+)"')
CODE = re.compile(r"/wallet/wx[0-9a-f]{16}/[^/\"]+/([^\"#]+)#code")
TEXT = re.compile(r'<p class="fault" role="alert">([^<]+)</p>\s*<p class="reference">[^<]*?([0-9a-f-]{26})</p>')
SAID = re.compile(r'<h1>([^<]+)</h1>\s*<p class="reference">[^<]*?([0-9a-f-]{26})</p>')


class Visitor:
    """Somebody with a wallet, signed in on a device of their own.

    Args:
        server: the running server.
        name: of the account; empty for somebody who is not signed in.
        language: as the browser asks for it.
    """

    # Any page with a form, which has what every form of this visitor carries.
    FORM = "/wallet/sign-in"

    def __init__(self, server: Server, name: str = "", language: str = "zh-CN") -> None:
        self._address = urlsplit(server.base_url).netloc
        self._language = language
        self._cookies: dict[str, str] = {}
        self.hidden: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.page = ""
        self.raw = b""
        if name:
            self._sign_in(server, name)

    def _sign_in(self, server: Server, name: str) -> None:
        cookie = new_secret() + new_secret()
        person = Person(new_secret(), f"{name}{new_secret()[:12]}", name, "")

        def join(tx: Tx) -> None:
            sign_up(tx, person, "", int(time.time()))
            open_session(tx, cookie, person.id, "test", int(time.time()))

        server.database.transact(join)
        self._cookies["kaquan"] = cookie

    def twin(self, server: Server) -> Visitor:
        """Return the same visitor, with the same page open, as a server sees them who clicks once more."""
        other = Visitor(server, language=self._language)
        other._cookies, other.hidden = dict(self._cookies), dict(self.hidden)
        return other

    @property
    def cookie(self) -> str:
        """Return what the visitor's browser sends of its cookies."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def get(self, url: str) -> int:
        """Fetch a page and return its status."""
        return self._send("GET", url, None)

    def head(self, url: str) -> int:
        """Ask what a page would be and return its status."""
        return self._send("HEAD", url, None)

    def post(self, url: str, /, **fields: str) -> int:
        """Send a form with what its page hid in it, unless told otherwise, and return the status of the answer."""
        if "csrf" not in {**self.hidden, **fields}:
            page = self.page
            self._send("GET", self.FORM, None)
            self.page = page
        return self._send("POST", url, urlencode({**self.hidden, **fields}).encode())

    def claim(self, url: str) -> list[tuple[str, str]]:
        """Open a claim page, press its button, and return what it says of each card."""
        self.get(url)
        assert self.post(url) == 200
        return self.said()

    def said(self) -> list[tuple[str, str]]:
        """Return each code with an empty text, and each text with its reference, in that order."""
        codes = [(unescape(code), "") for code in CODE.findall(self.page)]
        return codes + [(unescape(text), rid) for text, rid in TEXT.findall(self.page) + SAID.findall(self.page)]

    def _send(
        self, method: str, url: str, body: bytes | None, content_type: str = "application/x-www-form-urlencoded"
    ) -> int:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Cookie": self.cookie, "Accept-Language": self._language}
        if body is not None:
            headers["Content-Type"] = content_type
        connection = http.client.HTTPConnection(self._address, timeout=30)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            self.raw = answer.read()
            self.page = self.raw.decode(errors="replace")
        finally:
            connection.close()
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        for cookie in answer.headers.get_all("set-cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        self.hidden = dict(HIDDEN.findall(self.page)) or self.hidden
        return answer.status
