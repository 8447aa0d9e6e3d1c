"""Pages are sent what no browser of good will sends: they answer with a page or a refusal and never fail."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from kaquan.site import load_pages
from kaquan.web.page import PAGES
from support.api import Api
from support.server import Server
from support.visitor import Visitor

load_pages()
CARD_ID = "p" + "A" * 27
# The last is odd for no page: it takes what else is odd past the first look.
NAMES = ("%00", "%FF%FE", "a" * 3000, "%252F", "%25ED%25A0%2580", "..%252F..", "%E5%8D%A1", "{%25}", "12")
QUERIES = (
    "%00=%00",
    "x=%ff",
    "lang=%ed%a0%80&next=%00",
    "t=%ff&appid=wx%00&before=%D9%A3&time=9999999999999&app=%00",
    "appid=%00wx&redirect_uri=http%3A%2F%2F%5B&response_type=code&scope=%FF",
    "next=//evil.test&tab=ended",
)
FORMS = (
    b"",
    b"\xff\xfe\x00",
    b"&".join(b"a%d=1" % number for number in range(500)),
    b"[" * 60000,
    b'{"method":"batchAddCard","appid":"wx\\ud800\\u0000","args":{"card_list":[{"card_id":"\\ud800"}]},"url":"http://["}',
    b'{"method":"chooseCard","args":{"app_id":"wx\\udc00"},"url":"\\u0000","api_list":["\\ud800"],"timestamp":1e999}',
)
MEMBER = ("%00", "\ud800", "[", "x" * 20000, "-1", "9" * 400, "{}", '{"method":"\\ud800","args":{}}')
FIELDS = [
    "name",
    "password",
    "again",
    "persona",
    "change",
    "nickname",
    "session",
    "do",
    "greeting",
    "to",
    "card_id",
    "code",
    "nonce",
    "end",
    "answer",
    "origin",
    "call",
    "confirmed",
    "verify_code",
    "amount",
    "tab",
    "old",
]


class Raw:
    """A visitor's connection that sends headers and bodies as they are.

    Args:
        server: the running server.
        visitor: whose cookies are sent.
    """

    def __init__(self, server: Server, visitor: Visitor) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=30)
        self._cookie = visitor.cookie

    def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of an answer."""
        self._connection.putrequest(method, target, skip_host="host" in headers, skip_accept_encoding=True)
        for name, value in {"cookie": self._cookie, "content-length": str(len(body)), **headers}.items():
            self._connection.putheader(name, value.encode("latin-1", "replace"))
        self._connection.endheaders(body)
        answer = self._connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@pytest.fixture
def visitor(server: Server) -> Visitor:
    """Somebody who is signed in."""
    made = Visitor(server, "odd")
    made.get("/wallet/me")
    return made


@pytest.fixture
def raw(server: Server, visitor: Visitor) -> Iterator[Raw]:
    """That visitor's connection; in the end the server has had no fault."""
    before = len(server.log)
    made = Raw(server, visitor)
    yield made
    made.close()
    assert "Traceback" not in server.log[before:]


def paths_of(path: str, appid: str) -> list[str]:
    """Return a page's addresses with odd names in the place of its own."""
    known = path.replace("{appid}", appid).replace("{card_id}", CARD_ID)
    return [re.sub(r"\{\w+\}", name.replace("\\", ""), known) for name in NAMES] if "{" in path else [path]


@pytest.mark.parametrize("path", sorted({one.path for one in PAGES} | {"/wallet/{x}", "/static/{x}", "/gift/{x}/{x}"}))
def test_no_page_fails(raw: Raw, visitor: Visitor, api: Api, path: str) -> None:
    odd, plain = paths_of(path, api.appid), paths_of(path, api.appid)[-1]
    targets = [*odd, *(f"{plain}?{query}" for query in QUERIES)]
    for method, target in [("HEAD", plain), ("DELETE", plain), *(("GET", target) for target in targets)]:
        status, headers, _ = raw.ask(method, target)
        assert status < 500, (method, target)
        # Without it is what the server itself turns down, before anything of ours sees it.
        assert "frame-ancestors" in headers.get("content-security-policy", "") or status == 400, target
    filled = [urlencode(dict.fromkeys(FIELDS, value.encode("utf-8", "surrogatepass"))).encode() for value in MEMBER]
    sent = [(address, filled[-1]) for address in odd] + [(plain, body) for body in (*FORMS, *filled)]
    for address, body in sent:
        status, *_ = raw.ask("POST", address, body, **{"x-csrf": visitor.hidden["csrf"]})
        assert status < 500, (address, body[:80])


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "["},
        {"host": "evil.test/x?y#"},
        {"cookie": "kaquan=" + "\xff" * 50},
        {"cookie": 'kaquan="\\000' + "a" * 50 + '"; kaquan_lang=\xff'},
        {"accept-language": "en;q=nan,zh;q=-inf, \xff;q=" + "9" * 400},
        {"origin": "http://["},
        {"user-agent": "\xff" * 3000},
    ],
)
@pytest.mark.parametrize("path", ["/wallet", "/wallet/sign-in", "/nowhere/here", "/lab/signature", "/wallet/sign-in/x"])
def test_no_header_makes_a_page_fail(raw: Raw, path: str, headers: dict[str, str]) -> None:
    assert raw.ask("GET", path, b"", **headers)[0] < 500
    assert raw.ask("POST", path, b"csrf=x", **headers)[0] < 500
