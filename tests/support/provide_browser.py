"""Makes sure that there is a Chromium to start: ``python -m support.provide_browser``."""

from __future__ import annotations

import sys

from support.apt import install
from support.browser import NoBrowserError, find_browser


def provide() -> str:
    """Install the browser where there is none and we may; return why not otherwise, empty when all is well."""
    try:
        find_browser()
    except NoBrowserError as missing:
        return "" if install("chromium", "Chromium") else str(missing)
    return ""


if __name__ == "__main__":
    sys.exit(provide() or None)
