"""Which pages may call: JS safe domains for ``wx.config``, the card JS API domain for older pages.

Spec: auth_and_signatures.md 6.1, jssdk_and_pages.md 7, qa_cases.md A4.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.errors.nearest import nearest
from kaquan.rules.host import host_of

MOST_DOMAINS = 5
CHANGES = 1
PORTS = {"http": 80, "https": 443}
MARK = "wechat_card_js"
# What a registry gives out below; a domain of one's own has a name in front of it.
SUFFIXES = frozenset(
    f"{kind}.{country}"
    for country, kinds in {
        "cn": "ac com edu gov net org bj sh tj cq he sx nm ln jl hl js zj ah fj jx sd ha hb hn gd gx hi sc gz yn xz"
        " sn gs qh nx xj tw hk mo",
        "hk": "com edu gov idv net org",
        "tw": "com edu gov idv net org",
        "mo": "com edu gov net org",
        "jp": "ac co go ne or",
        "kr": "ac co go ne or",
        "uk": "ac co gov ltd me net org plc",
        "au": "com edu gov net org",
        "nz": "ac co govt net org",
        "sg": "com edu gov net org",
        "my": "com edu gov net org",
        "br": "com net org",
        "in": "co net org",
    }.items()
    for kind in kinds.split()
)
_ADDRESS = re.compile(r"\d+(?:\.\d+){3}|\[?[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*\]?", re.IGNORECASE)
# The first that fits tells what was written in place of a name.
_SHAPES = {
    re.compile(r"[^/]*://.*"): "card_js_scheme",
    _ADDRESS: "card_js_address",
    re.compile(r"[^/?#]*[/?#].*"): "card_js_path",
    re.compile(r"[^:]+:\d+"): "card_js_port",
}
DOMAIN_ORDER = (
    "40048 card_js_scheme card_js_address card_js_path card_js_port card_js_malformed card_js_suffix",
    "40048 card_js_changed",
)
"""The steps of :func:`card_js_domain` and of a change."""


class Page(msgspec.Struct, frozen=True):
    """The page that calls.

    Args:
        url: its address without the fragment.
        origin: scheme, host and port, as the browser says them.
        host: the host's name alone.
        place: host, and the port where it is not the scheme's own.
    """

    url: str
    origin: str
    host: str
    place: str

    @property
    def query(self) -> str:
        """Return the query of the address."""
        return urlsplit(self.url).query


def page_of(url: str, origin: str) -> Page:
    """Return the page of an address, if the browser says that the call comes from there.

    Raises:
        Refusal: 40048 it is no page's address, or the page belongs to another origin.
    """
    plain = url.partition("#")[0]
    try:
        parts = urlsplit(plain)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in PORTS or not host:
        raise Errcode.INVALID_URL_DOMAIN("not_a_page", url=plain[:200])
    shown = f"[{host}]" if ":" in host else host
    place = shown if port in {None, PORTS[parts.scheme]} else f"{shown}:{port}"
    if origin != f"{parts.scheme}://{place}":
        raise Errcode.INVALID_URL_DOMAIN("other_origin", url=plain[:200], origin=origin[:200])
    return Page(plain, origin, host, place)


def js_domains(text: str) -> str:
    """Return up to five hosts, joined by commas, in the form in which they are compared.

    Raises:
        ValueError: why one of them is none, or that there are too many.
    """
    hosts = [host_of(one.strip()) for one in text.split(",") if one.strip()]
    if len(hosts) > MOST_DOMAINS:
        raise ValueError(f"at most {MOST_DOMAINS} domains are possible")
    return ",".join(dict.fromkeys(hosts))


def check_js_domain(page: Page, domains: Sequence[str]) -> None:
    """Go on only if a page lies on one of the safe domains or below it; a port other than the usual has to be named.

    Raises:
        Refusal: 40048.
    """
    below = (page.place == one or page.place.endswith(f".{one}") for one in domains)
    if any(below):
        return
    facts = {"host": page.place, "domains": list(domains)}
    if not domains:
        raise Errcode.INVALID_URL_DOMAIN("no_js_domains", **facts)
    if any(page.host == one or page.host.endswith(f".{one}") for one in domains):
        raise Errcode.INVALID_URL_DOMAIN("js_domain_port", **facts)
    raise Errcode.INVALID_URL_DOMAIN("js_domain", **facts)


def check_old_page(page: Page, domain: str) -> None:
    """Go on only if a page may use the calls from before ``wx.config`` (spec: 7).

    Raises:
        Refusal: 48001 with the text ``access_denied``.
    """
    facts = {"host": page.host, "domain": domain}
    if not domain:
        raise Errcode.API_UNAUTHORIZED("no_card_js_domain", **facts)
    if page.host != domain:
        raise Errcode.API_UNAUTHORIZED("card_js_domain", **facts)
    named = dict(part.partition("=")[::2] for part in page.query.split("&") if part)
    if named.get(MARK) == "1":
        return
    if MARK in named:
        raise Errcode.API_UNAUTHORIZED("card_js_value", value=named[MARK][:40], **facts)
    like = next((name for name in named if nearest(name.lower(), (MARK,))), "")
    if like:
        raise Errcode.API_UNAUTHORIZED("card_js_misspelt", sent=like[:40], did_you_mean=MARK, **facts)
    raise Errcode.API_UNAUTHORIZED("card_js_missing", **facts)


def card_js_domain(text: str) -> str:
    """Return the card JS API domain in the form in which it is compared: a name without anything around it.

    Raises:
        Refusal: 40048 with a text for each thing that is written in place of a name.
    """
    plain = text.strip()
    facts = {"domain": plain[:200]}
    shape = next((one for one in _SHAPES if one.fullmatch(plain)), None)
    if shape:
        cause = _SHAPES[shape]
        raise Errcode.INVALID_URL_DOMAIN(cause, **facts)
    try:
        host = host_of(plain)
    except ValueError as fault:
        raise Errcode.INVALID_URL_DOMAIN("card_js_malformed", reason=str(fault), **facts) from fault
    if "." not in host or host in SUFFIXES:
        raise Errcode.INVALID_URL_DOMAIN("card_js_suffix", **facts)
    return host


def change_refusal(now: str, changes: int, wanted: str) -> Refusal | None:
    """Return why the card JS API domain cannot become another: it is changed once at the most.

    Args:
        now: the domain that is set, empty when none ever was.
        changes: how often it was changed since it was first set.
        wanted: what it shall become.
    """
    if now and wanted != now and changes >= CHANGES:
        return Errcode.INVALID_URL_DOMAIN("card_js_changed", domain=wanted, now=now)
    return None
