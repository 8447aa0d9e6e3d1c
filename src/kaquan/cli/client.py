"""A small client of the wire for the commands that act over HTTP."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Annotated, Any

import typer

from kaquan.cli.output import stop

TIMEOUT_SECONDS = 60
# The token ran out, was replaced, or stems from another installation at this address.
STALE = frozenset({40001, 40014, 42001})
BUSY = -1
ERRCODE = re.compile(rb'\{"errcode":(-?\d{1,7}),')
JSON = {"content-type": "application/json"}
BaseUrl = Annotated[str, typer.Option(envvar="KAQUAN_BASE_URL")]
Appid = Annotated[str, typer.Option(envvar="KAQUAN_APPID")]
Secret = Annotated[str, typer.Option(envvar="KAQUAN_SECRET")]


class NoAnswer(Exception):
    """The server is not there, cannot answer now, or its answer is none of the wire's."""


class Client:
    """Calls an app's API.

    It works with the stable token, so that no classic token of the developer's own programs is replaced.

    Args:
        base_url: address of the server.
        appid, secret: the app's credentials.
    """

    def __init__(self, base_url: str, appid: str, secret: str) -> None:
        self._base = base_url.rstrip("/")
        self._secret = {"grant_type": "client_credential", "appid": appid, "secret": secret}
        self._token = ""

    def post(self, path: str, /, **body: Any) -> dict[str, Any]:
        """Return the answer of a call; a refusal ends the command with errcode, text and cause."""
        return accepted(self.ask(path, {name: value for name, value in body.items() if value is not None}))

    def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of a call, a refusal too; without one the command ends."""
        try:
            return self.reach(path, body)
        except NoAnswer as fault:
            stop(str(fault))

    def reach(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of a call, a refusal too.

        Raises:
            NoAnswer: there is none, or the server says that it cannot give one now.
        """
        return decoded(self.send(path, encoded(body), JSON))

    def file(self, path: str, data: bytes, headers: dict[str, str] = JSON, **query: str) -> bytes:
        """Return the bytes of an answer that is a file, or goes with one; without an answer the command ends."""
        try:
            answer = self.send(path, data, headers, **query)
            if ERRCODE.match(answer):
                accepted(decoded(answer))
        except NoAnswer as fault:
            stop(str(fault))
        return answer

    def send(self, path: str, data: bytes, headers: dict[str, str], **query: str) -> bytes:
        """Return the bytes of an answer; the call is made once more when its token is over.

        Raises:
            NoAnswer: there is none.
        """
        known = bool(self._token)
        answer = self._send(path, data, headers, query)
        if known and is_stale(answer):
            self._token = ""
            answer = self._send(path, data, headers, query)
        return answer

    def _send(self, path: str, data: bytes, headers: dict[str, str], query: dict[str, str]) -> bytes:
        self._token = self._token or self._new_token()
        asked = urllib.parse.urlencode({"access_token": self._token, **query})
        return self._fetch(f"{path}?{asked}", data, headers)

    def _new_token(self) -> str:
        answer = decoded(self._fetch("/cgi-bin/stable_token", encoded(self._secret), JSON))
        return str(accepted(answer)["access_token"])

    def _fetch(self, path: str, data: bytes, headers: dict[str, str]) -> bytes:
        request = urllib.request.Request(self._base + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                body: bytes = response.read()
                return body
        except (OSError, ValueError, http.client.HTTPException) as fault:
            raise NoAnswer(f"no answer from {self._base}: {getattr(fault, 'reason', fault)}") from fault


def encoded(body: dict[str, Any]) -> bytes:
    """Return a body as it is sent."""
    return json.dumps(body, ensure_ascii=False).encode()


def decoded(answer: bytes) -> dict[str, Any]:
    """Return an answer.

    Raises:
        NoAnswer: it is no JSON object, or says that the server cannot answer now.
    """
    try:
        members = json.loads(answer)
    except ValueError as fault:
        raise NoAnswer(f"no answer of this platform: {fault}") from fault
    if not isinstance(members, dict) or members.get("errcode") == BUSY:
        raise NoAnswer(f"{BUSY} {members['errmsg']}" if isinstance(members, dict) else "no answer of this platform")
    return members


def is_stale(answer: bytes) -> bool:
    """Tell whether a call was refused for its token; what is no refusal begins otherwise."""
    found = ERRCODE.match(answer)
    return found is not None and int(found[1]) in STALE


def accepted(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that is no refusal; a refusal ends the command."""
    if answer.get("errcode"):
        stop(f"{answer['errcode']} {answer['errmsg']}")
    return answer
