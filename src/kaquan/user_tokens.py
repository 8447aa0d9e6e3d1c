"""The tokens of web OAuth as texts: each carries its appid and its grant under a MAC, and none is stored.

Spec: auth_and_signatures.md 5.2 and 5.3.
"""

from __future__ import annotations

from typing import NamedTuple

from kaquan.errors import Errcode
from kaquan.keys import Keys
from kaquan.tokens import ACCESS, PURPOSE, REFRESH, USER_PURPOSE, text_of, told_by


class UserToken(NamedTuple):
    """What a token says of itself; the MAC has been checked. A refresh token has the serial 0."""

    appid: str
    grant_id: int
    serial: int


def access_token(keys: Keys, appid: str, grant_id: int, serial: int) -> str:
    """Return the text of a grant's access token."""
    return text_of(keys, USER_PURPOSE, ACCESS, appid, grant_id, serial)


def refresh_token(keys: Keys, appid: str, grant_id: int) -> str:
    """Return the text of a grant's refresh token."""
    return text_of(keys, USER_PURPOSE, REFRESH, appid, grant_id, 0)


def read_access(keys: Keys, text: str) -> UserToken:
    """Return what an access token of a person says.

    Raises:
        Refusal: 41001 empty, 40001 no such token.
    """
    if not text:
        raise Errcode.ACCESS_TOKEN_MISSING("missing")
    told = told_by(keys, USER_PURPOSE, text)
    if told is None:
        raise Errcode.INVALID_CREDENTIAL("account_token" if told_by(keys, PURPOSE, text) else "no_user_token")
    if told[0] != ACCESS:
        raise Errcode.INVALID_CREDENTIAL("refresh_token")
    return UserToken(*told[1:])


def read_refresh(keys: Keys, text: str, appid: str) -> UserToken:
    """Return what a refresh token of an app says.

    Raises:
        Refusal: 40030.
    """
    told = told_by(keys, USER_PURPOSE, text)
    if told is None:
        raise Errcode.INVALID_REFRESH_TOKEN("unknown")
    token = UserToken(*told[1:])
    if token.appid != appid:
        raise Errcode.INVALID_REFRESH_TOKEN("not_of_app", appid=appid)
    if told[0] != REFRESH:
        raise Errcode.INVALID_REFRESH_TOKEN("access_token")
    return token
