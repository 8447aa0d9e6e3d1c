"""Templates: jinja2 with everything escaped, and our own static files by the digest of what is in them."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2

from kaquan.web.links import card_path

# The platform's days are those of China.
ZONE = timezone(timedelta(hours=8))


@cache
def digest(name: str) -> str:
    """Return the first digits of the digest of a static file."""
    return hashlib.sha256(files("kaquan.web").joinpath("static", name).read_bytes()).hexdigest()[:12]


def day(seconds: int) -> str:
    """Return the date of a time in UTC seconds."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZONE).strftime("%Y-%m-%d")


def moment(seconds: int) -> str:
    """Return date and time of a time in UTC seconds."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def second(seconds: int) -> str:
    """Return date and time of a time in UTC seconds, to the second."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZONE).strftime("%m-%d %H:%M:%S")


def clock(seconds: int) -> str:
    """Return the time of the day of a time in UTC seconds."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZONE).strftime("%H:%M:%S")


OWN_PICTURE = re.compile(r"https?://[^/]+(?:/.*)?(/image/wx[0-9a-f]{16}/[0-9a-f]{32})")


class Templates:
    """The templates of every package of pages: ``wallet/sign_in.html`` is the file beside ``wallet/sign_in.py``.

    Args:
        base_path: what stands before every path of the platform's own address, such as ``/coupons``; mostly empty.
    """

    def __init__(self, base_path: str) -> None:
        self._base_path = base_path
        self._environment = jinja2.Environment(
            loader=jinja2.PackageLoader("kaquan", ""),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(day=day, moment=moment, second=second, clock=clock, picture=self.picture)
        self._environment.globals.update(at=self.at, static=self.static, card_path=card_path)

    def at(self, path: str) -> str:
        """Return the address of a path of ours, for links."""
        return self._base_path + path

    def picture(self, url: str) -> str:
        """Return the address of a picture; one that was uploaded here is served from wherever the platform is now."""
        own = OWN_PICTURE.fullmatch(url)
        return self.at(own[1]) if own else url

    def static(self, name: str) -> str:
        """Return the address of a static file, which changes with it."""
        return f"{self._base_path}/static/{name}?v={digest(name)}"

    def render(self, template: str, /, **facts: Any) -> str:
        """Return a rendered template."""
        return self._environment.get_template(template).render(**facts)
