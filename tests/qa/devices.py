"""The two devices of qa_cases.md E15, and the two ways to say which one a page is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kaquan.rules.js_call import ANDROID, IOS


@dataclass(frozen=True)
class Device:
    """A device that pages are read for.

    Args:
        account: what the account's setting says.
        page: what the page's own address says, empty for nothing.
    """

    account: str
    page: str = ""

    @property
    def lenient(self) -> bool:
        """Tell whether objects pass for texts: the page's own word goes before the account's."""
        return (self.page or self.account) == ANDROID

    @property
    def settings(self) -> dict[str, Any]:
        """Return the arguments of a merchant on whose pages it is so."""
        return {"js_device": self.account, "query": f"kaquan_device={self.page}" if self.page else ""}


DEVICES = {name: Device(name) for name in (IOS, ANDROID)}
"""Both, by the account's setting: every case on a page is played on each."""
ALL = {**DEVICES, "ios by the page": Device(ANDROID, IOS), "android by the page": Device(IOS, ANDROID)}
"""Both, each said in both ways."""
STRICT = [name for name, device in ALL.items() if not device.lenient]
LENIENT = [name for name, device in ALL.items() if device.lenient]
