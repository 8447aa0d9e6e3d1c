"""What of a request is kept: everything but its secrets."""

from __future__ import annotations

import re

from kaquan.rules.text import mask_pairs, storable

SECRETS = re.compile(r'("(?:secret|appsecret|token|aes_key)"\s*:\s*)"(?:[^"\\]|\\.)*"?')
# What an answer hands out and nobody else may hold.
HANDED_OUT = re.compile(r'("(?:access_token|refresh_token|ticket)"\s*:\s*)"[^"]*"')

JSON_STARTS = ("{", "[", '"', "\ufeff", "")


def mask_body(body: str) -> str:
    """Return a body, JSON or a form, with the values of its secrets starred, in a form that can be stored."""
    masked = SECRETS.sub(r'\1"***"', body) if body.lstrip()[:1] in JSON_STARTS else mask_pairs(body)
    return storable(masked)


def mask_answer(answer: str) -> str:
    """Return an answer with the values of the tokens and tickets in it starred."""
    return storable(HANDED_OUT.sub(r'\1"***"', answer))
