"""People who sign in: their names, nicknames and passwords, and how long a session lasts."""

from __future__ import annotations

import re
import unicodedata

import msgspec

NAME = re.compile(r"[^\W_][\w.-]{1,31}")
NICKNAME_MOST = 32
PASSWORD_LEAST, PASSWORD_MOST = 8, 128
SESSION_DAYS, IDLE_DAYS = 180, 30
DAY = 86400
# People with a wallet and those who work at a desk sign in apart: the same name may be two accounts.
WALLET, STAFF = "wallet", "staff"
# A session is noted as seen this often, so that a page view is no write.
SEEN_EVERY = 3600
# Printable or a plain blank; joiners belong to emoji and to scripts.
UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


class Person(msgspec.Struct, frozen=True):
    """Who is signed in.

    Args:
        id: of the account.
        name: what is typed to sign in; a persona's cannot be typed.
        nickname: what others see.
        persona_of: the sandbox app whose persona this is, empty for everybody else.
        realm: where the account signs in, ``wallet`` or ``staff``.
        has_factor: a second factor is asked for at each sign-in.
    """

    id: str
    name: str
    nickname: str
    persona_of: str
    realm: str = WALLET
    has_factor: bool = False

    @property
    def has_password(self) -> bool:
        """Tell whether the person signs in by name and password; no other name can be typed."""
        return "/" not in self.name


def fold_name(name: str) -> str:
    """Return a name as it is compared: neither case, width nor the blanks around it count."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def name_fault(name: str) -> str:
    """Return what is wrong with a folded name, empty when nothing is."""
    return "" if NAME.fullmatch(name) else "name"


def password_fault(password: str, name: str) -> str:
    """Return what is wrong with a password, empty when nothing is."""
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        return "password_length"
    return "password_name" if fold_name(password) == name else ""


def clean_nickname(nickname: str) -> str:
    """Return a nickname as it is shown: one line of visible characters, at most 32."""
    shown = (one for one in nickname if unicodedata.category(one) not in UNSEEN)
    return " ".join("".join(shown).split())[:NICKNAME_MOST]


SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
# In this order: many browsers name others as well.
BROWSERS = ("MicroMessenger", "Edg", "OPR", "Firefox", "Chrome", "Safari", "curl")


def device(client: str) -> str:
    """Return the browser and the system of a user agent in short, empty when neither is known."""
    known = (next((name for name in names if name in client), "") for names in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, known))


def is_over(create_time: int, seen_time: int, now: int) -> bool:
    """Tell whether a session has ended: 30 days unused, or 180 days old."""
    return now - seen_time > IDLE_DAYS * DAY or now - create_time > SESSION_DAYS * DAY
