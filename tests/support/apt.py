"""Debian's packages, for what the tests need beside Python and Node.js."""

from __future__ import annotations

import os
import shutil
import subprocess

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
    for step in (("update",), ("install", "--yes", "--no-install-recommends", package)):
        subprocess.run([*prefix, *APT, *step], check=True, stdout=subprocess.DEVNULL)
    return True
