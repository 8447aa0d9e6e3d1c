"""The mistakes of the laboratory's tests, each planted by hand in values of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from lab_data import (
    ANN,
    APPID,
    BOB,
    CARD,
    CODE,
    FOREIGN,
    JSAPI,
    NONCE,
    NOW,
    OLD_JSAPI,
    OTHER_CARD,
    PAGE,
    SECRET,
    STALE,
    TIME,
    TOKEN,
    card_ext,
    card_sign,
    config,
    of_values,
    sha1,
    string1,
)

from kaquan.rules.lab import Question

Named = list[tuple[str, dict[str, Any]]]
VALUES = (NOW, CARD, CODE, TIME, NONCE)
RIGHT = of_values(*VALUES)
CHOSEN = (NOW, APPID, TIME, NONCE)
URL = {"member": "url", "sent": PAGE}
BARE = "https://shop.example.com:8443/coupon/index.html"


def keyed(key: str, *values: str) -> str:
    return hmac.new(key.encode(), "".join(sorted(values)).encode(), "sha1").hexdigest()


def later(seconds: int) -> str:
    return str(int(TIME) + seconds)


def pairs(joint: str, between: str, **values: str) -> str:
    return between.join(f"{name}{joint}{values[name]}" for name in sorted(values))


OF_CARD_EXT: dict[str, tuple[Question, Named]] = {
    "the other kind of ticket": (
        card_ext(of_values(JSAPI, *VALUES[1:])),
        [("wrong_kind", {"ticket": "jsapi", "needed": "wx_card"})],
    ),
    "the other kind of ticket, and an old one": (
        card_ext(of_values(OLD_JSAPI, *VALUES[1:])),
        [("wrong_kind", {"ticket": "jsapi", "needed": "wx_card"})],
    ),
    "an access token": (
        card_ext(of_values(TOKEN, *VALUES[1:])),
        [("wrong_kind", {"ticket": "access_token", "needed": "wx_card"})],
    ),
    "a ticket whose time is over": (
        card_ext(of_values(STALE, *VALUES[1:])),
        [("stale_ticket", {"ticket": "wx_card"})],
    ),
    "another account's ticket": (
        card_ext(of_values(FOREIGN, *VALUES[1:])),
        [("foreign_ticket", {"owner": "wxabcdefabcdefabcd", "ticket": "wx_card"})],
    ),
    "the appsecret": (card_ext(of_values(SECRET, *VALUES[1:])), [("appsecret", {"needed": "wx_card"})]),
    "a ticket read with its line break": (
        card_ext(of_values(NOW + "\n", *VALUES[1:])),
        [("padded", {"member": "api_ticket"})],
    ),
    "no ticket": (card_ext(of_values(*VALUES[1:])), [("left_out", {"member": "api_ticket", "value": ""})]),
    "a ticket that is undefined": (
        card_ext(of_values("undefined", *VALUES[1:])),
        [("placeholder", {"member": "api_ticket", "signed": "undefined"})],
    ),
    "the clock read twice": (
        card_ext(of_values(NOW, CARD, CODE, later(5), NONCE)),
        [("timestamp_differs", {"signed": later(5), "sent": TIME})],
    ),
    "ten minutes before": (
        card_ext(of_values(NOW, CARD, CODE, later(-600), NONCE)),
        [("timestamp_differs", {"signed": later(-600), "sent": TIME})],
    ),
    "milliseconds": (
        card_ext(of_values(NOW, CARD, CODE, TIME + "000", NONCE)),
        [("timestamp_form", {"signed": TIME + "000", "sent": TIME})],
    ),
    "seconds, and milliseconds sent": (
        card_ext(RIGHT, timestamp=TIME + "123"),
        [("timestamp_form", {"signed": TIME, "sent": TIME + "123"})],
    ),
    "a number with a point": (
        card_ext(of_values(NOW, CARD, CODE, TIME + ".0", NONCE)),
        [("timestamp_form", {"signed": TIME + ".0", "sent": TIME})],
    ),
    "no code": (card_ext(of_values(NOW, CARD, TIME, NONCE)), [("left_out", {"member": "code", "value": CODE})]),
    "no nonce": (card_ext(of_values(NOW, CARD, CODE, TIME)), [("left_out", {"member": "nonce_str", "value": NONCE})]),
    "no card": (card_ext(of_values(NOW, CODE, TIME, NONCE)), [("left_out", {"member": "card_id", "value": CARD})]),
    "no time": (card_ext(of_values(NOW, CARD, CODE, NONCE)), [("left_out", {"member": "timestamp", "value": TIME})]),
    "no openid": (
        card_ext(RIGHT, openid=BOB),
        [("left_out", {"member": "openid", "value": "oLab***0002"})],
    ),
    "an openid that is not sent": (
        card_ext(of_values(ANN, *VALUES)),
        [("signed_not_sent", {"member": "openid", "signed": "oLab***0001"})],
    ),
    "another person": (
        card_ext(of_values(ANN, *VALUES), openid=BOB),
        [("other_value", {"member": "openid", "signed": "oLab***0001", "sent": "oLab***0002"})],
    ),
    "another card": (
        card_ext(of_values(NOW, OTHER_CARD, CODE, TIME, NONCE)),
        [("other_value", {"member": "card_id", "signed": OTHER_CARD, "sent": CARD})],
    ),
    "a nonce under another name": (
        card_ext(RIGHT, "nonce_str", nonceStr=NONCE),
        [("misspelt_member", {"sent": "nonceStr", "right": "nonce_str"})],
    ),
    "the channel": (card_ext(of_values("poster", *VALUES)), [("extra_signed", {"member": "outer_str"})]),
    "the number of the channel": (
        card_ext(of_values("42", *VALUES), outer_id="42"),
        [("extra_signed", {"member": "outer_id"})],
    ),
    "the appid": (card_ext(of_values(APPID, *VALUES)), [("extra_signed", {"member": "appid"})]),
    "a code that is undefined": (
        card_ext(of_values(NOW, CARD, "undefined", TIME, NONCE)),
        [("placeholder", {"member": "code", "signed": "undefined"})],
    ),
    "an openid that is undefined and not sent": (
        card_ext(of_values("undefined", *VALUES)),
        [("placeholder", {"member": "openid", "signed": "undefined"})],
    ),
    "null": (
        card_ext(of_values(NOW, CARD, "null", TIME, NONCE)),
        [("placeholder", {"member": "code", "signed": "null"})],
    ),
    "an object": (
        card_ext(of_values(NOW, CARD, "[object Object]", TIME, NONCE)),
        [("placeholder", {"member": "code", "signed": "[object Object]"})],
    ),
    "a code with its percent-encoding": (
        card_ext(of_values(NOW, CARD, "%E5%88%B8-1", TIME, NONCE), code="券-1"),
        [("reencoded", {"member": "code", "signed": "%E5%88%B8-1", "sent": "券-1"})],
    ),
    "sorted by name": (
        card_ext(sha1(NOW + CARD + CODE + NONCE + TIME)),
        [("sorted_by_key", {"order": ["api_ticket", "card_id", "code", "nonce_str", "timestamp"]})],
    ),
    "not sorted": (
        card_ext(sha1(NOW + TIME + CARD + NONCE + CODE)),
        [("unsorted", {"order": ["api_ticket", "timestamp", "card_id", "nonce_str", "code"]})],
    ),
    "sorted as numbers": (
        card_ext(sha1("9" + TIME + NONCE + NOW + CARD), code="9"),
        [("sorted_as_numbers", {"order": ["code", "timestamp", "nonce_str", "api_ticket", "card_id"]})],
    ),
    "sorted the wrong way round": (
        card_ext(sha1("".join(sorted(VALUES, reverse=True)))),
        [("sorted_descending", {"order": ["card_id", "api_ticket", "nonce_str", "code", "timestamp"]})],
    ),
    "sorted as a dictionary": (
        card_ext(sha1(TIME + CODE + NOW + CARD + NONCE)),
        [("sorted_ignoring_case", {"order": ["timestamp", "code", "api_ticket", "card_id", "nonce_str"]})],
    ),
    "joined with &": (card_ext(sha1("&".join(sorted(VALUES)))), [("joined_with", {"joint": "&"})]),
    "names and values": (
        card_ext(sha1(pairs("=", "&", api_ticket=NOW, card_id=CARD, code=CODE, timestamp=TIME, nonce_str=NONCE))),
        [("key_value", {})],
    ),
    "by the rule of chooseCard": (
        card_ext(of_values(APPID, "CASH", NONCE, NOW, TIME), "code"),
        [
            (
                "choose_card_rule",
                {"members": ["api_ticket", "timestamp", "nonce_str", "app_id", "card_type"]},
            )
        ],
    ),
    "SHA-256": (card_ext(sha1("".join(sorted(VALUES)), "sha256")), [("digest", {"algorithm": "SHA-256"})]),
    "MD5": (card_ext(sha1("".join(sorted(VALUES)), "md5")), [("digest", {"algorithm": "MD5"})]),
    "base64": (
        card_ext(base64.b64encode(hashlib.sha1("".join(sorted(VALUES)).encode()).digest()).decode()),
        [("base64", {})],
    ),
    "a keyed digest": (card_ext(keyed(NOW, *VALUES[1:])), [("hmac", {})]),
    "blanks around the signature": (card_ext(f" {RIGHT}\n"), [("signature_padded", {})]),
    "half a signature": (card_ext(RIGHT[:20]), [("signature_shape", {"length": 20})]),
    "no signature": (card_ext(""), [("signature_missing", {})]),
}

OF_CARD_SIGN: dict[str, tuple[Question, Named]] = {
    "the jsapi ticket": (
        card_sign(of_values(JSAPI, *CHOSEN[1:])),
        [("wrong_kind", {"ticket": "jsapi", "needed": "wx_card"})],
    ),
    "a filter that is passed and not signed": (
        card_sign(of_values(*CHOSEN), card_type="CASH"),
        [("left_out", {"member": "card_type", "value": "CASH"})],
    ),
    "a filter that is signed and not passed": (
        card_sign(of_values("GROUPON", *CHOSEN)),
        [("signed_not_sent", {"member": "card_type", "signed": "GROUPON"})],
    ),
    "a card that is signed and not passed": (
        card_sign(of_values(CARD, *CHOSEN)),
        [("signed_not_sent", {"member": "card_id", "signed": CARD})],
    ),
    "a store that is signed and not passed": (
        card_sign(of_values("27148377", *CHOSEN)),
        [("signed_not_sent", {"member": "location_id", "signed": "27148377"})],
    ),
    "no appid": (
        card_sign(of_values(NOW, TIME, NONCE)),
        [("left_out", {"member": "app_id", "value": APPID})],
    ),
    "by the rule of a card_ext": (
        card_sign(of_values(NOW, TIME, NONCE, CARD), card_type="CASH"),
        [("card_ext_rule", {"members": ["api_ticket", "timestamp", "nonce_str", "card_id"]})],
    ),
    "the name of the digest": (card_sign(of_values("SHA1", *CHOSEN)), [("extra_signed", {"member": "sign_type"})]),
    "the appsecret, sorted by name": (
        card_sign(sha1(APPID + "CASH" + NONCE + SECRET + TIME), card_type="CASH"),
        [
            ("appsecret", {"needed": "wx_card"}),
            ("sorted_by_key", {"order": ["app_id", "card_type", "nonce_str", "api_ticket", "timestamp"]}),
        ],
    ),
}

OF_CONFIG: dict[str, tuple[Question, Named]] = {
    "the card ticket": (
        config(sha1(string1(NOW))),
        [("wrong_kind", {"ticket": "wx_card", "needed": "jsapi"})],
    ),
    "an old ticket": (config(sha1(string1(OLD_JSAPI))), [("stale_ticket", {"ticket": "jsapi"})]),
    "the clock read twice": (
        config(sha1(string1(time=later(-1)))),
        [("timestamp_differs", {"signed": later(-1), "sent": TIME})],
    ),
    "milliseconds": (
        config(sha1(string1(time=TIME + "000"))),
        [("timestamp_form", {"signed": TIME + "000", "sent": TIME})],
    ),
    "nonceStr in string1": (
        config(sha1(string1().replace("noncestr", "nonceStr"))),
        [("key_spelling", {"signed": "nonceStr", "right": "noncestr"})],
    ),
    "not in the order of the names": (
        config(sha1(f"noncestr={NONCE}&jsapi_ticket={JSAPI}&timestamp={TIME}&url={PAGE}")),
        [("unsorted", {"order": ["noncestr", "jsapi_ticket", "timestamp", "url"]})],
    ),
    "values alone": (config(of_values(JSAPI, NONCE, TIME, PAGE)), [("values_alone", {})]),
    "an address with its fragment": (
        config(sha1(string1(url=BARE + "#/list")), BARE + "#/list"),
        [("url_fragment", {"member": "url", "signed": BARE + "#/list", "sent": BARE})],
    ),
    "an address as it stands in HTML": (
        config(sha1(string1(url=PAGE.replace("&", "&amp;")))),
        [("url_escaped", {**URL, "signed": PAGE.replace("&", "&amp;")})],
    ),
    "an address before it was shared": (
        config(sha1(string1(url=f"{BARE}?id=1"))),
        [("url_share_suffix", {**URL, "signed": f"{BARE}?id=1"})],
    ),
    "an address without its query": (config(sha1(string1(url=BARE))), [("url_query_lost", {**URL, "signed": BARE})]),
    "the scheme behind a proxy": (
        config(sha1(string1(url=PAGE.replace("https", "http")))),
        [("url_scheme", {**URL, "signed": PAGE.replace("https", "http")})],
    ),
    "a lost port": (
        config(sha1(string1(url=PAGE.replace(":8443", "")))),
        [("url_port", {**URL, "signed": PAGE.replace(":8443", "")})],
    ),
    "the scheme and the port behind a proxy": (
        config(sha1(string1(url=PAGE.replace("https", "http").replace(":8443", "")))),
        [
            ("url_scheme", {**URL, "signed": PAGE.replace("https", "http")}),
            (
                "url_port",
                {
                    "member": "url",
                    "sent": PAGE.replace("https", "http"),
                    "signed": PAGE.replace("https", "http").replace(":8443", ""),
                },
            ),
        ],
    ),
    "the path alone": (
        config(sha1(string1(url="/coupon/index.html?id=1")), f"{BARE}?id=1"),
        [("url_path_only", {"member": "url", "sent": f"{BARE}?id=1", "signed": "/coupon/index.html?id=1"})],
    ),
    "the host alone": (
        config(sha1(string1(url="https://shop.example.com:8443")), BARE),
        [("url_host_only", {"member": "url", "sent": BARE, "signed": "https://shop.example.com:8443"})],
    ),
    "a / more": (
        config(sha1(string1(url="https://a.example/c/")), "https://a.example/c"),
        [("url_slash", {"member": "url", "sent": "https://a.example/c", "signed": "https://a.example/c/"})],
    ),
    "the folder of an index page": (
        config(sha1(string1(url="https://a.example/c/")), "https://a.example/c/index.html"),
        [
            (
                "url_host_only",
                {"member": "url", "sent": "https://a.example/c/index.html", "signed": "https://a.example/c/"},
            )
        ],
    ),
    "an encoded address": (
        config(sha1(string1(url="https%3A%2F%2Fa.example%2Fc")), "https://a.example/c"),
        [("url_encoded", {"member": "url", "sent": "https://a.example/c", "signed": "https%3A%2F%2Fa.example%2Fc"})],
    ),
    "a decoded address": (
        config(sha1(string1(url="https://a.example/券")), "https://a.example/%E5%88%B8"),
        [
            (
                "url_decoded",
                {"member": "url", "sent": "https://a.example/%E5%88%B8", "signed": "https://a.example/券"},
            )
        ],
    ),
    "an undefined nonce": (
        config(sha1(string1(nonce="undefined"))),
        [("placeholder", {"member": "noncestr", "signed": "undefined"})],
    ),
    "SHA-256": (config(sha1(string1(), "sha256")), [("digest", {"algorithm": "SHA-256"})]),
}
EVERY = {
    f"{kind}: {name}": case
    for kind, cases in (("card_ext", OF_CARD_EXT), ("card_sign", OF_CARD_SIGN), ("config", OF_CONFIG))
    for name, case in cases.items()
}
PAIRS: dict[str, tuple[Question, list[str]]] = {
    "the jsapi ticket, and the channel signed": (
        card_ext(of_values(JSAPI, "poster", *VALUES[1:])),
        ["wrong_kind", "extra_signed"],
    ),
    "the jsapi ticket, sorted by name": (
        card_ext(sha1(JSAPI + CARD + CODE + NONCE + TIME)),
        ["wrong_kind", "sorted_by_key"],
    ),
    "no code, and the clock read twice": (
        card_ext(of_values(NOW, CARD, later(1), NONCE)),
        ["left_out", "timestamp_differs"],
    ),
    "no code and no nonce": (card_ext(of_values(NOW, CARD, TIME)), ["left_out", "left_out"]),
    "SHA-256, and the jsapi ticket": (
        card_ext(sha1("".join(sorted((JSAPI, *VALUES[1:]))), "sha256")),
        ["digest", "wrong_kind"],
    ),
    "nonceStr and milliseconds": (
        config(sha1(string1(time=TIME + "000").replace("noncestr", "nonceStr"))),
        ["timestamp_form", "key_spelling"],
    ),
}
