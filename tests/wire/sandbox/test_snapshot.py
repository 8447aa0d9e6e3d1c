"""A sandbox app is saved as one file and taken back to it, or copied into another app; all of it or nothing."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import card
from store_bodies import store

from kaquan.actions.keep_image import keep_image
from kaquan.keys import hash_secret
from kaquan.store import tables
from kaquan.store.snapshot import saved_tables
from support.api import Api
from support.callback import Receiver
from support.figures import count
from support.server import Server
from wire.answers import refusal
from wire.kept import Kept
from wire.sandbox.snapshots import File, load, rows, save

CLOCKS_APART = 5
HTML = "text/html"


class Shop:
    """An app in which much has happened.

    Args:
        server: where it is.
    """

    def __init__(self, server: Server) -> None:
        self.api = api = server.new_app(expired_token=40001, js_domains="shop.test")
        self.ann, self.bob = api.person("ann"), api.person("bob")
        picture = server.database.transact(lambda tx: keep_image(tx, api.appid, "image/png", b"\x89PNG\x00\xff", 1))
        self.logo = f"{api.base_url}{picture}"
        self.card_id = api.create_card(card("GROUPON", {"logo_url": self.logo, "sku": {"quantity": 100}}))
        self.code = api.claim(self.card_id, self.ann, outer_str="wall")
        self.given = api.claim(self.card_id, self.ann)
        where = {"openid": self.ann, "card_id": self.card_id, "code": self.given}
        self.gift_id = api.ok("/sandbox/gift", where)["gift_id"]
        api.ok("/cgi-bin/poi/addpoi", store())
        action = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": self.card_id, "outer_str": "qr"}}}
        self.qr = api.ok("/card/qrcode/create", action)
        text = {"touser": self.bob, "msgtype": "text", "text": {"content": "hello"}}
        api.ok("/cgi-bin/message/custom/send", text)
        api.ok("/card/testwhitelist/set", {"openid": [self.bob]})
        # The server would do it in some seconds, between two looks at the rows.
        count(server.database.transact, api)

    def goes_on(self) -> None:
        """Do what a snapshot takes back."""
        api = self.api
        api.ok("/card/code/consume", {"code": self.code})
        api.ok("/sandbox/accept", {"openid": self.bob, "gift_id": self.gift_id})
        api.claim(self.card_id, self.bob)
        api.create_card(card("CASH", {}, least_cost=0, reduce_cost=100))
        api.ok("/sandbox/clock", {"advance": 3600})


def test_an_app_is_taken_back_to_the_moment_of_its_snapshot(server: Server) -> None:
    shop = Shop(server)
    api = shop.api
    before, file = rows(server.database, api.appid), save(api)
    shop.goes_on()
    assert rows(server.database, api.appid) != before
    done = load(api, file, force="1")
    assert (done["errcode"], done["source"]["appid"]) == (0, api.appid)
    assert done["rows"] == {name: len(found) for name, found in before.items() if found}
    after = rows(server.database, api.appid)
    loaded = [row for row in after["journal"] if row not in before["journal"]]
    assert [row[1] for row in loaded] == ["load_snapshot"]
    assert {**after, "journal": before["journal"]} == before
    # Everything goes on from there, and the clock has come back too.
    assert abs(api.ok("/sandbox/clock")["now"] - time.time()) < CLOCKS_APART
    assert api.ok("/card/code/get", {"code": shop.code})["user_card_status"] == "NORMAL"
    assert api.ok("/sandbox/accept", {"openid": shop.bob, "gift_id": shop.gift_id})["code"]
    assert api.ok("/card/code/consume", {"code": shop.code})
    assert api.claim(shop.card_id, shop.bob, ticket=shop.qr["ticket"])
    assert (api.person("ann"), api.stock(shop.card_id)["quantity"]) == (shop.ann, 97)


def test_the_apps_time_is_that_of_the_snapshot_however_long_ago(server: Server) -> None:
    api = server.new_app()
    token = api.token
    made = File.of(save(api))
    long_ago = made.head["app_time"] - 90 * 86_400
    done = load(api, made.sealed(app_time=long_ago))
    assert done["now"] == long_ago
    assert abs(api.ok("/sandbox/clock")["now"] - long_ago) < CLOCKS_APART
    # The tokens that were given out go on, and last no longer than they would have.
    assert api.token == token
    assert api.raw("POST", "/cgi-bin/stable_token", credentials(api))["expires_in"] <= 7200
    assert api.create_card(card("GROUPON"))


def credentials(api: Api) -> bytes:
    """Return the body of a call for the stable token."""
    named = {"grant_type": "client_credential", "appid": api.appid, "secret": api.secret}
    return json.dumps(named).encode()


def test_another_app_becomes_a_copy_with_names_of_its_own(server: Server) -> None:
    shop = Shop(server)
    file = save(shop.api)
    copy = server.new_app()
    prefix, old_prefix = copy.person("zoe")[1:7], shop.ann[1:7]

    def its(name: str) -> str:
        return name.replace(old_prefix, prefix, 1)

    assert load(copy, file)["errcode"] == 0
    assert copy.person("ann") == its(shop.ann)
    found = copy.ok("/card/get", {"card_id": its(shop.card_id)})["card"]["groupon"]["base_info"]
    assert (found["logo_url"], found["sku"]["quantity"]) == (shop.logo.replace(shop.api.appid, copy.appid), 98)
    assert copy.http.send("GET", found["logo_url"].removeprefix(copy.base_url)) == (200, b"\x89PNG\x00\xff")
    (gift_id,) = (row[0] for row in rows(server.database, copy.appid)["gift"])
    assert gift_id != shop.gift_id
    assert copy.ok("/sandbox/accept", {"openid": its(shop.bob), "gift_id": gift_id})["code"]
    assert copy.ok("/card/code/consume", {"code": shop.code})["openid"] == its(shop.ann)
    assert copy.claim(its(shop.card_id), its(shop.bob))
    # The other app is as it was.
    assert shop.api.ok("/card/code/get", {"code": shop.code})["user_card_status"] == "NORMAL"
    assert shop.api.stock(shop.card_id)["quantity"] == 98
    # Where it was loaded from is written down, and stands nowhere else.
    lines = gzip.decompress(save(copy)).decode().splitlines()
    text = "".join(line for line in lines if "load_snapshot" not in line)
    assert [one for one in (shop.api.appid, old_prefix, shop.gift_id) if one in text] == []


def test_no_secret_is_in_a_file_and_the_loading_app_keeps_its_own(server: Server, receiver: Receiver) -> None:
    shop = Shop(server)
    api = shop.api
    api.ok("/sandbox/callback", receiver.settings("safe"))
    code = api.ok("/sandbox/oauth_code", {"openid": shop.ann})["code"]
    asked = f"appid={api.appid}&secret={api.secret}&grant_type=authorization_code&code={code}"
    user_token = api.raw("GET", f"/sns/oauth2/access_token?{asked}")["access_token"]
    ticket = api.get("/cgi-bin/ticket/getticket", type="jsapi")["ticket"]
    callback = server.database.transact(
        lambda tx: tx.one(sa.select(tables.callback).where(tables.callback.c.appid == api.appid))
    )
    assert callback is not None
    text = gzip.decompress(save(api)).decode()
    secrets = (api.secret, hash_secret(api.secret), api.token, ticket, code, hash_secret(code), user_token)
    pushed = (receiver.token, receiver.aes_key, receiver.url, callback.token_box, callback.aes_key_box)
    assert [one for one in (*secrets, *pushed) if one in text] == []
    other = server.new_app()
    other.ok("/sandbox/callback", receiver.settings())
    token = other.token
    assert load(other, save(api))["errcode"] == 0
    assert (other.token, other.renew() != token) == (token, True)
    assert other.ok("/sandbox/app")["callback"]["url"] == receiver.url


def test_nothing_is_pushed_a_second_time(sandbox: Api) -> None:
    # The first app's events wait for their retry while the file is made; the copy has a callback that takes all.
    refusing = Receiver(lambda _: (500, b"")).start()
    sandbox.ok("/sandbox/callback", refusing.settings())
    event_id = sandbox.ok("/sandbox/trigger", {"event": "giftcard_pay_done"})["id"]
    file = save(sandbox)
    taking = Receiver().start()
    sandbox.ok("/sandbox/callback", taking.settings())
    taking.wait(1)
    refusing.stop()
    assert load(sandbox, file)["errcode"] == 0
    sandbox.ok("/sandbox/trigger", {"event": "user_view_card"})
    taking.wait(1, "user_view_card")
    (first, _) = sandbox.ok("/sandbox/events")["events"]
    assert (first["id"], first["state"]) == (event_id, "not_sent")
    assert len(taking.of("giftcard_pay_done")) == 1
    sandbox.ok("/sandbox/resend", {"ids": [event_id]})
    taking.wait(2, "giftcard_pay_done")
    taking.stop()


BAD: dict[str, tuple[str, Callable[[File], bytes]]] = {
    "nothing": ("40097 snapshot_foreign", lambda _: b""),
    "a picture": ("40097 snapshot_foreign", lambda _: b"\x89PNG\r\n"),
    "a file that was unpacked": ("40097 snapshot_foreign", lambda file: b"".join(file.lines)),
    "something else that was packed": ("40097 snapshot_foreign", lambda _: gzip.compress(b"hello\n")),
    "another packed object": ("40097 snapshot_foreign", lambda _: gzip.compress(b'{"a":1}\n')),
    "a newer format": ("40097 snapshot_newer", lambda file: file.sealed(kaquan_snapshot=2)),
    "a newer schema": ("40097 snapshot_newer", lambda file: file.sealed(schema="9999")),
    "a table of a newer version": (
        "40097 snapshot_newer",
        lambda file: file.sealed(b'{"table":"balloon","columns":["colour"]}\n'),
    ),
    "a table that is not for files": (
        "40097 snapshot_newer",
        lambda file: file.sealed(b'{"table":"credential","columns":["serial"]}\n'),
    ),
    "a column of an older version": ("40097 snapshot_older", lambda file: file.without("card", "status")),
    "half of the file": ("40097 snapshot_cut", lambda file: half(file.sealed())),
    "some bytes of it": ("40097 snapshot_cut", lambda file: file.sealed()[:40]),
    "the first line alone": ("40097 snapshot_cut", lambda file: file.sealed(lines=[])),
    "another checksum": ("40097 snapshot_broken", lambda file: file.sealed(sha256="0" * 64)),
    "a row more": ("40097 snapshot_broken", lambda file: file.sealed(*file.section("dead_letter"))),
    "no JSON": ("40097 snapshot_broken", lambda file: file.sealed(b"nonsense\n")),
    "a line of another kind": ("40097 snapshot_broken", lambda file: file.sealed(b"5\n")),
    "a first line that lacks something": ("40097 snapshot_broken", lambda file: file.sealed(home=None)),
    "an appid that is none": (
        "40097 snapshot_broken",
        lambda file: file.sealed(home={**file.head["home"], "appid": "(.*)"}),
    ),
    "a flipped bit": ("40097 snapshot_broken", lambda file: flipped(file.sealed())),
    "a value of another type": ("40097 snapshot_broken", lambda file: file.put("stock", "quantity", "9")),
    "a page in place of a picture": (
        "40097 snapshot_broken",
        lambda file: file.put("image", "media_type", "text/html"),
    ),
    "a picture that is no base64": ("40097 snapshot_broken", lambda file: file.put("image", "body", "***")),
    "a line that is too long": ("40097 snapshot_large", lambda file: file.sealed(b" " * (32 << 20))),
    "a stock below zero": ("40097 snapshot_rows", lambda file: file.put("stock", "quantity", -1)),
    "a row twice": (
        "40097 snapshot_rows",
        lambda file: file.sealed(*file.section("dead_letter"), rows={**file.head["rows"], "dead_letter": 2}),
    ),
}


def half(file: bytes) -> bytes:
    """Return the first half of a file."""
    return file[: len(file) // 2]


def flipped(file: bytes) -> bytes:
    """Return a file with one bit another one near its end, in the checksum of the compression."""
    return file[:-6] + bytes([file[-6] ^ 1]) + file[-5:]


@pytest.fixture(scope="module")
def shop(server: Server) -> Shop:
    """An app in which much has happened, and with an event that was given up."""
    made = Shop(server)
    letter = {"appid": made.api.appid, "id": 1, "openid": made.ann, "create_time": 1}
    server.database.transact(lambda tx: tx.add(tables.dead_letter, [letter]))
    return made


@pytest.fixture(scope="module")
def whole(shop: Shop) -> File:
    """What is in a good file."""
    return File.of(save(shop.api))


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_not_good_changes_nothing_and_says_why(
    server: Server, kept: Kept, shop: Shop, whole: File, name: str
) -> None:
    wanted, make = BAD[name]
    before = rows(server.database, shop.api.appid)
    answer = load(shop.api, make(whole), force="1")
    assert refusal(kept, shop.api, answer) == wanted
    assert rows(server.database, shop.api.appid) == before


def test_what_an_app_has_is_replaced_by_force_alone(server: Server, kept: Kept, shop: Shop) -> None:
    api = server.new_app()
    assert load(api, save(shop.api))["errcode"] == 0
    again = load(api, save(api))
    assert refusal(kept, api, again) == "40097 snapshot_occupied"
    assert re.search(r"has 1 cards and 2 codes", again["errmsg"])
    assert load(api, save(api), force="true")["errcode"] == 0


def test_people_who_are_not_there_any_more_are_strangers_again(server: Server) -> None:
    api = server.new_app()
    file = save(api)
    rows_of_ann = [{"account_id": f"{api.appid}-ann", "appid": api.appid, "openid": api.person("ann")}]
    server.database.transact(lambda tx: tx.add(tables.known_as, rows_of_ann))
    known = sa.select(tables.known_as).where(tables.known_as.c.appid == api.appid)
    assert load(api, save(api))["errcode"] == 0
    assert len(server.database.transact(lambda tx: tx.all(known))) == 1
    assert load(api, file)["errcode"] == 0
    assert server.database.transact(lambda tx: tx.all(known)) == []


def test_snapshots_are_kept_under_names(api: Api, kept: Kept) -> None:
    def refused(path: str, **body: Any) -> str:
        return refusal(kept, api, api.post(path, body))

    api.create_card(card("GROUPON"))
    size = api.ok("/sandbox/keep", {"name": "seed", "note": "one card"})["size"]
    assert refused("/sandbox/keep", name="seed") == "40097 snapshot_taken"
    assert refused("/sandbox/restore", name="sed") == "40097 snapshot_unknown"
    api.create_card(card("GROUPON"))
    assert api.ok("/sandbox/keep", {"name": "two cards"})["size"] > size
    assert api.ok("/sandbox/restore", {"name": "seed"})["rows"]["card"] == 1
    # Going back does not take the later ones away.
    listed = api.ok("/sandbox/snapshots")["snapshots"]
    assert sorted((one["name"], one["note"]) for one in listed) == [("seed", "one card"), ("two cards", "")]
    assert api.ok("/sandbox/restore", {"name": "two cards"})["rows"]["card"] == 2
    assert api.ok("/sandbox/keep", {"name": "seed", "replace": True})
    assert api.ok("/sandbox/restore", {"name": "seed"})["rows"]["card"] == 2
    for number in range(18):
        api.ok("/sandbox/keep", {"name": f"more {number}"})
    assert refused("/sandbox/keep", name="one too many") == "40097 snapshot_count"
    assert api.ok("/sandbox/keep", {"name": "seed", "replace": True})
    assert api.ok("/sandbox/snapshots/delete", {"name": "more 0"}) == {}
    assert refused("/sandbox/snapshots/delete", name="more 0") == "40097 snapshot_unknown"
    assert api.ok("/sandbox/keep", {"name": "one too many"})


def test_snapshots_of_another_app_are_none_of_its_own(sqlite_server: Server, sandbox: Api) -> None:
    other = sqlite_server.new_app()
    other.ok("/sandbox/keep", {"name": "seed"})
    assert sandbox.ok("/sandbox/snapshots") == {"snapshots": []}
    assert sandbox.post("/sandbox/restore", {"name": "seed"})["errcode"] == 40097
    assert sandbox.post("/sandbox/snapshots/delete", {"name": "seed"})["errcode"] == 40097
    assert len(other.ok("/sandbox/snapshots")["snapshots"]) == 1


def test_who_claims_meanwhile_leaves_nothing_half_done(server: Server) -> None:
    api = server.new_app()
    card_id = api.create_card(card("GROUPON", {"get_limit": 50, "sku": {"quantity": 10_000}}))
    openids, file = api.people(4), save(api)
    over = threading.Event()

    def claim(openid: str) -> int:
        claimed = 0
        while not over.is_set():
            claimed += api.post("/ext/claim", {"card_id": card_id, "openid": openid})["errcode"] == 0
        return claimed

    with ThreadPoolExecutor(len(openids)) as pool:
        claiming = [pool.submit(claim, openid) for openid in openids]
        for _ in range(4):
            assert load(api, file, force="1")["errcode"] == 0
        over.set()
        assert sum(one.result() for one in claiming) > 0
    found = rows(server.database, api.appid)
    codes = {row[saved("code", "code")] for row in found["code"]}
    claims = {row[saved("journal", "code")] for row in found["journal"] if row[saved("journal", "kind")] == "claim"}
    assert claims == codes
    assert api.stock(card_id) == {"quantity": 10_000 - len(codes), "total_quantity": 10_000}


def saved(table: str, column: str) -> int:
    """Return where a column stands among those of its table that are saved."""
    return [one.name for one in saved_tables()[table]].index(column)
