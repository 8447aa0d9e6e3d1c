"""``kaquan app quota``: limits of calls are set, shown and forgotten."""

from __future__ import annotations

import pytest

from cli.command import kaquan, of, printed
from support.database import Database


def made(database: Database, *flags: str) -> str:
    """Return the appid of a new account."""
    return printed("app", "create", "Panda Tea", *flags, **of(database))[0].split()[1]


def quota(database: Database, *flags: str) -> list[str]:
    return printed("app", "quota", *flags, **of(database))


def test_the_mode_is_none_for_merchants_and_the_originals_for_sandboxes(database: Database) -> None:
    merchant, sandbox = made(database), made(database, "--sandbox")
    asked, given = made(database, "--quota", "original"), made(database, "--sandbox", "--quota", "none")
    shown = [quota(database, one, "--list") for one in (merchant, sandbox, asked, given)]
    assert shown == [
        [f"{merchant}  quota none"],
        [f"{sandbox}  quota original"],
        [f"{asked}  quota original"],
        [f"{given}  quota none"],
    ]
    changed = printed("app", "set", "--appid", merchant, "--quota", "original", **of(database))
    assert changed == [f"changed {merchant}: quota = original"]
    assert quota(database, merchant, "--path", "/card/create", "--list") == [
        f"{merchant}  quota original",
        "  in effect: /card/create  daily 1000  minute 208  window 104/10",
    ]


def test_limits_add_up_and_each_is_lifted_by_none(database: Database) -> None:
    appid = made(database)
    assert quota(database, "--path", "/card/code/*", "--daily", "5000", "--window", "100/10") == [
        f"{appid}  quota none",
        f"  {'/card/code/*':32}  daily 5000  minute -  window 100/10",
    ]
    quota(database, appid, "--path", "/card/code/*", "--minute", "600", "--window", "none")
    assert quota(database, appid, "--path", "/card/code/get", "--daily", "none") == [
        f"{appid}  quota none",
        f"  {'/card/code/get':32}  daily none  minute -  window -",
        f"  {'/card/code/*':32}  daily 5000  minute 600  window none",
        "  in effect: /card/code/get  daily none  minute 600  window none",
    ]


def test_limits_are_forgotten_by_path_or_all_at_once(database: Database) -> None:
    appid = made(database)
    for path in ("/card/get", "/card/code/*", "/cgi-bin/token"):
        quota(database, "--path", path, "--daily", "5")
    assert quota(database, "--path", "/card/code/*", "--default")[0] == "1 forgotten"
    assert quota(database, "--default") == ["2 forgotten", f"{appid}  quota none"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ((), "nothing to change: see `kaquan app quota --help`"),
        (("--daily", "5"), "limits belong to paths: give --path, without --default"),
        (
            ("--daily", "5", "--path", "/card/get", "--default"),
            "limits belong to paths: give --path, without --default",
        ),
        (
            ("--path", "card/get", "--daily", "5"),
            "path: 'card/get' does not begin with /, or has more than a * at its end",
        ),
        (("--path", "/c*d", "--daily", "5"), "path: '/c*d' does not begin with /, or has more than a * at its end"),
        (("--path", "/card/get", "--daily", "0"), "daily: '0' is neither 1 to 1000000000000 nor none"),
        (("--path", "/card/get", "--minute", "many"), "minute: 'many' is neither 1 to 1000000000000 nor none"),
        (("--path", "/cgi-bin/token", "--window", "1/1"), "window: only paths below /card/ have one"),
        (("--path", "/card/get", "--window", "10"), "window: '10' is neither CALLS/SECONDS nor none"),
        (("--path", "/card/get", "--window", "10/0"), "window: '10/0' is neither CALLS/SECONDS nor none"),
        (("wx1", "--list"), "no app wx1; there are: "),
    ],
)
def test_what_is_no_limit_is_refused(database: Database, flags: tuple[str, ...], said: str) -> None:
    done = kaquan("app", "quota", *flags, **of(database))
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines()[0] == said
