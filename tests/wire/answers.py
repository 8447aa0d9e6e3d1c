"""Refusals as tests name them."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from kaquan.errors.catalogue import CATALOGUE
from support.api import Api
from wire.kept import Kept

CLOCKS_APART = 60


def refusal(kept: Kept, api: Api, answer: Any) -> str:
    """Return errcode and cause of an answer that is a refusal in its documented form, ``48001 suspended``."""
    assert list(answer) == ["errcode", "errmsg"], answer
    text, _, rid = answer["errmsg"].partition(" rid: ")
    made = int(rid[:8], 16)
    assert abs(made - time.time()) < CLOCKS_APART
    owner, call = kept.find(api.appid, rid[:26])
    assert json.loads(call.answer) == answer
    assert text == CATALOGUE[answer["errcode"]].errmsg(call.cause, json.loads(call.facts))
    assert len(rid) == 26 or owner == api.appid
    return f"{answer['errcode']} {call.cause}"


def send(api: Api, method: str, path: str, body: bytes | None = None, token: str | None = None) -> Any:
    """Return the decoded answer of a request with this token, the account's own unless told otherwise."""
    return api.raw(method, f"{path}?access_token={api.token if token is None else token}", body)


def exchange(
    api: Api, method: str, target: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of an answer."""
    connection = http.client.HTTPConnection(urlsplit(api.base_url).netloc, timeout=10)
    connection.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    found = answer.status, dict(answer.headers), answer.read()
    connection.close()
    return found
