"""One account's ids in another account's calls: refused, without a change and without a word about what is behind them.

The paths and their ids come from the route table; a path or an id that :mod:`wire.foreign_ids` does not name fails.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
import sqlalchemy as sa
from card_bodies import card
from PIL import Image
from store_bodies import store

from fuzz.shape import forms
from kaquan.api.dispatch import PREFIXES
from kaquan.api.reading import ListNode, Node, ObjectNode
from kaquan.api.route import ROUTES
from kaquan.app import load_endpoints
from kaquan.errors.explain import explain
from kaquan.rules.signature import card_ext_signature
from kaquan.store import tables
from kaquan.store.schema import open_engine
from support.api import Api
from support.server import Server
from wire.answers import exchange
from wire.foreign_ids import ASKED, MAY_BE_TOLD, NAME, REFUSED, WITHOUT_IDS
from wire.kept import Kept

load_endpoints()

# Fields whose value names something of an account.
ID_NAMES = """
appid card_ext card_id code encrypt_code fault_id gift_id location_id_list msg_id openid poi_id rid secret ticket
touser towxname username
"""
IDS = frozenset(ID_NAMES.split())


@dataclass
class Estate:
    """What an account has.

    Args:
        api: its client.
        ids: by the name of a field.
        pages: by the prefix of a page, its name.
        words: whatever nobody else may be told.
        rows: of its tables.
    """

    api: Api
    ids: dict[str, Any]
    pages: dict[str, str]
    words: set[str] = field(default_factory=set)
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)


def estate(server: Server, name: str, ahead: int) -> Estate:
    """Make an account with something of every kind, texts that stand nowhere else, and so many mass messages."""
    api = server.new_app(name=f"Account{name}")
    ann = api.person(f"{name}-ann")
    card_id = api.create_card(card("GROUPON", {"title": f"Title{name}", "brand_name": f"Brand{name}"}))
    code = api.claim(card_id, ann, outer_str=f"Channel{name}")
    poi_id = api.ok("/cgi-bin/poi/addpoi", store(business_name=f"Store{name}"))["poi_id"]
    qr = api.ok("/card/qrcode/create", {"action_name": "QR_CARD", "action_info": {"card": {"card_id": card_id}}})
    placed = [{"card_id": card_id, "thumb_url": f"https://shop.example/{name}"}]
    shelf = {"banner": "https://shop.example/b", "page_title": f"Page{name}", "can_share": True, "scene": "SCENE_H5"}
    url = api.ok("/card/landingpage/create", {**shelf, "card_list": placed})["url"]
    frame = api.ok("/card/mpnews/gethtml", {"card_id": card_id})["content"]
    said = {"touser": [ann, api.person(f"{name}-bob")], "msgtype": "text", "text": {"content": f"Message{name}"}}
    numbers = [
        api.post("/cgi-bin/message/mass/send", {**said, "clientmsgid": str(one)})["msg_id"] for one in range(ahead)
    ]
    rid = api.post("/card/code/get", {"code": f"Refused{name}"})["errmsg"].partition(" rid: ")[2][:26]
    fault = api.ok("/sandbox/fault", {"path": "/card/getcolors", "errcode": -1, "nth": 1000})["fault_id"]
    given = api.claim(card_id, ann)
    gift_id = api.ok("/sandbox/gift", {"openid": ann, "card_id": card_id, "code": given})["gift_id"]
    encrypted = api.ok("/sandbox/encrypt_code", {"card_id": card_id, "code": code})["encrypt_code"]
    ids = {"card_id": card_id, "code": code, "openid": ann, "touser": ann, "poi_id": poi_id, "ticket": qr["ticket"]}
    ids |= {"encrypt_code": encrypted, "msg_id": numbers[-1], "rid": rid, "fault_id": fault, "location_id_list": poi_id}
    ids |= {"appid": api.appid, "secret": api.secret, "towxname": f"{name}-ann", "username": f"{name}-ann"}
    ids |= {"gift_id": gift_id, "to": ann}
    ids |= oauth(api, ann)
    ids["card_ext"] = signed(api, card_id).replace('"', '\\"')
    scanned = qr["url"].rpartition("/")[2]
    pages = {"/q/": scanned, "/shelf/": url.rpartition("/")[2]}
    pages["/article/"] = frame.partition("/article/")[2].partition("?")[0]
    words = {
        f"{word}{name}" for word in ("Title", "Brand", "Store", "Channel", "Page", "Message", "Refused", "Account")
    }
    words |= {str(one) for one in ids.values() if one != numbers[-1]} | {
        *pages.values(),
        api.person(f"{name}-bob"),
        api.token,
    }
    return Estate(api, ids, pages, words)


def oauth(api: Api, openid: str) -> dict[str, str]:
    """Return a person's tokens, and a code that was not exchanged."""
    code, spare = (
        api.ok("/sandbox/oauth_code", {"openid": openid, "scope": "snsapi_userinfo"})["code"] for _ in range(2)
    )
    query = f"grant_type=authorization_code&appid={api.appid}&secret={api.secret}&code={code}"
    answer = api.raw("GET", f"/sns/oauth2/access_token?{query}")
    return {"oauth_code": spare, "user_token": answer["access_token"], "refresh_token": answer["refresh_token"]}


