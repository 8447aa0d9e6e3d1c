"""One request to a callback."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from events.merchant import Merchant, merchant, success
from events.samples import TOKEN, config, pushed
from kaquan.errors import Errcode, Refusal
from kaquan.events import address
from kaquan.events.envelope import envelope
from kaquan.events.post import Answer, check_callback, open_session, post
from kaquan.rules.signature import push_signature

PUSH = envelope(config(), pushed(), 1700000000, "1234567890", bytes(16))
Answering = Callable[[web.Request, dict[str, str]], Awaitable[web.StreamResponse]]


async def send(url: str, allow_private: bool = True, time_limit: float = 5.0) -> Answer:
    """Post the sample push."""
    async with open_session(allow_private, time_limit) as session:
        return await post(session, url, PUSH, allow_private)


def answering(**response: Any) -> Answering:
    """Return a merchant's answer."""

    async def answer(_request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
        return web.Response(**response)

    return answer


def sent_to(answer: Answering, path: str = "", time_limit: float = 5.0) -> tuple[Answer, Merchant]:
    """Post the sample push to a merchant that answers so."""

    async def run() -> tuple[Answer, Merchant]:
        async with merchant(answer) as receiver:
            return await send(receiver.url + path, time_limit=time_limit), receiver

    return asyncio.run(run())


def outcome(answer: Answer) -> tuple[bool, int, str]:
    """Return what does not depend on the clock."""
    return answer.delivered, answer.status, answer.text


@pytest.mark.parametrize(
    ("response", "came_of_it"),
    [
        ({"text": "success"}, (True, 200, "success")),
        ({"text": ""}, (True, 200, "")),
        ({"text": "<xml>reply</xml>"}, (True, 200, "<xml>reply</xml>")),
        ({"status": 204}, (True, 204, "")),
        ({"status": 500, "text": "oh"}, (False, 500, "oh")),
        ({"status": 404, "text": "none"}, (False, 404, "none")),
        ({"body": b"\x00\xff\x1bok"}, (True, 200, "\ufffdok")),
        ({"text": "x" * 100_000}, (True, 200, "x" * 200)),
        ({"body": b"\x1f\x8b", "headers": {"Content-Encoding": "gzip"}}, (True, 200, "\ufffd")),
    ],
)
def test_every_2xx_is_a_delivery_and_the_answers_beginning_is_kept(
    response: dict[str, Any], came_of_it: tuple[bool, int, str]
) -> None:
    assert outcome(sent_to(answering(**response))[0]) == came_of_it


def test_a_push_is_a_post_with_its_parameters_behind_the_callbacks_own() -> None:
    _, receiver = sent_to(success, "?tenant=7")
    (request,) = receiver.requests
    assert (request.method, request.content_type, list(request.query)) == (
        "POST",
        "text/xml",
        ["tenant", *PUSH.query],
    )
    assert {name: request.query[name] for name in PUSH.query} == PUSH.query
    assert receiver.events[0]["UserCardCode"] == "226009850808"


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    async def endless(request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b"z" * 1000)
        return response

    assert outcome(sent_to(endless)[0]) == (True, 200, "z" * 200)


@pytest.mark.parametrize("headers_first", [False, True])
def test_an_answer_that_is_not_there_in_time_is_none(headers_first: bool) -> None:
    async def late(request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
        response = web.StreamResponse()
        if headers_first:
            await response.prepare(request)
            await response.write(b"succ")
        await asyncio.sleep(0.5)
        return response

    answer, _ = sent_to(late, time_limit=0.1)
    assert outcome(answer) == (False, 0, "no answer within 0.1 s")
    assert 90 <= answer.millis < 400


def test_a_redirect_is_not_followed() -> None:
    async def run() -> tuple[Answer, int]:
        async with merchant() as hidden, merchant(answering(status=302, headers={"Location": hidden.url})) as front:
            return await send(front.url), len(hidden.requests)

    answer, hidden_requests = asyncio.run(run())
    assert (outcome(answer), hidden_requests) == ((False, 302, ""), 0)


def test_nobody_listening_is_a_failed_attempt() -> None:
    assert outcome(asyncio.run(send("http://127.0.0.1:1/"))) == (False, 0, "no connection: Connection refused")


def test_a_hung_up_connection_is_a_failed_attempt() -> None:
    async def hang_up(request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    answer, _ = sent_to(hang_up)
    assert (answer.delivered, answer.status) == (False, 0)
    assert answer.text


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("127.0.0.1", "address refused: 127.0.0.1 is a loopback address"),
        ("localhost", "address refused: 127.0.0.1 is a loopback address"),
        ("user@127.0.0.1", "address refused: a URL with a user in it"),
    ],
)
def test_a_refused_address_is_a_failed_attempt_without_a_connection(
    host: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "look_up", leads_to("127.0.0.1"))

    async def run() -> tuple[Answer, int]:
        async with merchant() as receiver:
            answer = await send(receiver.url.replace("127.0.0.1", host), allow_private=False)
            return answer, len(receiver.requests)

    answer, requests = asyncio.run(run())
    assert (outcome(answer), requests) == ((False, 0, why), 0)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "look_up", leads_to("127.0.0.1"))

    async def run() -> tuple[Answer, str]:
        async with merchant() as receiver:
            answer = await send(receiver.url.replace("127.0.0.1", "shop.invalid"))
            return answer, receiver.requests[0].host.partition(":")[0]

    answer, host = asyncio.run(run())
    assert (outcome(answer), host) == ((True, 200, "success"), "shop.invalid")


