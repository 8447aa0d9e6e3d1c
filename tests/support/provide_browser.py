"""Makes sure that there is a Chromium to start: ``python -m support.provide_browser``."""

from __future__ import annotations

import shutil
import subprocess
import sys

from support.apt import install
from support.browser import NoBrowserError, find_browser

FONT = "fonts-wqy-microhei"


def provide() -> str:
    """Install the browser where there is none and we may; return why not otherwise, empty when all is well."""
    if not has_chinese():
        # The tests hold without it; on pictures of the pages every character would be a box.
        install(FONT, "a Chinese font")
    try:
        find_browser()
    except NoBrowserError as missing:
        return "" if install("chromium", "Chromium") else str(missing)
    return ""


def has_chinese() -> bool:
    """Tell whether some font shows Chinese; true where nothing can be asked."""
    if not shutil.which("fc-list"):
        return True
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())


if __name__ == "__main__":
    sys.exit(provide() or None)
