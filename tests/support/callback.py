"""A merchant's callback: a real HTTP server that checks, decrypts and keeps what is pushed to it."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

TOKEN = "Tok3nOfTheReceiver"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


@dataclass
class Push:
    """One request that arrived.

    Args:
        query: parameters of the address.
        body: as it was sent.
        content_type: its header.
        message: the event's fields, decrypted where they were encrypted; numbers as XML shows them, as text.
        signed: every signature of the request was right.
        appid: behind the encrypted message, empty in plain mode.
    """

    query: dict[str, str]
    body: bytes
    content_type: str
    message: dict[str, Any] = field(default_factory=dict)
    signed: bool = False
    appid: str = ""

    @property
    def event(self) -> str:
        """Return the event's name."""
        return str(self.message.get("Event", ""))


def sign(*parts: str) -> str:
    """Return the signature over parts (spec: events.md 2 and 3)."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def decrypt(aes_key: str, encrypted: str) -> tuple[str, str]:
    """Return message and appid of an ``Encrypt`` (spec: events.md 3)."""
    key = base64.b64decode(aes_key + "=")
    decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
    padded = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    plain = padded[16 : -padded[-1]]
    length = int.from_bytes(plain[:4], "big")
    return plain[4 : 4 + length].decode(), plain[4 + length :].decode()


def parse(text: str) -> dict[str, Any]:
    """Return the fields of an XML or JSON document."""
    if text.lstrip().startswith("{"):
        fields: dict[str, Any] = json.loads(text)
        return fields
    return {child.tag: child.text or "" for child in ET.fromstring(text)}


def take_everything(_push: Push) -> tuple[int, bytes]:
    """Answer as a receiver does that has understood."""
    return 200, b"success"


class Receiver:
    """Listens on loopback from ``start`` to ``stop``.

    Args:
        answer: gives status and body for a push; the default takes everything.
        port: where to listen; 0 takes any free one.
    """

    def __init__(self, answer: Callable[[Push], tuple[int, bytes]] | None = None, port: int = 0) -> None:
        self.token = TOKEN
        self.aes_key = AES_KEY
        self.answer = answer or take_everything
        self.echo: Callable[[str], tuple[int, bytes]] = lambda echostr: (200, echostr.encode())
        self.keeps_alive = True
        self.pushes: list[Push] = []
        self.checks: list[dict[str, str]] = []
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/events"

    def start(self) -> Receiver:
        """Begin to listen."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def settings(self, mode: str = "plain", format: str = "xml") -> dict[str, str]:
        """Return the body of ``/sandbox/callback`` that points here."""
        return {"url": self.url, "token": self.token, "aes_key": self.aes_key, "mode": mode, "format": format}

    def wait(self, count: int, event: str = "", seconds: float = 10.0) -> list[Push]:
        """Return the pushes (of one event) as soon as there are ``count``; fail if they do not come."""
        deadline = time.monotonic() + seconds
        with self._arrived:
            while len(found := self.of(event)) < count:
                left = deadline - time.monotonic()
                assert left > 0, f"{len(found)} of {count} {event} pushes came: {[one.event for one in self.pushes]}"
                self._arrived.wait(left)
        return found

    def of(self, event: str) -> list[Push]:
        """Return the pushes of one event; of all without a name."""
        return [push for push in self.pushes if event in {"", push.event}]

    def check(self, query: dict[str, str]) -> tuple[int, bytes]:
        """Answer the address check."""
        self.checks.append(query)
        good = query.get("signature") == sign(self.token, query.get("timestamp", ""), query.get("nonce", ""))
        return self.echo(query.get("echostr", "")) if good else (403, b"signature")

    def take(self, push: Push) -> tuple[int, bytes]:
        """Read a push, keep it and answer it."""
        stamp = (self.token, push.query.get("timestamp", ""), push.query.get("nonce", ""))
        push.signed = push.query.get("signature") == sign(*stamp)
        push.message = parse(push.body.decode())
        if push.query.get("encrypt_type") == "aes":
            encrypted = push.message["Encrypt"]
            push.signed = push.signed and push.query.get("msg_signature") == sign(*stamp, encrypted)
            text, push.appid = decrypt(self.aes_key, encrypted)
            push.message = parse(text)
        with self._arrived:
            self.pushes.append(push)
            self._arrived.notify_all()
        return self.answer(push)


def handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    """Return the request handler that asks a receiver what to answer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply(*receiver.check(self._query()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self._reply(*receiver.take(Push(self._query(), body, self.headers["content-type"])))

        def _query(self) -> dict[str, str]:
            return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            if not receiver.keeps_alive:
                self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
