"""What of a request is kept: everything but its secrets."""

from __future__ import annotations

import re

SECRETS = re.compile(r'("(?:secret|appsecret|token|aes_key)"\s*:\s*)"(?:[^"\\]|\\.)*"?')


def mask_body(body: str) -> str:
    """Return a JSON body with the values of its secrets starred."""
    return SECRETS.sub(r'\1"***"', body)
