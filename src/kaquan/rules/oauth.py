"""How long web OAuth codes and tokens last, and what they are good for (spec: auth_and_signatures.md 5)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.rules.follower import language_of
from kaquan.rules.text import mask_openid

BASE, USERINFO = SCOPES = ("snsapi_base", "snsapi_userinfo")
CODE_LENGTH = 32
CODE_LIFE = 300
# A code that was exchanged is remembered for so long, to be answered with 40163.
USED_KEPT = 300
ACCESS_LIFE = 7200
REFRESH_LIFE = 30 * 86_400


class Grant(msgspec.Struct, frozen=True):
    """What a person allowed an app; its tokens are computed from id and serial. Times are the app's, UTC seconds.

    Args:
        serial: of the newest access token.
        ends_at: when that one expires.
        refresh_ends_at: when the refresh token does.
    """

    id: int
    openid: str
    scope: str
    serial: int
    ends_at: int
    refresh_ends_at: int


def new_grant(number: int, openid: str, scope: str, now: int) -> Grant:
    """Return a grant as it begins."""
    return Grant(number, openid, scope, 1, now + ACCESS_LIFE, now + REFRESH_LIFE)


def renewed(grant: Grant, now: int) -> Grant:
    """Return a grant with a whole life before it: a token that is alive is kept, else there is a new one.

    Raises:
        Refusal: 42002, the refresh token has expired.
    """
    if now >= grant.refresh_ends_at:
        raise Errcode.REFRESH_TOKEN_EXPIRED("expired", ends_at=grant.refresh_ends_at)
    serial = grant.serial if now < grant.ends_at else grant.serial + 1
    return msgspec.structs.replace(grant, serial=serial, ends_at=now + ACCESS_LIFE)


def check_serial(grant: Grant | None, serial: int, now: int) -> Grant:
    """Return the grant of an access token that is still good; a grant that is gone has outlived all its tokens.

    Raises:
        Refusal: 42001.
    """
    if grant is None or serial != grant.serial:
        raise Errcode.ACCESS_TOKEN_EXPIRED("user_token")
    if now >= grant.ends_at:
        raise Errcode.ACCESS_TOKEN_EXPIRED("user_token", ends_at=grant.ends_at)
    return grant


def check_person(grant: Grant, openid: str) -> None:
    """Go on only if the token of a grant is this person's.

    Raises:
        Refusal: 40003.
    """
    if openid != grant.openid:
        raise Errcode.INVALID_OPENID("not_of_token", openid=mask_openid(openid), mine=mask_openid(grant.openid))


def bad_code(used: bool | None, expire_time: int, now: int) -> Refusal:
    """Return why a code cannot be exchanged.

    Args:
        used: whether it was exchanged; None for a code that nobody knows.
        expire_time: when it stops to be good, of a used one to be remembered, UTC seconds.
        now: the app's time.
    """
    if used is None or (used and now >= expire_time):
        return Errcode.INVALID_OAUTH_CODE("unknown")
    if used:
        return Errcode.OAUTH_CODE_USED("used", used_at=expire_time - USED_KEPT)
    return Errcode.INVALID_OAUTH_CODE("expired", ends_at=expire_time, ago=now - expire_time)


def profile(openid: str, nickname: str, lang: str, unionid: str) -> dict[str, Any]:
    """Return a person as ``/sns/userinfo`` shows one; whatever nobody told the platform is empty.

    Args:
        openid: the person.
        nickname: empty for people without a wallet.
        lang: zh_CN, zh_TW or en; any other is zh_CN.
        unionid: left out where it is empty.
    """
    return {
        "openid": openid,
        "nickname": nickname,
        "sex": 0,
        "language": language_of(lang),
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "privilege": [],
        **({"unionid": unionid} if unionid else {}),
    }
