"""Makes sure that there is a PostgreSQL server to start: ``python -m support.provide_postgres``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from support.postgres import NoPostgresError, find_binaries

APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet")
STEPS = ((*APT, "update"), (*APT, "install", "--yes", "--no-install-recommends", "postgresql"))


def elevated() -> tuple[str, ...] | None:
    """Return what goes before a command that root has to run; None when we may not."""
    if os.geteuid() == 0:
        return ()
    sudo = ("sudo", "--non-interactive")
    if shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode == 0:
        return sudo
    return None


def provide() -> str:
    """Install the server where there is none and we may; return why not otherwise, empty when all is well."""
    try:
        find_binaries()
    except NoPostgresError as missing:
        prefix = elevated()
        if prefix is None or not shutil.which("apt-get"):
            return str(missing)
        print("PostgreSQL server through apt-get ...", flush=True)  # noqa: T201 - it takes a while
        for step in STEPS:
            subprocess.run([*prefix, *step], check=True, stdout=subprocess.DEVNULL)
    return ""


if __name__ == "__main__":
    sys.exit(provide() or None)
