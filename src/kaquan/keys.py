"""The master key and what is derived from it: nothing secret is stored as it is.

Tokens and tickets are computed from the key and their serial; secrets that must be read again (callback tokens) are
kept encrypted; app secrets only as a hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES = 32
NONCE_BYTES = 12


class BadKeyFile(Exception):
    """The master key's file holds no key."""


class KeyMismatch(Exception):
    """The database was written with another master key."""


def load_master_key(path: str) -> bytes:
    """Return the master key of this file, made at the first start with access for its owner alone.

    Raises:
        BadKeyFile: the file holds no key.
        OSError: the file cannot be read or made.
    """
    os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_master_key(path)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    return read_master_key(path)


def read_master_key(path: str) -> bytes:
    """Return the master key of an existing file.

    Raises:
        BadKeyFile: the file holds no key.
        OSError: the file cannot be read.
    """
    with open(path, encoding="latin-1") as file:
        text = file.read().strip()
    if not re.fullmatch(f"[0-9a-fA-F]{{{2 * KEY_BYTES}}}", text):
        raise BadKeyFile(f"{path} does not hold a key: {KEY_BYTES} bytes in hex")
    return bytes.fromhex(text)


class Keys:
    """Purpose-bound keys of one master key.

    Args:
        master: 32 bytes.
    """

    def __init__(self, master: bytes) -> None:
        self._master = master
        self.derive = lru_cache(maxsize=4096)(self._derive)

    def _derive(self, purpose: str) -> bytes:
        return HKDFExpand(SHA256(), KEY_BYTES, purpose.encode()).derive(self._master)

    def mac(self, purpose: str, message: str) -> bytes:
        """Return the HMAC-SHA-512 (64 bytes) of a message under the purpose's key."""
        return hmac.digest(self.derive(purpose), message.encode(), "sha512")

    def fingerprint(self) -> str:
        """Return what a database remembers of the key, to notice another one."""
        return self.mac("fingerprint", "kaquan").hex()[:32]

    def encrypt_code_key(self, appid: str) -> bytes:
        """Return the key of an account's encrypted codes."""
        return self.derive(f"encrypt_code/{appid}")

    def seal(self, purpose: str, value: str) -> str:
        """Return a secret in the form in which it is stored; empty stays empty."""
        if not value:
            return ""
        nonce = os.urandom(NONCE_BYTES)
        return base64.b64encode(nonce + AESGCM(self.derive(purpose)).encrypt(nonce, value.encode(), None)).decode()

    def unseal(self, purpose: str, box: str) -> str:
        """Return the secret of a stored box.

        Raises:
            KeyMismatch: it was sealed under another key.
        """
        if not box:
            return ""
        raw = base64.b64decode(box)
        try:
            return AESGCM(self.derive(purpose)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
        except InvalidTag as fault:
            raise KeyMismatch(purpose) from fault


def hash_secret(secret: str) -> str:
    """Return the stored form of an app secret; it is random enough to need no salt or slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same_secret(secret: str, stored: str) -> bool:
    """Compare a secret with its stored form in constant time."""
    return hmac.compare_digest(hash_secret(secret), stored)