def leads_to(host: str) -> Callable[..., Any]:
    """Return a resolver for which every name leads to one address."""
    return lambda name, port, _family: [
        {"hostname": name, "host": host, "port": port, "family": 2, "proto": 6, "flags": 0}
    ]


def test_a_name_without_address_is_a_failed_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(address, "look_up", unknown)
    answer = asyncio.run(send("http://nowhere.invalid/"))
    assert outcome(answer) == (False, 0, "no connection: Name or service not known")


def test_a_name_that_cannot_be_one_is_a_failed_attempt() -> None:
    answer = asyncio.run(send(f"http://{'a' * 64}.example.com/"))
    assert (answer.delivered, answer.status, bool(answer.text)) == (False, 0, True)


def test_a_certificate_nobody_vouches_for_is_a_failed_attempt(tmp_path: Path) -> None:
    async def run() -> Answer:
        async with merchant(tls=self_signed(tmp_path)) as receiver:
            return await send(receiver.url)

    delivered, status, text = outcome(asyncio.run(run()))
    assert (delivered, status) == (False, 0)
    assert text.startswith("no connection: ")
    assert "certificate verify failed: self-signed certificate" in text


def self_signed(folder: Path) -> ssl.SSLContext:
    """Return what a server needs to show a certificate it made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop")])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin.replace(year=2120))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = Encoding.PEM
    (folder / "key").write_bytes(key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "certificate").write_bytes(certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate", folder / "key")
    return context


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert outcome(sent_to(success)[0]) == (True, 200, "success")


def checked(answer: Answering, token: str = TOKEN, **how: Any) -> Any:
    """Return the merchant after a check, or why it was refused."""

    async def run() -> Any:
        async with merchant(answer) as receiver:
            try:
                await check_callback(receiver.url + "?a=1", token, **{"allow_private": True, **how})
            except Refusal as refused:
                return refused.errcode, refused.cause, refused.facts
            return receiver

    return asyncio.run(run())


async def echo(request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
    """Answer as a receiver does that checks the signature."""
    query = request.query
    good = query["signature"] == push_signature(TOKEN, query["timestamp"], query["nonce"])
    return web.Response(text=f" {query['echostr']}\n") if good else web.Response(status=403, text="signature")


def test_an_address_that_echoes_is_accepted() -> None:
    (request,) = checked(echo).requests
    assert (request.method, list(request.query)) == ("GET", ["a", "signature", "timestamp", "nonce", "echostr"])
    assert (request.query["echostr"].isdigit(), 15 <= len(request.query["echostr"]) <= 20) == (True, True)


def test_another_status_is_refused_with_what_was_received() -> None:
    facts = {"path": "url", "status": 403, "received": "signature"}
    assert checked(echo, "Another") == (Errcode.INVALID_URL, "callback_status", facts)


def test_another_text_is_refused_with_its_first_hundred_characters() -> None:
    errcode, cause, facts = checked(answering(text="y" * 300))
    assert (errcode, cause, facts.pop("expected").isdigit()) == (Errcode.INVALID_URL, "callback_echo", True)
    assert facts == {"path": "url", "received": "y" * 100}


def test_no_answer_is_refused_with_the_reason() -> None:
    async def late(_request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
        await asyncio.sleep(0.5)
        return web.Response()

    facts = {"path": "url", "reason": "no answer within 0.1 s"}
    assert checked(late, time_limit=0.1) == (Errcode.INVALID_URL, "callback_no_answer", facts)


def test_a_private_address_is_refused_unless_it_is_allowed() -> None:
    facts = {"path": "url", "reason": "address refused: 127.0.0.1 is a loopback address"}
    assert checked(echo, allow_private=False) == (Errcode.INVALID_URL, "callback_no_answer", facts)
