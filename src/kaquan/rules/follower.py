"""A person as ``/cgi-bin/user/info`` shows one (spec: endpoints.csv, area user; auth_and_signatures.md 5)."""

from __future__ import annotations

from typing import Any

LANGUAGES = ("zh_CN", "zh_TW", "en")


def language_of(lang: str) -> str:
    """Return a language of profiles; zh_CN for one that is none of them."""
    return lang if lang in LANGUAGES else LANGUAGES[0]


def follower(openid: str, subscribe_time: int, lang: str, unionid: str) -> dict[str, Any]:
    """Return the profile of a person the account knows; whatever nobody told the platform is empty.

    Args:
        openid: the person.
        subscribe_time: when the account came to know the person, UTC seconds.
        lang: zh_CN, zh_TW or en; any other is zh_CN.
        unionid: left out where it is empty.
    """
    return {
        "subscribe": 1,
        "openid": openid,
        "nickname": "",
        "sex": 0,
        "language": language_of(lang),
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": subscribe_time,
        **({"unionid": unionid} if unionid else {}),
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_OTHERS",
        "qr_scene": 0,
        "qr_scene_str": "",
    }
