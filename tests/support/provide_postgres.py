"""Makes sure that there is a PostgreSQL server to start: ``python -m support.provide_postgres``."""

from __future__ import annotations

import sys

from support.apt import install
from support.postgres import NoPostgresError, find_binaries


def provide() -> str:
    """Install the server where there is none and we may; return why not otherwise, empty when all is well."""
    try:
        find_binaries()
    except NoPostgresError as missing:
        return "" if install("postgresql", "PostgreSQL server") else str(missing)
    return ""


if __name__ == "__main__":
    sys.exit(provide() or None)
