"""How a signature comes about: values, how they are put together, and the digest."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import msgspec

from kaquan.rules.lab.question import Parts

Arrange = Callable[[Parts], str]
Facts = dict[str, Any]
HEX = re.compile(r"[0-9A-Fa-f]+", re.ASCII)
BY_LENGTH = {20: "sha1", 16: "md5", 32: "sha256", 64: "sha512"}
SHOWN = {"sha1": "SHA-1", "md5": "MD5", "sha256": "SHA-256", "sha512": "SHA-512"}
LENGTHS = {40: "sha1", 32: "md5", 64: "sha256", 128: "sha512"}


class Finding(msgspec.Struct, frozen=True):
    """One mistake that was made.

    Args:
        mistake: its name, the key of its texts in ``errors/mistakes.toml``.
        facts: what its texts are filled with; JSON values, no secret, no whole openid.
    """

    mistake: str
    facts: Facts = {}


class Draft(NamedTuple):
    """One way to make a signature.

    Args:
        parts: what is signed, by name.
        arrange: puts the values together.
        algorithm: the digest, by the name it has in hashlib.
        key: a text the digest is keyed with (HMAC), None for none.
    """

    parts: Parts
    arrange: Arrange
    algorithm: str = "sha1"
    key: str | None = None

    def digest(self) -> bytes:
        """Return the digest of the values."""
        text = self.arrange(self.parts).encode("utf-8", "surrogatepass")
        if self.key is not None:
            return hmac.digest(self.key.encode("utf-8", "surrogatepass"), text, self.algorithm)
        if self.algorithm == "sha1":
            return hashlib.sha1(text, usedforsecurity=False).digest()
        return hashlib.new(self.algorithm, text, usedforsecurity=False).digest()

    def having(self, name: str, value: str) -> Draft:
        """Return the draft with another value under a name that it has."""
        return self._replace(parts=tuple((one, value if one == name else text) for one, text in self.parts))

    def adding(self, name: str, value: str) -> Draft:
        """Return the draft with a value more."""
        return self._replace(parts=(*self.parts, (name, value)))

    def without(self, *names: str) -> Draft:
        """Return the draft without the values of these names."""
        return self._replace(parts=tuple(one for one in self.parts if one[0] not in names))

    def value(self, name: str) -> str:
        """Return the value of a name, empty without one."""
        return next((text for one, text in self.parts if one == name), "")


Variants = Iterator[tuple[Facts, Draft]]


class Given(msgspec.Struct, frozen=True):
    """A signature as it arrived, read.

    Args:
        digest: its bytes, empty where it is no digest at all.
        algorithm: the one whose digests have that length.
        faults: what is wrong with its form already.
        upper: it has capital hex digits, which count as small ones.
    """

    digest: bytes = b""
    algorithm: str = "sha1"
    faults: tuple[Finding, ...] = ()
    upper: bool = False

    def fits(self, draft: Draft) -> bool:
        """Tell whether a draft gives this signature, compared in constant time."""
        return hmac.compare_digest(self.digest, draft.digest())


def by_value(parts: Parts) -> str:
    """Put values together in their own order, which is the order of their bytes."""
    return "".join(sorted([text for _, text in parts]))


def by_pairs(parts: Parts) -> str:
    """Put values together with their names in the order in which they stand."""
    return "&".join([f"{name}={text}" for name, text in parts])


def right_way(kind: str) -> Arrange:
    """Return how the values of this kind of signature are put together."""
    return by_pairs if kind == "config" else by_value


def read_given(text: str) -> Given:
    """Read a signature; its length tells the digest that was taken."""
    bare = text.strip(" \t\r\n\"'")
    faults = (Finding("signature_padded"),) if bare != text else ()
    if not bare:
        return Given(faults=(Finding("signature_missing"),))
    if HEX.fullmatch(bare) and len(bare) in LENGTHS:
        algorithm = LENGTHS[len(bare)]
        return _given(bytes.fromhex(bare), algorithm, faults, bare != bare.lower())
    return _base64(bare, faults) or Given(faults=(Finding("signature_shape", {"length": len(bare)}),))


def _base64(text: str, faults: tuple[Finding, ...]) -> Given | None:
    try:
        digest = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(digest) not in BY_LENGTH:
        return None
    return _given(digest, BY_LENGTH[len(digest)], (*faults, Finding("base64")), upper=False)


def _given(digest: bytes, algorithm: str, faults: tuple[Finding, ...], upper: bool) -> Given:
    wrong = () if algorithm == "sha1" else (Finding("digest", {"algorithm": SHOWN[algorithm]}),)
    return Given(digest, algorithm, (*faults, *wrong), upper)


def pairs_with(joint: str, between: str) -> Arrange:
    """Return what joins names and values, sorted by name."""
    return partial(_pairs, joint, between)


def _pairs(joint: str, between: str, parts: Parts) -> str:
    return between.join([f"{name}{joint}{text}" for name, text in sorted(parts)])
