"""Time, ids and randomness: the only places they come from; everything else is given them."""

from __future__ import annotations

import base64
import os
import secrets
import string
import struct
import threading
import time
from collections.abc import Iterator

from kaquan.rules.ids import TAG_BITS

LETTERS_AND_DIGITS = string.ascii_letters + string.digits
URL_SAFE = LETTERS_AND_DIGITS + "-_"
CODES = 10**12
DRAWN = 512
POI_IDS = range(100_000_000, 2**31)


def wall_clock() -> int:
    """Return the time in UTC seconds."""
    return int(time.time())


def moment_clock() -> float:
    """Return the time in UTC seconds, for what a second is too long for."""
    return time.time()


def random_text(length: int, alphabet: str = URL_SAFE) -> str:
    """Return random characters."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def url_safe(raw: bytes) -> str:
    """Return bytes as unpadded URL-safe base64."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Codes:
    """Random codes of 12 decimal digits; the system is asked for many at once."""

    def __init__(self) -> None:
        self._numbers: Iterator[tuple[int]] = iter(())

    def __call__(self) -> str:
        """Return the next code; its 64 bits leave no bias that could be noticed."""
        number = next(self._numbers, None)
        if number is None:
            self._numbers = struct.iter_unpack("Q", os.urandom(DRAWN * 8))
            number = next(self._numbers)
        return f"{number[0] % CODES:012d}"


def new_picks(count: int) -> list[int]:
    """Return random 63-bit numbers: where deposited codes stand among those that claims take."""
    return [number >> 1 for (number,) in struct.iter_unpack("Q", os.urandom(count * 8))]


def new_pick() -> int:
    """Return one such number: from where on a claim takes codes."""
    return new_picks(1)[0]


def new_name() -> bytes:
    """Return the 128 bits of a name that nobody can guess."""
    return secrets.token_bytes(16)


def new_appid() -> str:
    """Return ``wx`` and 16 hex digits."""
    return "wx" + secrets.token_hex(8)


def new_prefix() -> str:
    """Return what the openids and card_ids of an account begin with: 6 letters or digits."""
    return random_text(6, LETTERS_AND_DIGITS)


def new_secret() -> str:
    """Return an app secret: 32 hex digits."""
    return secrets.token_hex(16)


def new_rid(now: int) -> str:
    """Return the reference of a failed call: the time in hex, then 64 random bits (spec: auth 0)."""
    tail = secrets.token_hex(8)
    return f"{now:08x}-{tail[:8]}-{tail[8:]}"


def new_poi_id() -> int:
    """Return a number that SDKs can read into signed 32 bits; who draws it sees to it that it is new."""
    return secrets.choice(POI_IDS)


def id_at(seconds: float) -> int:
    """Return the id that all ids drawn from this moment on are greater than, UTC seconds of the wall clock."""
    return max(0, int(seconds * 1_000_000)) << TAG_BITS


class Ids:
    """Increasing 63-bit ids: microseconds, then a tag that keeps processes apart."""

    def __init__(self) -> None:
        self._tag = secrets.randbits(TAG_BITS)
        self._last = 0
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._part)

    def _part(self) -> None:
        """Take another tag than the process that this one was forked from."""
        before = self._tag
        while self._tag == before:
            self._tag = secrets.randbits(TAG_BITS)

    def __call__(self) -> int:
        """Return the next id."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1000)
            return self._last << TAG_BITS | self._tag


def last_id_before(second: int) -> int:
    """Return an id that is above those drawn before a UTC second, and below those drawn from it on."""
    return id_at(second) - 1
