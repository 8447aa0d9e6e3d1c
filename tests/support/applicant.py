"""What an applicant for the card function fills in and hands in."""

from __future__ import annotations

import io

from PIL import Image

APPLICANT = {
    "subject_type": "enterprise",
    "subject_name": "熊猫茶馆有限公司",
    "credential_number": "91110000MA0000000X",
    "category": "202",
    "contact_name": "李娜",
    "contact_phone": "010-12345678",
    "contact_email": "li@panda.example",
    "agreed": "1",
}


def scan(kind: str = "PNG", size: int = 40) -> bytes:
    """Return a picture of a licence."""
    out = io.BytesIO()
    Image.new("RGB", (size, size), 7).save(out, kind)
    return out.getvalue()
