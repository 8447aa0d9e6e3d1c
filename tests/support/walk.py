"""A walk through the developer's desk: the device and the language of somebody, and what every page has to be."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from kaquan.web.texts import Language
from support.api import Api
from support.browser import Devices
from support.server import Server
from support.worker import worker

SIZES: tuple[tuple[str, Language], ...] = (("phone", "zh"), ("desktop", "en"))
"""Each page is walked through in Chinese on the phone by day, and in English on the desktop by night."""
OPTIONS: dict[Language, dict[str, Any]] = {
    "zh": {"locale": "zh-CN", "color_scheme": "light"},
    "en": {"locale": "en-US", "color_scheme": "dark"},
}


def developer_at(server: Server, devices: Devices, api: Api, size: str, language: Language) -> Page:
    """Return a page of a developer of an account."""
    return worker(server, api, "developer").sit_down(getattr(devices, size)(**OPTIONS[language]))
