"""JSON as pages are sent it, by browsers that take whatever a page gives them."""

from __future__ import annotations

import json
from typing import Any

from kaquan.rules.text import storable


def object_of(text: str | bytes) -> dict[str, Any]:
    """Return a JSON object whose texts can be stored and sent; an empty one when the text is none."""
    try:
        sent = _clean(json.loads(text))
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        # Half of a surrogate pair is a character in no encoding.
        return storable(value.encode("utf-8", "replace").decode())
    if isinstance(value, dict):
        return {_clean(name): _clean(one) for name, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value
