"""What of a request is kept: everything but its secrets."""

from __future__ import annotations

import re

from kaquan.rules.text import storable

SECRETS = re.compile(r'("(?:secret|appsecret|token|aes_key)"\s*:\s*)"(?:[^"\\]|\\.)*"?')


def mask_body(body: str) -> str:
    """Return a JSON body with the values of its secrets starred, in a form that can be stored."""
    return storable(SECRETS.sub(r'\1"***"', body))
