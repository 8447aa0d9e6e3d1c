"""A small client of the wire for the commands that act over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from kaquan.cli.database import stop

TIMEOUT_SECONDS = 30


class Client:
    """Calls an app's API.

    Args:
        base_url: address of the server.
        appid, secret: the app's credentials.
    """

    def __init__(self, base_url: str, appid: str, secret: str) -> None:
        self._base = base_url.rstrip("/")
        query = {"grant_type": "client_credential", "appid": appid, "secret": secret}
        self._token = self._fetch("/cgi-bin/token?" + urllib.parse.urlencode(query))["access_token"]

    def post(self, path: str, /, **body: Any) -> dict[str, Any]:
        """Return the answer of a call; a refusal ends the command with errcode, text and cause."""
        data = json.dumps({name: value for name, value in body.items() if value is not None}, ensure_ascii=False)
        return self._fetch(f"{path}?access_token={self._token}", data.encode())

    def _fetch(self, path: str, data: bytes | None = None) -> dict[str, Any]:
        request = urllib.request.Request(self._base + path, data, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                answer: dict[str, Any] = json.load(response)
        except (OSError, ValueError) as fault:
            stop(f"no answer from {self._base}: {getattr(fault, 'reason', fault)}")
        if answer.get("errcode"):
            stop(f"{answer['errcode']} {answer['errmsg']}")
        return answer
