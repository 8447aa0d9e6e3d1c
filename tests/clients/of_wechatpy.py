"""wechatpy's WeChatOAuth, pointed at a host as docs/oauth.md says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from support.api import Api

DOCUMENT = Path(__file__).parents[2] / "docs" / "oauth.md"


def oauth_of(api: Api, scope: str) -> Any:
    """Return the SDK's object for an account."""
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {"APPID": api.appid, "SECRET": api.secret, "HOST": api.base_url}
    exec(compile(found[1], "docs/oauth.md", "exec"), names)
    names["oauth"].scope = scope
    return names["oauth"]