def signed(api: Api, card_id: str) -> str:
    """Return a card_ext of an account for its card."""
    ticket = api.get("/cgi-bin/ticket/getticket", type="wx_card")["ticket"]
    ext = {"timestamp": "1500000000", "nonce_str": "n"}
    return json.dumps({**ext, "signature": card_ext_signature(ticket, card_id, ext)}, separators=(",", ":"))


@pytest.fixture(scope="module")
def engine(server: Server) -> Iterator[sa.Engine]:
    """The server's database beside it."""
    opened = open_engine(server.database.settings)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def mine(server: Server) -> Estate:
    """The account that calls."""
    return estate(server, "Mine", 1)


@pytest.fixture(scope="module")
def other(server: Server, kept: Kept, engine: sa.Engine) -> Estate:
    """The account whose ids are used, and its rows, which stay what they are."""
    made = estate(server, "Other", 3)
    kept.find(made.api.appid, made.ids["rid"])
    made.rows = rows_of(engine, made.api.appid)
    return made


def ids_of(path: str) -> set[str]:
    """Return the ids that the body of a path can name."""
    return {name for form in forms(ROUTES[path]) for name in _names(form.node)} & IDS


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, ListNode):
        yield from _names(node.item)
    elif isinstance(node, ObjectNode):
        for one in node.fields:
            yield one.key
            yield from _names(one.node)


