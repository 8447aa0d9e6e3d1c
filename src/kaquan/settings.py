"""Every setting with its default and its reason; each is an environment variable and a flag of ``kaquan serve``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

import msgspec

Source = Literal["default", "environment", "flag"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may decide.

    Args:
        database_url: ``sqlite:///path`` or ``postgresql://user@host/name``.
        listen: ``HOST:PORT``; loopback unless told otherwise, port 0 takes any free one.
        public_url: what pages, images and QR codes are addressed by; empty = ``http://LISTEN``.
        key_file: file of the master key, made at the first start; all processes of one database share it.
        workers: server processes over one database.
        allow_private_callbacks: lets callbacks go to private and loopback addresses; off, since the server
            would otherwise be a way into the network it runs in.
        keep_calls_days: days a failed call is kept for its explanation (the original keeps 7).
        keep_calls: failed calls kept per app, the newest.
        queue: commands that may wait per kind; past it the answer is -1 ``system busy`` at once.
        batch: most commands of one transaction; the rate grows little past 250.
        live_tickets: cards of QR tickets that have not ended, per account; past it 45029.
        personas_of: sandbox app whose people the sign-in page offers to who comes from no app; the demo's.
        oidc_issuer: address of an OpenID Connect provider that people may sign in through; empty for none.
        oidc_client_id, oidc_client_secret: as whom the platform is registered there, with the redirect address
            ``PUBLIC_URL/wallet/oidc/callback``.
        oidc_name: what the sign-in page calls it.
        merchant_sign_up: lets anybody make an account for the console and ask for the card function; without it people
            come by invitation alone.
        second_factor: owners and operators need one; off in the demo, which listens on loopback.
        metrics_token: what a scrape of ``/metrics`` from another machine carries as its bearer token; without one only
            this machine is answered.
        flags: names of the settings above that were given as flags, with commas; nothing to be set by hand.
        delivery_retry_seconds: pause before an event is tried again (3 times).
    """

    database_url: str = "sqlite:///data/kaquan.db"
    listen: str = "127.0.0.1:8000"
    public_url: str = ""
    key_file: str = ""
    workers: int = 1
    allow_private_callbacks: bool = False
    keep_calls_days: int = 7
    keep_calls: int = 100_000
    queue: int = 20_000
    batch: int = 250
    live_tickets: int = 100_000
    personas_of: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = "OpenID Connect"
    merchant_sign_up: bool = True
    second_factor: bool = True
    metrics_token: str = ""
    delivery_retry_seconds: float = 5.0
    flags: str = ""

    @property
    def host(self) -> str:
        """Return the host to listen on."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """Return the port to listen on."""
        return int(self.listen.rpartition(":")[2])

    @property
    def base_url(self) -> str:
        """Return the address users reach this server by, without a slash at its end."""
        return (self.public_url or f"http://{self.listen}").rstrip("/")

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the embedded database is used."""
        return self.database_url.startswith("sqlite:")

    @property
    def sqlite_path(self) -> str:
        """Return the file of the embedded database."""
        return self.database_url.removeprefix("sqlite:///")

    @property
    def key_path(self) -> str:
        """Return the master key's file: beside the embedded database unless told otherwise."""
        folder = os.path.dirname(self.sqlite_path) if self.is_sqlite else "data"
        return self.key_file or os.path.join(folder, "master.key")


def from_environment(environment: Mapping[str, str], **flags: object) -> Settings:
    """Return the settings of ``KAQUAN_*`` variables, overridden by the flags that are not None.

    Raises:
        msgspec.ValidationError: a value has the wrong type.
    """
    names = Settings.__struct_fields__
    given: dict[str, object] = {
        n: environment[f"KAQUAN_{n.upper()}"] for n in names if f"KAQUAN_{n.upper()}" in environment
    }
    # A flag may have taken its value from the variable.
    flagged = {n: value for n, value in flags.items() if value is not None and str(value) != given.get(n)}
    given.update({name: value for name, value in flags.items() if value is not None})
    if flagged:
        given["flags"] = ",".join(sorted(flagged))
    return msgspec.convert(given, Settings, strict=False)


def to_environment(settings: Settings) -> dict[str, str]:
    """Return the variables that give these settings to a child process."""
    return {f"KAQUAN_{name.upper()}": str(value) for name, value in msgspec.structs.asdict(settings).items()}


def source_of(settings: Settings, name: str) -> Source:
    """Return where a setting's value comes from."""
    if name in settings.flags.split(","):
        return "flag"
    return "default" if getattr(settings, name) == getattr(DEFAULTS, name) else "environment"


DEFAULTS = Settings()
