"""Encryption of pushed messages: AES-256-CBC over random, length, text and appid (spec: events.md 3)."""

from __future__ import annotations

import base64
import binascii
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
IV_BYTES = 16
RANDOM_BYTES = 16
HEAD = struct.Struct(f">{RANDOM_BYTES}sI")


class UndecipherableMessage(ValueError):
    """The text was not encrypted with this key, or was changed since."""


def aes_key_of(encoding_aes_key: str) -> bytes:
    """Return the 32 bytes of an EncodingAESKey; its two spare bits may be anything.

    Raises:
        ValueError: it is not 43 characters of base64.
    """
    key = base64.b64decode(f"{encoding_aes_key}=", validate=True)
    if len(encoding_aes_key) != 43 or len(key) != BLOCK:
        raise ValueError("an EncodingAESKey has 43 characters of base64")
    return key


def encrypt_message(encoding_aes_key: str, appid: str, text: bytes, random: bytes) -> str:
    """Return the ``Encrypt`` value of a message.

    Args:
        encoding_aes_key: 43 characters.
        appid: whose message it is; travels inside.
        text: the message, UTF-8.
        random: 16 bytes.
    """
    key = aes_key_of(encoding_aes_key)
    plain = HEAD.pack(random, len(text)) + text + appid.encode()
    padding = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(AES256(key), CBC(key[:IV_BYTES])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()


def decrypt_message(encoding_aes_key: str, encrypted: str) -> tuple[bytes, str]:
    """Return the text of an ``Encrypt`` value and the appid that travelled with it.

    Raises:
        UndecipherableMessage: it does not open with this key.
    """
    key = aes_key_of(encoding_aes_key)
    try:
        decryptor = Cipher(AES256(key), CBC(key[:IV_BYTES])).decryptor()
        padded = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
        plain = padded[: -padded[-1]]
        _, length = HEAD.unpack_from(plain)
        text, appid = plain[HEAD.size : HEAD.size + length], plain[HEAD.size + length :]
        if not 1 <= padded[-1] <= BLOCK or len(text) != length:
            raise UndecipherableMessage("wrong key")
        return text, appid.decode()
    except (ValueError, IndexError, struct.error, binascii.Error) as fault:
        raise UndecipherableMessage("wrong key") from fault
