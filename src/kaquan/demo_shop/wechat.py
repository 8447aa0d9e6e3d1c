"""What a shop's server asks the platform, and the signatures that its pages need."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from typing import Any
from urllib.parse import quote

import aiohttp

TOKEN_GONE = (40001, 40014, 42001)
# Tokens and tickets last two hours; a sandbox's clock may be moved meanwhile.
KEEP_SECONDS = 60


class Refused(Exception):
    """The platform refused a call."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode


class WeChat:
    """The platform, as one account calls it.

    Args:
        base_url: of the platform.
        appid, secret: the account's.
    """

    def __init__(self, base_url: str, appid: str, secret: str) -> None:
        self.base_url = base_url
        self.appid = appid
        self._secret = secret
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        self._kept: dict[str, tuple[str, float]] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Return the answer of a call; one whose token has gone is made again with a new one."""
        try:
            return await self._ask("POST", path, await self.token(), body)
        except Refused as refused:
            if refused.errcode not in TOKEN_GONE:
                raise
        self._kept.clear()
        return await self._ask("POST", path, await self.token(), body)

    async def token(self) -> str:
        """Return the account's access_token: the stable one, which nobody else's fetching replaces."""
        wanted = {"grant_type": "client_credential", "appid": self.appid, "secret": self._secret}
        return await self._cached("access_token", "POST", "/cgi-bin/stable_token", "", wanted)

    async def ticket(self, kind: str) -> str:
        """Return a ticket: ``jsapi`` for wx.config, ``wx_card`` for everything about cards."""
        token = await self.token()
        return await self._cached("ticket", "GET", f"/cgi-bin/ticket/getticket?type={kind}", token)

    async def openid(self, code: str) -> str:
        """Return who came back from the consent page with this code."""
        query = f"appid={self.appid}&secret={self._secret}&code={quote(code)}&grant_type=authorization_code"
        openid: str = (await self._ask("GET", f"/sns/oauth2/access_token?{query}"))["openid"]
        return openid

    def consent_page(self, redirect_uri: str, state: str) -> str:
        """Return where a person is sent to be recognised."""
        back = quote(redirect_uri, safe="")
        query = f"appid={self.appid}&redirect_uri={back}&response_type=code&scope=snsapi_base&state={state}"
        return f"{self.base_url}/connect/oauth2/authorize?{query}#wechat_redirect"

    async def _cached(self, name: str, method: str, path: str, token: str = "", body: Any = None) -> str:
        value, until = self._kept.get(path, ("", 0.0))
        if time.monotonic() >= until:
            answer = await self._ask(method, path, token, body)
            value = answer[name]
            self._kept[path] = value, time.monotonic() + min(answer["expires_in"], KEEP_SECONDS)
        return value

    async def _ask(self, method: str, path: str, token: str = "", body: Any = None) -> dict[str, Any]:
        url = self.base_url + path
        if token:
            url += ("&" if "?" in path else "?") + f"access_token={token}"
        async with self._http.request(method, url, json=body) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
        if answer.get("errcode"):
            raise Refused(answer["errcode"], answer["errmsg"])
        return answer


def nonce() -> str:
    """Return a text that was never used before: a signature is good for one claim."""
    return secrets.token_hex(8)


def now() -> str:
    """Return the time in seconds, as text."""
    return str(int(time.time()))


def config(appid: str, jsapi_ticket: str, url: str) -> dict[str, str]:
    """Return what ``wx.config`` takes: signed for the page's address without its fragment."""
    noncestr, timestamp = nonce(), now()
    page = url.partition("#")[0]
    text = f"jsapi_ticket={jsapi_ticket}&noncestr={noncestr}&timestamp={timestamp}&url={page}"
    return {"appId": appid, "nonceStr": noncestr, "timestamp": timestamp, "signature": sha1(text)}


def card_ext(api_ticket: str, card_id: str) -> str:
    """Return the ``cardExt`` of a card for ``wx.addCard``: a text, not an object."""
    signed = {"timestamp": now(), "nonce_str": nonce()}
    signature = sha1("".join(sorted([api_ticket, card_id, *signed.values()])))
    return json.dumps({**signed, "signature": signature})


def card_sign(appid: str, api_ticket: str) -> dict[str, str]:
    """Return what ``wx.chooseCard`` takes to show all usable cards of the account."""
    timestamp, nonce_str = now(), nonce()
    sign = sha1("".join(sorted([api_ticket, appid, timestamp, nonce_str])))
    return {"timestamp": timestamp, "nonceStr": nonce_str, "signType": "SHA1", "cardSign": sign}


def sha1(text: str) -> str:
    """Return the SHA-1 of a text as hex."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
