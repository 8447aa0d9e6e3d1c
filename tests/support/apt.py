"""Debian's packages, for what the tests need beside Python and Node.js."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache

APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet")


def elevated() -> tuple[str, ...] | None:
    """Return what goes before a command that root has to run; None when we may not."""
    if os.geteuid() == 0:
        return ()
    sudo = ("sudo", "--non-interactive")
    if shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode == 0:
        return sudo
    return None


def install(package: str, what: str) -> bool:
    """Install a package and tell whether we could; ``what`` is said meanwhile, since it takes a while."""
    prefix = elevated()
    if prefix is None or not shutil.which("apt-get"):
        return False
    print(f"{what} through apt-get ...", flush=True)  # noqa: T201 - it takes a while
    update(prefix)
    run(prefix, "install", "--yes", "--no-install-recommends", package)
    return True


@cache
def update(prefix: tuple[str, ...]) -> None:
    """Learn what packages there are, once however many are installed."""
    run(prefix, "update")


def run(prefix: tuple[str, ...], *step: str) -> None:
    """Run one step of apt-get."""
    subprocess.run([*prefix, *APT, *step], check=True, stdout=subprocess.DEVNULL)
