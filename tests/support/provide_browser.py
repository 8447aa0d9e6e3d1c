"""Makes sure that there is a Chromium to start: ``python -m support.provide_browser``."""

from __future__ import annotations

import shutil
import subprocess
import sys

from support.apt import install
from support.browser import NoBrowserError, find_browser

FONT = "fonts-wqy-microhei"
# The first is the same browser without a window, in half the time; not every distribution has it.
PACKAGES = ("chromium-headless-shell", "chromium")


def provide() -> str:
    """Install the browser where there is none and we may; return why not otherwise, empty when all is well."""
    if not has_chinese():
        # The tests hold without it; on pictures of the pages every character would be a box.
        installed(FONT, "a Chinese font")
    if any(shutil.which(package) or installed(package, "Chromium") for package in PACKAGES):
        return ""
    try:
        find_browser()
    except NoBrowserError as missing:
        return str(missing)
    return ""


def installed(package: str, what: str) -> bool:
    """Install a package, and tell whether that could be done."""
    try:
        return install(package, what)
    except subprocess.CalledProcessError:
        return False


def has_chinese() -> bool:
    """Tell whether some font shows Chinese; true where nothing can be asked."""
    if not shutil.which("fc-list"):
        return True
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())


if __name__ == "__main__":
    sys.exit(provide() or None)
