"""``GET /q/``: where a scanned QR code leads."""

from __future__ import annotations

from support.api import Api
from wire.answers import refusal
from wire.kept import Kept


def test_the_claim_page_is_not_there_yet(api: Api, kept: Kept) -> None:
    assert refusal(kept, api, api.raw("GET", "/q/anything")) == "48001 not_implemented"
