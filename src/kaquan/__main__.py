"""``python -m kaquan``."""

from kaquan.cli import main

main()
