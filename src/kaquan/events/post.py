"""One HTTP request to a callback: a push, or the check of its address (spec: events.md 1, 2 and 4)."""

from __future__ import annotations

import os
import ssl
import string
import time

import aiohttp
import msgspec
import structlog
from yarl import URL

from kaquan.errors import Errcode, Refusal
from kaquan.events.address import AddressRefused, GuardedResolver, check_url
from kaquan.events.envelope import Envelope, envelope, signed
from kaquan.events.outbox import CallbackConfig, Pushed
from kaquan.events.render import NOT_XML
from kaquan.sources import new_secret, random_text, wall_clock

TIME_LIMIT = 5.0
READ_BYTES = 4096
SHOWN = 200
# What the text of an answer begins with where nobody was there to be asked.
NO_CONNECTION = "no connection"
ECHO_SHOWN = 100
NONCE_DIGITS = 10
ECHO_DIGITS = 19
# Shorter than what receivers keep a connection for: a push on one they just closed would fail and wait for its retry.
KEEP_ALIVE = 2.0
HEADERS = {"User-Agent": "kaquan", "Accept-Encoding": "identity"}
FAULTS = (aiohttp.ClientError, OSError, ValueError)

log = structlog.get_logger(__name__)


class Answer(msgspec.Struct, frozen=True):
    """What came of one push.

    Args:
        delivered: the merchant has it.
        status: HTTP status; 0 without an answer.
        millis: milliseconds it took.
        text: the beginning of the answer, or why there is none.
    """

    delivered: bool
    status: int
    millis: int
    text: str


BROKEN = Answer(False, 0, 0, "the event cannot be put into the form of this callback")


class Connector(aiohttp.TCPConnector):
    """Connects to nothing but addresses callbacks may have."""

    def __init__(self, allow_private: bool) -> None:
        self._guard = GuardedResolver(allow_private)
        super().__init__(resolver=self._guard, limit=0, keepalive_timeout=KEEP_ALIVE)

    async def close(self, *, abort_ssl: bool = False) -> None:
        """Close the connections and end the resolver."""
        await super().close(abort_ssl=abort_ssl)
        await self._guard.close()


def open_session(allow_private: bool, time_limit: float = TIME_LIMIT) -> aiohttp.ClientSession:
    """Return a session that connects to nothing but addresses callbacks may have, and keeps nothing of its peers.

    Args:
        allow_private: the operator lets callbacks go to loopback and private addresses.
        time_limit: seconds for a request, from the look-up of the name to the end of the answer.
    """
    return aiohttp.ClientSession(
        connector=Connector(allow_private),
        timeout=aiohttp.ClientTimeout(total=time_limit),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        headers=HEADERS,
    )


async def post(session: aiohttp.ClientSession, url: str, push: Envelope, allow_private: bool) -> Answer:
    """Post one push once; every fault of the other side is an answer.

    Args:
        session: of :func:`open_session`.
        url: the callback; its own parameters are kept.
        push: query and body.
        allow_private: as for the session.
    """
    begun = time.perf_counter()
    headers = {"Content-Type": push.content_type}
    try:
        target = check_url(url, allow_private).extend_query(push.query)
        status, raw = await ask(session, "POST", target, push.body, headers)
        text = readable(raw)
    except FAULTS as fault:
        status, text = 0, reason(fault, session)
    return Answer(200 <= status < 300, status, since(begun), text)


async def push(
    session: aiohttp.ClientSession, config: CallbackConfig, event: Pushed, timestamp: int, allow_private: bool
) -> Answer:
    """Put an event into the form of its callback and post it once.

    Args:
        session: of :func:`open_session`.
        config: where to, and how.
        event: what happened.
        timestamp: moment of sending, UTC seconds.
        allow_private: as for the session.
    """
    digits = new_secret()
    nonce, random = str(int(digits[:8], 16)), digits[8:24].encode()
    try:
        written = envelope(config, event, timestamp, nonce, random)
    except Exception as fault:  # noqa: BLE001  # one event that cannot be written must not hold up the rest
        log.error("event not written", appid=config.appid, id=event.id, fault=type(fault).__name__)
        return BROKEN
    return await post(session, config.url, written, allow_private)


