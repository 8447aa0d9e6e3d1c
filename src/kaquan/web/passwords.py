"""Passwords, hashed with argon2id; a few at a time, since each takes 64 MB."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
HASHER = PasswordHasher()


class Passwords:
    """Hashes and checks passwords beside the loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """Return the hash of a password."""
        async with self._turn:
            return await asyncio.to_thread(HASHER.hash, password)

    async def fits(self, password: str, hashed: str) -> bool:
        """Tell whether a password is the hashed one; an empty hash fits none and takes as long."""
        async with self._turn:
            # Made before the first check begins, lest the first unknown name take longer than a known one.
            nobody = await asyncio.to_thread(nobodys)
            return await asyncio.to_thread(verify, password, hashed or nobody) and bool(hashed)


@cache
def nobodys() -> str:
    """Return what an unknown name is compared with, so that it takes as long as a known one."""
    return HASHER.hash("nobody")


def verify(password: str, hashed: str) -> bool:
    """Tell whether a password is the hashed one."""
    try:
        return HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


PASSWORDS = Passwords()
