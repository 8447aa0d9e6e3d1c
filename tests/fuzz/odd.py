"""Values that a careful reader has to survive, as JSON text."""

from __future__ import annotations

import json
from random import Random
from typing import Any


class Raw(bytes):
    """JSON text, or what passes for it, that is written as it stands."""


class Members(list[tuple[Any, Any]]):
    """An object whose names may come twice."""


TEXTS = (
    "",
    " ",
    "0",
    "-1",
    "007",
    "1" * 19,
    "9" * 400,
    "1e400",
    "NaN",
    "true",
    "null",
    "{}",
    "\0",
    "a\0b",
    "\t\r\n\x0b\x7f",
    "\ufeffbom",
    "\u202eright to left\u202c",
    "\u2028\u2029\u0085",
    "e\u0301\u0308" * 9,
    "👩\u200d👩\u200d👧\u200d👦🎉",
    "\U0010ffff\ufffe\uffff",
    "١٢٣٤",
    "Ｏｋ",
    "ß" * 9,
    "汉" * 1025,
    "x" * 5000,
    "'; DROP TABLE card; --",
    "%s%n{0}{card_id}${x}%00%",
    "<script>alert(1)</script>\"'&",
    "../../etc/passwd",
    "http://127.0.0.1:9/",
    "javascript:alert(1)",
    "http://" + "a" * 121,
    "http://" + "a" * 122,
    "ok\r\nX-Injected: yes",
)
# Written otherwise than json.dumps would: lone surrogates as escapes and as bytes, bytes that are no UTF-8.
TEXTS_AS_THEY_STAND = tuple(
    Raw(text)
    for text in (
        rb'"\ud800"',
        rb'"\udfff\ud800"',
        rb'"\ud83d\ude00"',
        rb'"\u0000"',
        rb'"\\u0000"',
        rb'"\x41"',
        b'"\xed\xa0\x80"',
        b'"\xff\xfe"',
        b'"\xc3"',
        b'"\xc0\x80"',
        b'"\x00"',
        b'"\n"',
        b"'single'",
        b'"unfinished',
    )
)
SPELT = (
    "0 -0 1 -1 2 7 100 101 1e2 1.0 1.5 -0.0 0.1 1E-400 1e308 1e400 -1e400 01 +1 .5 1. 0x10 NaN Infinity "
    "2147483647 2147483648 4294967296 9007199254740993 9223372036854775807 9223372036854775808 "
    "-9223372036854775808 -9223372036854775809 18446744073709551616 1e18 1e19 9.3e18 1400000000000"
)
LONG = (b"9" * 30, b"9" * 4300, b"9" * 5000, b"1" + b"0" * 309)
NUMBERS = tuple(Raw(one) for one in (*SPELT.encode().split(), *LONG))
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], [None], [{}], {"": ""}, {"a": {"b": [1]}}, [0] * 101)


def text(dice: Random) -> Any:
    """Return an odd text."""
    return dice.choice(TEXTS_AS_THEY_STAND if dice.random() < 0.25 else TEXTS)


def value(dice: Random) -> Any:
    """Return an odd value of any kind."""
    return dice.choice((text, text, lambda one: one.choice(NUMBERS), lambda one: one.choice(OTHERS), nested))(dice)


def nested(dice: Random) -> Raw:
    """Return brackets within brackets, closed or not."""
    depth = dice.choice((2, 60, 900, 10_000))
    begin, end = dice.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return Raw(begin * depth + (b"1" + end * depth if dice.random() < 0.7 else b""))


def dump(value: Any, escaped: bool = False) -> bytes:
    """Return a value as JSON text; ``escaped`` writes everything beyond ASCII as an escape."""
    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, Members):
        return b"{" + b",".join(dump(name, escaped) + b":" + dump(one, escaped) for name, one in value) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(dump(one, escaped) for one in value) + b"]"
    return json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