async def ask(
    session: aiohttp.ClientSession,
    method: str,
    target: URL,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    """Make a request and return the status and the beginning of the answer; redirects are answers like others."""
    async with session.request(method, target, data=body, headers=headers, allow_redirects=False) as response:
        raw = b""
        while len(raw) < READ_BYTES and (more := await response.content.read(READ_BYTES - len(raw))):
            raw += more
        return response.status, raw


def readable(raw: bytes, limit: int = SHOWN) -> str:
    """Return the beginning of an answer as a text that every database, log and page can hold."""
    return NOT_XML.sub("", raw.decode("utf-8", "replace"))[:limit]


def reason(fault: Exception, session: aiohttp.ClientSession) -> str:
    """Return in words why there is no answer."""
    if isinstance(fault, TimeoutError):
        return f"no answer within {session.timeout.total or 0:g} s"
    cause = fault.__cause__ if isinstance(fault, aiohttp.ClientConnectorError) else fault
    if isinstance(cause, AddressRefused):
        return f"address refused: {cause}"
    if isinstance(cause, OSError):
        return f"{NO_CONNECTION}: {system_text(cause)}"[:SHOWN]
    return f"{type(fault).__name__}: {fault}"[:SHOWN]


def system_text(fault: OSError) -> str:
    """Return what the system calls a fault; those of TLS and of names have numbers of their own."""
    number = 0 if isinstance(fault, ssl.SSLError) else fault.errno or 0
    return os.strerror(number) if number > 0 else str(fault.strerror or fault)


class Checked(msgspec.Struct, frozen=True):
    """What came of the check of an address.

    Args:
        asked: the address with all parameters, empty where it is none that may be asked.
        expected: the text that has to come back.
        status: HTTP status; 0 without an answer.
        millis: milliseconds it took.
        received: the beginning of the answer.
        refused: why the address is not taken, None where it is.
    """

    asked: str
    expected: str
    status: int
    millis: int
    received: str
    refused: Refusal | None


async def examine_callback(
    url: str, token: str, *, allow_private: bool = False, time_limit: float = TIME_LIMIT
) -> Checked:
    """Ask an address to echo what it is sent, as whoever knows the token does, and return all that came of it.

    Args:
        url: the callback.
        token: its shared secret.
        allow_private: the operator lets callbacks go to loopback and private addresses.
        time_limit: seconds for the answer.
    """
    echo, asked = random_text(ECHO_DIGITS, string.digits), ""
    query = {**signed(token, str(wall_clock()), random_text(NONCE_DIGITS, string.digits)), "echostr": echo}
    begun = time.perf_counter()
    async with open_session(allow_private, time_limit) as session:
        try:
            target = check_url(url, allow_private).extend_query(query)
            asked = str(target)
            status, raw = await ask(session, "GET", target)
        except FAULTS as fault:
            refused = Errcode.INVALID_URL("callback_no_answer", path="url", reason=reason(fault, session))
            return Checked(asked, echo, 0, since(begun), "", refused)
    received = readable(raw, ECHO_SHOWN)
    return Checked(asked, echo, status, since(begun), received, echo_refusal(status, raw, echo, received))


def since(begun: float) -> int:
    """Return the milliseconds since a moment of ``time.perf_counter()``."""
    return round((time.perf_counter() - begun) * 1000)


def echo_refusal(status: int, raw: bytes, echo: str, received: str) -> Refusal | None:
    """Return what is wrong with the answer to a check, None where nothing is."""
    if status != 200:
        return Errcode.INVALID_URL("callback_status", path="url", status=status, received=received)
    if raw.strip() != echo.encode():
        return Errcode.INVALID_URL("callback_echo", path="url", expected=echo, received=received)
    return None


async def check_callback(url: str, token: str, *, allow_private: bool = False, time_limit: float = TIME_LIMIT) -> None:
    """Go on only if the address echoes what it is sent; the arguments are those of :func:`examine_callback`.

    Raises:
        Refusal: 40066 a refused address, no answer, another status than 200, or another text.
    """
    found = await examine_callback(url, token, allow_private=allow_private, time_limit=time_limit)
    if found.refused is not None:
        raise found.refused
