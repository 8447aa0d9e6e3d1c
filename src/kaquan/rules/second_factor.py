"""The second factor: time-based one-time codes (RFC 6238, six digits of SHA-1, 30 s), and codes for their loss."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECRET_BYTES = 20
DIGITS, STEP_SECONDS = 6, 30
# Clocks differ, and typing takes time: the code before and the one after are taken as well.
DRIFT = (0, -1, 1)
RECOVERY_CODES, RECOVERY_BYTES = 8, 5
NOT_TYPED = re.compile(r"[^0-9A-Za-z]")


def step_of(secret: bytes, typed: str, now: int) -> int | None:
    """Return the step whose code was typed, None where it is no code of about now.

    Args:
        secret: 20 bytes.
        typed: blanks in it do not count.
        now: UTC seconds.
    """
    # What every authenticator knows; it signs nothing.
    totp = TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
    typed = NOT_TYPED.sub("", typed)
    steps = (now // STEP_SECONDS + drift for drift in DRIFT)
    codes = ((step, totp.generate(step * STEP_SECONDS)) for step in steps)
    return next((step for step, code in codes if hmac.compare_digest(code, typed.encode())), None)


def key_of(secret: bytes) -> str:
    """Return a secret as people type it into their authenticator."""
    return base64.b32encode(secret).decode().rstrip("=")


def address_of(secret: bytes, name: str, issuer: str) -> str:
    """Return the otpauth address that authenticators scan."""
    facts = {"secret": key_of(secret), "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{quote(issuer)}:{quote(name)}?{urlencode(facts)}"


def recovery_code(drawn: bytes) -> str:
    """Return five random bytes as a code for the loss of the second factor."""
    text = base64.b32encode(drawn).decode().lower()
    return f"{text[:4]}-{text[4:]}"


def digest_of(code: str) -> str:
    """Return what is kept of a recovery code; dashes, blanks and case do not count."""
    return hashlib.sha256(NOT_TYPED.sub("", code).lower().encode()).hexdigest()
