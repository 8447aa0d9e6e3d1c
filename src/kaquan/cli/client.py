"""A small client of the wire for the commands that act over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Annotated, Any

import typer

from kaquan.cli.database import stop

TIMEOUT_SECONDS = 30
BaseUrl = Annotated[str, typer.Option(envvar="KAQUAN_BASE_URL")]
Appid = Annotated[str, typer.Option(envvar="KAQUAN_APPID")]
Secret = Annotated[str, typer.Option(envvar="KAQUAN_SECRET")]


class Client:
    """Calls an app's API.

    Args:
        base_url: address of the server.
        appid, secret: the app's credentials.
    """

    def __init__(self, base_url: str, appid: str, secret: str) -> None:
        self._base = base_url.rstrip("/")
        query = {"grant_type": "client_credential", "appid": appid, "secret": secret}
        self._token = accepted(self._fetch("/cgi-bin/token?" + urllib.parse.urlencode(query)))["access_token"]

    def post(self, path: str, /, **body: Any) -> dict[str, Any]:
        """Return the answer of a call; a refusal ends the command with errcode, text and cause."""
        return accepted(self.ask(path, {name: value for name, value in body.items() if value is not None}))

    def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of a call, a refusal too."""
        data = json.dumps(body, ensure_ascii=False).encode()
        return self._fetch(f"{path}?access_token={self._token}", data)

    def _fetch(self, path: str, data: bytes | None = None) -> dict[str, Any]:
        request = urllib.request.Request(self._base + path, data, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                answer: dict[str, Any] = json.load(response)
        except (OSError, ValueError) as fault:
            stop(f"no answer from {self._base}: {getattr(fault, 'reason', fault)}")
        return answer


def accepted(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that is no refusal; a refusal ends the command."""
    if answer.get("errcode"):
        stop(f"{answer['errcode']} {answer['errmsg']}")
    return answer
