"""What the consent page is asked for, and where it may lead back to (spec: auth_and_signatures.md 5.1).

Nobody is ever sent to an address that has not been checked: whatever a browser could read otherwise than this module
does (a user before the host, a backslash, a control character) is refused, not mended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from kaquan.errors import Errcode
from kaquan.rules.oauth import SCOPES

PATH = "/connect/oauth2/authorize"
REFUSES = (
    "10012 missing",
    "10011 missing",
    "10010 missing",
    "10016 unknown",
    "10004 suspended",
    "10003 malformed encoded_twice",
    "10003 no_domain other_host",
    "10005 unknown_scope",
    "10013 malformed",
)
"""What the page refuses, in this order."""

LONGEST_URI = 2048
LONGEST_STATE = 128
PORTS = {"http": 80, "https": 443}
_URI = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.ASCII,
)
_TWICE = re.compile(r"https?%3a%2f%2f", re.IGNORECASE)
# Beyond these a browser would encode; it is done here, since a header takes no other characters.
_SAFE = "".join(map(chr, range(0x21, 0x7F)))
_STATE = re.compile(r"[\x21-\x7e]*")
_MISSING = (
    (Errcode.AUTHORIZE_APPID, "missing", "appid"),
    (Errcode.AUTHORIZE_REDIRECT_URI, "missing", "redirect_uri"),
    (Errcode.AUTHORIZE_SCOPE, "missing", "scope"),
)


class Asked(msgspec.Struct, frozen=True):
    """A request for a person's consent, checked as far as it says by itself.

    Args:
        redirect_uri: as it is led back to, ASCII.
        origin: its scheme, host and port, for a Content-Security-Policy.
        state: given back unchanged, may be empty.
    """

    redirect_uri: str
    origin: str
    scope: str
    state: str


def appid_asked(query: Mapping[str, str]) -> str:
    """Return the appid of a request that names all it has to.

    Raises:
        Refusal: 10012, 10011, 10010.
    """
    for errcode, cause, name in _MISSING:
        if not query.get(name):
            raise errcode(cause, path=name)
    return query["appid"]


def check_account(appid: str, known: bool, suspended: bool) -> None:
    """Go on only if there is such an account and it may ask people.

    Raises:
        Refusal: 10016, 10004.
    """
    if not known:
        raise Errcode.AUTHORIZE_NO_ACCOUNT("unknown", appid=appid[:40])
    if suspended:
        raise Errcode.AUTHORIZE_SUSPENDED("suspended", appid=appid)


def read_asked(query: Mapping[str, str], domain: str) -> Asked:
    """Return what is asked for.

    Args:
        query: of the consent page's address.
        domain: the account's host of pages, with a port if only that one is meant; empty for none.

    Raises:
        Refusal: 10003, 10005, 10013.
    """
    uri, scope, state = query["redirect_uri"], query["scope"], query.get("state", "")
    found = parse_uri(uri)
    host, scheme = found["host"].lower(), found["scheme"].lower()
    port = int(found["port"] or PORTS[scheme])
    check_host(host, port, domain)
    if scope not in SCOPES:
        raise Errcode.AUTHORIZE_SCOPE_REFUSED("unknown_scope", scope=scope[:40], known=", ".join(SCOPES))
    if len(state) > LONGEST_STATE or not _STATE.fullmatch(state):
        raise Errcode.AUTHORIZE_STATE("malformed", length=len(state), limit=LONGEST_STATE)
    origin = f"{scheme}://{host}" + (f":{port}" if found["port"] else "")
    rest = quote(found["rest"] or "/", safe=_SAFE)
    return Asked(origin + rest, origin, scope, state)


def parse_uri(uri: str) -> re.Match[str]:
    """Return the parts of an address that every browser reads the same way.

    Raises:
        Refusal: 10003.
    """
    found = _URI.fullmatch(uri)
    if found is None or len(uri) > LONGEST_URI or "\\" in uri or any(_is_control(one) for one in uri):
        raise Errcode.AUTHORIZE_HOST("encoded_twice" if _TWICE.match(uri) else "malformed", uri=uri[:80])
    if found["port"] and not 0 < int(found["port"]) <= 65535:
        raise Errcode.AUTHORIZE_HOST("malformed", uri=uri[:80])
    return found


def check_host(host: str, port: int, domain: str) -> None:
    """Go on only if people of an account may be led back to this host; a domain without a port means any port.

    Raises:
        Refusal: 10003.
    """
    if not domain:
        raise Errcode.AUTHORIZE_HOST("no_domain", host=host)
    name, colon, wanted = domain.partition(":")
    if host != name or (colon and port != int(wanted)):
        raise Errcode.AUTHORIZE_HOST("other_host", host=f"{host}:{port}" if colon else host, domain=domain)


def led_back(asked: Asked, code: str = "") -> str:
    """Return where a person is led back to, with a code, or without one where the person refused."""
    uri, mark, fragment = asked.redirect_uri.partition("#")
    given = [f"code={code}"] if code else []
    given.append(f"state={quote(asked.state, safe='')}")
    joint = "&" if "?" in uri else "?"
    return uri + joint + "&".join(given) + mark + fragment


def _is_control(letter: str) -> bool:
    return letter < " " or "\x7f" <= letter < "\xa0" or letter in "\u2028\u2029" or "\ud800" <= letter <= "\udfff"
