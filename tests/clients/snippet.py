"""The lines of docs/start.md that point an SDK at this platform: the tests run these, so that they stay right."""

from __future__ import annotations

import json
import re
from pathlib import Path

from support.api import Api

DOCUMENT = Path(__file__).parents[2] / "docs" / "start.md"
PRINTED_HOST = "http://127.0.0.1:8000"


def snippet(language: str, api: Api, about: str) -> str:
    """Return the block of this language that holds ``about``, with an account's own address and credentials in it."""
    blocks: list[str] = re.findall(
        rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    (text,) = (block for block in blocks if about in block)
    assert (text.count(PRINTED_HOST), text.count("(APPID, SECRET)")) == (1, 1)
    credentials = f"({json.dumps(api.appid)}, {json.dumps(api.secret)})"
    return text.replace(PRINTED_HOST, api.base_url).replace("(APPID, SECRET)", credentials)
