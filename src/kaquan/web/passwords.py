"""Passwords, hashed with argon2id; a few at a time, since each takes 64 MB."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kaquan.rules.account import PASSWORD_MOST
from kaquan.web.texts import zh

WRONG = zh("用户名或密码不对")
FAULTS = {
    "name": zh("用户名为 2 至 32 个文字、数字或 . _ -，以文字或数字开头"),
    "name_taken": zh("这个用户名已被使用"),
    "password_length": zh("密码为 8 至 128 个字符"),
    "password_name": zh("密码不能与用户名相同"),
    "password_again": zh("两次输入的密码不一致"),
}
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


def again_fault(password: str, again: str) -> str:
    """Return what is wrong with the password typed a second time, empty when nothing is."""
    return "" if password == again[: PASSWORD_MOST + 1] else "password_again"


PASSWORDS = Passwords()
