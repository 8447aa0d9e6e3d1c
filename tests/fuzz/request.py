"""One request: how chance makes it, what it is as bytes, and how to send it again by hand."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes

from fuzz import odd
from fuzz.shape import Form, Writer, forms
from fuzz.shop import Shop, asked
from kaquan.api.dispatch import PREFIXES
from kaquan.api.route import ROUTES, Endpoint

FORM = "multipart/form-data; boundary=B"
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND")
# These change what the account is, or make its calls go wrong on purpose: an account of their own is for them.
WRECKING = frozenset({"/sandbox/fault", "/sandbox/clock", "/sandbox/faults/clear", "/cgi-bin/stable_token"})
# A fault is planned for a second until all processes know of it; elsewhere addresses are waited for.
SLOW = frozenset({"/sandbox/fault", "/sandbox/callback", "/cgi-bin/callback/check"})
ASKED = ("type", "grant_type", "appid", "secret", "appsecret", "openid", "lang", "next_openid", "ticket")
OF_PERSONS = "/sns/"
BIG = 10 << 20
INLINE = 4096


@dataclass(frozen=True)
class Request:
    """What is sent.

    Args:
        number: of the run, from 0.
        path: the endpoint it was made for.
        sound: it is HTTP; whatever is not may be refused before the wire sees it.
        chunks: sizes the body is sent in, with Transfer-Encoding; empty for Content-Length.
    """

    number: int
    path: str
    method: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    sound: bool = True
    chunks: tuple[int, ...] = ()

    def raw(self) -> bytes:
        """Return it as it goes over the connection."""
        lines = [self.method.encode() + b" " + self.target + b" HTTP/1.1", b"host: fuzz"]
        lines += [name + b": " + value for name, value in self.headers]
        lines.append(b"transfer-encoding: chunked" if self.chunks else b"content-length: %d" % len(self.body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + (self._chunked() if self.chunks else self.body)

    def _chunked(self) -> bytes:
        parts, place = [], 0
        for size in self.chunks:
            if part := self.body[place : place + size]:
                parts.append(b"%x\r\n%b\r\n" % (len(part), part))
            place += size
        rest = self.body[place:]
        return b"".join(parts) + (b"%x\r\n%b\r\n" % (len(rest), rest) if rest else b"") + b"0\r\n\r\n"

    def curl(self, base_url: str, folder: Path) -> str:
        """Return a command line of bash that sends it again; a large body is written to a file of the folder."""
        words = ["curl", "-sS", "-i", "--path-as-is", "-X", self.method]
        if self.method == "HEAD":
            words[-2:] = ["-I"]
        for name, value in (*self.headers, *([(b"Transfer-Encoding", b"chunked")] if self.chunks else [])):
            words += ["-H", bash(name + b": " + value)]
        if self.body:
            words += ["--data-binary", self._body_of_curl(folder)]
        return " ".join([*words, bash(base_url.encode() + self.target)])

    def _body_of_curl(self, folder: Path) -> str:
        if len(self.body) <= INLINE and b"\0" not in self.body and not self.body.startswith(b"@"):
            return bash(self.body)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{hashlib.sha256(self.body).hexdigest()[:16]}.body"
        file.write_bytes(self.body)
        return shlex.quote(f"@{file}")


def bash(text: bytes) -> str:
    """Return bytes as a word of bash."""
    plain = all(32 <= byte < 127 for byte in text)
    if plain:
        return shlex.quote(text.decode())
    return (
        "$'"
        + "".join(chr(byte) if 32 <= byte < 127 and byte not in b"\\'" else f"\\x{byte:02x}" for byte in text)
        + "'"
    )


class Maker:
    """Makes the requests of a run; the same seed makes the same ones, but for ids that the server gives.

    Args:
        seed: any text.
        shops: accounts that take part.
        wreck: the account that may be wrecked.
    """

    def __init__(self, seed: str, shops: list[Shop], wreck: Shop) -> None:
        self._seed = seed
        self._shops = shops
        self._wreck = wreck
        self._forms = {path: forms(endpoint) for path, endpoint in ROUTES.items()}
        self._paths = sorted(ROUTES)

    def make(self, number: int) -> Request:
        """Return the request of this number."""
        dice = Random(f"{self._seed}/{number}")
        path = self._paths[number % len(self._paths)]
        if path in SLOW and dice.random() < 0.8:
            path = dice.choice(self._paths)
        endpoint = ROUTES[path]
        shop = self._wreck if path in WRECKING else dice.choice(self._shops)
        method = dice.choice(METHODS) if dice.random() < 0.04 else dice.choice(endpoint.methods)
        target, sound = self._target(endpoint, shop, dice)
        body = self._body(endpoint, shop, dice) if endpoint.has_body or dice.random() < 0.05 else b""
        chunks = tuple(dice.choice((1, 7, 4096)) for _ in range(9)) if body and dice.random() < 0.05 else ()
        sound = sound and method in METHODS[:-1]
        return Request(number, path, method, target, self._headers(path, dice), body, sound, chunks)

    def _target(self, endpoint: Endpoint, shop: Shop, dice: Random) -> tuple[bytes, bool]:
        path, sound = endpoint.path.encode(), True
        if endpoint.path in PREFIXES:
            name = odd.text(dice) if dice.random() < 0.4 else dice.choice(shop.pages[endpoint.path])
            path += (
                quote_from_bytes(_plain(name)).encode()
                if dice.random() < 0.9
                else b"%" + _plain(name)[:3].hex().encode()
            )
        if dice.random() < 0.03:
            bent = (path + b"/", b"/" + path, path.upper(), path + b"%00", path + b";x=1", path + b"%", path + b"%zz")
            path = dice.choice((*bent, b"/%2e%2e" + path, path.replace(b"a", b"%61"), path + b"x" * 3000, b"*"))
        elif dice.random() < 0.005:
            path, sound = path + dice.choice(("汉".encode(), b" x", b"\x00", b"\xff")), False
        query = self._query(endpoint, shop, dice)
        return path + (b"?" + query if query else b""), sound

    def _query(self, endpoint: Endpoint, shop: Shop, dice: Random) -> bytes:
        pairs = [(b"access_token", shop.api.token.encode())] if endpoint.token else []
        if endpoint.reader is None:
            more = shop.persons if endpoint.path.startswith(OF_PERSONS) else ()
            names = [name for name in (*ASKED, *more) if dice.random() < (0.9 if more else 0.6)]
            pairs += [(name.encode(), _written(dice.choice(asked(shop)[name]), dice)) for name in names]
        if dice.random() < 0.06:
            pairs = _bent(pairs, dice)
        return b"&".join(name + b"=" + value for name, value in pairs)

    def _headers(self, path: str, dice: Random) -> tuple[tuple[bytes, bytes], ...]:
        headers = [(b"content-type", FORM.encode())] if path.endswith("uploadimg") else []
        if dice.random() < 0.15:
            headers.append(dice.choice(HEADERS))
        if dice.random() < 0.05:
            headers.append((b"idempotency-key", dice.choice((b"k%d" % dice.randrange(40), b"x" * 256, b"\xe6", b" "))))
        return tuple(headers)

    def _body(self, endpoint: Endpoint, shop: Shop, dice: Random) -> bytes:
        if endpoint.path.endswith("uploadimg") and dice.random() < 0.9:
            return upload(dice)
        made = self._forms[endpoint.path]
        form = dice.choice(made) if made else Form(_NOTHING)
        known = {**shop.known, **shop.spare.get(endpoint.path, {})}
        odds, optional = dice.choice((0.0, 0.0, 0.03, 0.1, 0.4)), dice.choice((0.0, 0.2, 0.7, 1.0))
        value = Writer(dice, known, form.tag, odds, optional).body(form.node)
        body = odd.dump(value, escaped=dice.random() < 0.2)
        return broken(body, dice) if dice.random() < 0.12 else body


def _plain(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def _written(value: Any, dice: Random) -> bytes:
    text = _plain(odd.text(dice)) if dice.random() < 0.15 else _plain(value)
    return quote_from_bytes(text, safe="").encode()


def _bent(pairs: list[tuple[bytes, bytes]], dice: Random) -> list[tuple[bytes, bytes]]:
    """Return the parameters of a query with something wrong about them."""
    more: list[tuple[bytes, bytes]] = [
        (b"access_token", b"x"),
        (b"access_token", b"%00%ff%C3%28"),
        (b"x", b"%"),
        (b"%zz", b"%u6c49"),
        (b"", b""),
        (b"x", b"y" * 30_000),
        *pairs,
    ]
    bent = [*pairs, dice.choice(more)]
    if dice.random() < 0.3:
        bent = [(name, value[: dice.randrange(len(value) + 1)]) for name, value in bent]
    if dice.random() < 0.1:
        bent += [(b"p%d" % number, b"") for number in range(2000)]
    dice.shuffle(bent)
    return bent


HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-type", b"application/x-www-form-urlencoded"),
    (b"content-type", b"text/xml; charset=gbk"),
    (b"content-type", b"multipart/form-data"),
    (b"content-type", b'\xff;;;boundary="'),
    (b"content-encoding", b"gzip"),
    (b"accept-language", b"en;q=nan,zh;q=inf,;;,fr;q=1e999"),
    (b"accept-language", b"," * 9000),
    (b"x-forwarded-for", b"\xff\xfe, " + b"1" * 500),
    (b"x-long", b"x" * 60_000),
    (b"cookie", b"a=" + b"b" * 4000),
    (b"accept-encoding", b"br;q=x"),
    (b"expect", b"100-continue"),
    (b"upgrade", b"websocket"),
    (b"range", b"bytes=0-"),
    (b"if-none-match", b"*"),
)
_NOTHING: Any = type("Nothing", (), {"fields": ()})()


def broken(body: bytes, dice: Random) -> bytes:
    """Return a body with something wrong about all of it."""
    place = dice.randrange(len(body) + 1)
    kinds = (
        lambda: body[:place],
        lambda: body[:place] + bytes([dice.randrange(256)]) + body[place:],
        lambda: body[:place] + bytes([dice.randrange(256)]) + body[place + 1 :],
        lambda: b"\xef\xbb\xbf" + body,
        lambda: b"\xef\xbb\xbf" * 2 + body,
        lambda: body.decode("utf-8", "replace").encode("utf-16"),
        lambda: body.decode("utf-8", "replace").encode("gbk", "replace"),
        lambda: body + body,
        lambda: b"[" + body + b"]",
        lambda: odd.dump(odd.value(dice)),
        lambda: b"",
        lambda: b" " * (BIG if dice.random() < 0.1 else 9000) + body,
        lambda: body[:-1] + b',"x":"' + b"x" * (BIG if dice.random() < 0.1 else 900_000) + b'"}',
        lambda: b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        lambda: body[:-1] + b',"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        lambda: body[:-1] + b"".join(b',"k%d":0' % number for number in range(20_000)) + b"}",
        lambda: quote_from_bytes(body).encode(),
        lambda: body.replace(b'"', b"'"),
        lambda: body.replace(b":", b"=").replace(b",", b"&"),
    )
    return dice.choice(kinds)()


def upload(dice: Random) -> bytes:
    """Return a form with a file, mostly garbage."""
    content = dice.choice(
        (
            b"",
            b"GIF89a" + dice.randbytes(40),
            b"\x89PNG\r\n\x1a\n" + dice.randbytes(dice.randrange(300)),
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x06\x00\x00\x00"
            + dice.randbytes(9),
            b"\xff\xd8\xff\xe0" + dice.randbytes(dice.randrange(300)),
            bytes(dice.choice((1 << 20, (1 << 20) + 1))),
        )
    )
    head = dice.choice(
        (
            b'Content-Disposition: form-data; name="media"; filename="a.png"\r\n',
            b'Content-Disposition: form-data; name="media"; filename="' + b"x" * 5000 + b'"\r\n',
            b"Content-Disposition: form-data; name*=utf-8''%ff; filename=\xff\r\n",
            b'content-disposition: form-data; filename="a\\"b"\r\nContent-Transfer-Encoding: base64\r\n',
            b'Content-Disposition: form-data; filename="a"\r\nContent-Transfer-Encoding: x\r\n',
            b'Content-Disposition: form-data; filename="a"\r\nContent-Transfer-Encoding: quoted-printable\r\n',
            b"Content-Disposition: attachment\r\n",
            b": \r\n",
            b"",
        )
    )
    form = (b"--B\r\n" + head + b"\r\n" + content + b"\r\n") * dice.choice((1, 1, 2, 300 if len(content) < 900 else 1))
    form += dice.choice((b"--B--\r\n", b"--B--", b"--B\r\n", b"--", b""))
    return broken(form, dice) if dice.random() < 0.3 else form