def rows_of(engine: sa.Engine, appid: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of an account but its figures, which are counted behind what happened."""
    kept = [table for table in tables.metadata.sorted_tables if "appid" in table.c]
    every = [table for table in kept if not table.name.startswith("stat_")]
    with engine.begin() as connection:
        found = {one: connection.execute(sa.select(one).where(one.c.appid == appid)).all() for one in every}
    return {table.name: sorted(tuple(row) for row in rows) for table, rows in found.items()}


def verdict(kept: Kept, api: Api, answer: Any) -> tuple[str, str]:
    """Return errcode and cause of an answer, and everything that is kept to explain it."""
    if not answer.get("errcode"):
        return "0", ""
    rid = answer["errmsg"].partition(" rid: ")[2][:26]
    _, call = kept.find(api.appid, rid)
    told = explain(call.errcode, call.cause, msgspec.json.decode(call.facts))
    words = (call.answer, call.facts, told.text("zh"), told.text("en"), told.short())
    return f"{answer['errcode']} {call.cause}", "\n".join(words)


def filled(template: str, mine: Estate, other: Estate, write: Callable[[str], str] = str) -> str:
    """Return a template with the ids of both accounts."""
    return NAME.sub(lambda found: write(str((mine if found[1] else other).ids[found[2]])), template)


def check(kept: Kept, mine: Estate, other: Estate, sent: str, answer: Any) -> str:
    """Return the verdict of an answer after making sure that nothing of the other account's was told."""
    found, explained = verdict(kept, mine.api, answer)
    told = json.dumps(answer, ensure_ascii=False) + explained
    allowed = {other.ids[name] for name in MAY_BE_TOLD.get(found, ())}
    assert {word for word in other.words - allowed if word in told and word not in sent} == set()
    return found


BODIES = [(path, body) for path, bodies in REFUSED.items() for body in bodies]
QUERIES = [(path, query) for path, queries in ASKED.items() for query in queries]


@pytest.mark.parametrize(("path", "body"), BODIES, ids=[f"{path} {body}" for path, body in BODIES])
def test_an_id_of_another_account_in_a_body(
    engine: sa.Engine, kept: Kept, mine: Estate, other: Estate, path: str, body: str
) -> None:
    sent = filled(body, mine, other)
    if sent.startswith("CARD "):
        sent = json.dumps(card("GROUPON", json.loads(sent.removeprefix("CARD "))))
    assert check(kept, mine, other, sent, mine.api.post(path, sent.encode())) == REFUSED[path][body]
    assert rows_of(engine, other.api.appid) == other.rows


@pytest.mark.parametrize(("path", "query"), QUERIES, ids=[f"{path} {query}" for path, query in QUERIES])
def test_an_id_of_another_account_in_a_query(
    engine: sa.Engine, kept: Kept, mine: Estate, other: Estate, path: str, query: str
) -> None:
    sent = filled(query, mine, other, quote)
    method = "POST" if "GET" not in ROUTES[path].methods else "GET"
    target = f"{path}?access_token={mine.api.token}&{sent}"
    assert check(kept, mine, other, sent, mine.api.raw(method, target)) == ASKED[path][query]
    assert rows_of(engine, other.api.appid) == other.rows


def test_every_path_says_what_it_does_with_the_ids_of_others() -> None:
    assert {*REFUSED, *ASKED} | WITHOUT_IDS | {*PREFIXES} == set(ROUTES)
    assert {path for path in ROUTES if ids_of(path)} == set(REFUSED)


@pytest.mark.parametrize("path", sorted(path for path in ROUTES if ids_of(path)))
def test_every_id_of_a_path_is_tried_with_one_of_another_account(path: str) -> None:
    tried = {name for body in REFUSED[path] for my, name in NAME.findall(body) if not my}
    assert ids_of(path) - tried == set()


@pytest.mark.parametrize("prefix", ["/shelf/", "/article/"])
def test_a_page_of_another_account_is_not_found_under_the_callers_name(
    mine: Estate, other: Estate, prefix: str
) -> None:
    own, foreign = (base64.urlsafe_b64decode(one.pages[prefix]) for one in (mine, other))
    for name in (own[:8] + foreign[8:], foreign[:8] + own[8:]):
        status, _, body = exchange(mine.api, "GET", prefix + base64.urlsafe_b64encode(name).decode())
        assert (status, [word for word in other.words | mine.words if word in body.decode()]) == (404, [])


def test_a_picture_is_found_under_its_own_account_alone(mine: Estate, other: Estate) -> None:
    assert exchange(mine.api, "GET", f"/image/{other.api.appid}/{'0' * 32}")[0] == 404
    digest = picture_of(other.api).rpartition("/")[2]
    assert exchange(mine.api, "GET", f"/image/{other.api.appid}/{digest}")[0] == 200
    assert exchange(mine.api, "GET", f"/image/{mine.api.appid}/{digest}")[0] == 404


def picture_of(api: Api) -> str:
    """Upload a picture and return its address."""
    out = io.BytesIO()
    Image.new("RGB", (5, 4), (1, 2, 3)).save(out, "PNG")
    body = b'--B\r\nContent-Disposition: form-data; name="media"; filename="a.png"\r\n\r\n' + out.getvalue()
    target, form = f"/cgi-bin/media/uploadimg?access_token={api.token}", "multipart/form-data; boundary=B"
    url: str = api.raw("POST", target, body + b"\r\n--B--\r\n", Content_Type=form)["url"]
    return url
