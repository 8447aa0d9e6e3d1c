"""A call in the words of the tools that people send it with."""

from __future__ import annotations

import json
import shlex
from typing import Any
from urllib.parse import quote

from kaquan.developer.written import lay_out


def as_curl(base_url: str, method: str, path: str, query: str, body: str) -> str:
    """Return a command line; the token comes from the shell."""
    asked = f"&{query}" if query else ""
    address = f'"{base_url}{quote(path)}?access_token=$ACCESS_TOKEN{asked}"'
    if method == "GET":
        return f"curl -sS {address}"
    return f"curl -sS {address} \\\n  -H 'content-type: application/json' \\\n  -d {shlex.quote(body)}"


def as_python(base_url: str, appid: str, method: str, path: str, query: dict[str, str], body: Any) -> str:
    """Return a program over wechatpy; the secret comes from the environment.

    Args:
        body: the JSON value, None for none.
    """
    lines = [
        "import os",
        "from wechatpy import WeChatClient",
        "",
        f"HOST = {base_url!r}",
        "",
        "class Client(WeChatClient):",
        '    API_BASE_URL = HOST + "/cgi-bin/"',
        "",
        "    def fetch_access_token(self):",
        '        query = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}',
        '        return self._fetch_access_token(self.API_BASE_URL + "token", query)',
        "",
        f'client = Client({appid!r}, os.environ["WECHAT_SECRET"])',
    ]
    params = f", params={query!r}" if query else ""
    if body is None or method == "GET":
        return "\n".join([*lines, f"print(client.get(HOST + {path!r}{params}))"])
    written = "\n".join(text for _, text in lay_out(body, repr))
    return "\n".join([*lines, f"body = {written}", f"print(client.post(HOST + {path!r}{params}, data=body))"])


def compact(body: str) -> str:
    """Return a JSON text on one line, any other as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body
