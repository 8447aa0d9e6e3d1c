"""What guards pages: methods that change nothing, ways back, and what is kept from other visitors and out of logs."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from card_bodies import card

from kaquan.store.schema import open_engine
from kaquan.web.links import card_path
from kaquan.web.sent import object_of
from pages.test_sheet import opened, result, signed
from support.api import Api
from support.database import Database
from support.server import Server
from support.tickets import qr
from support.visitor import Visitor


@pytest.mark.parametrize("page", ["delete", "chat", "give", "consume", "share"])
def test_head_changes_nothing(api: Api, server: Server, page: str) -> None:
    card_id = api.create_card(card("GROUPON", {"can_share": True, "can_give_friend": True}))
    ann = Visitor(server, "ann")
    ((code, _),) = ann.claim(qr(api, card_id))
    assert ann.head(card_path(api.appid, card_id, code, page)) in {200, 303, 404}
    assert ann.get(card_path(api.appid, card_id, code)) == 200
    assert api.ok("/card/code/get", {"code": code})["user_card_status"] == "NORMAL"


def test_head_of_a_claim_page_claims_nothing(api: Api, server: Server) -> None:
    card_id = api.create_card(card())
    before = api.stock(card_id)["quantity"]
    assert Visitor(server, "ann").head(qr(api, card_id)) == 200
    assert api.stock(card_id)["quantity"] == before


def test_whoever_signs_in_comes_back_to_a_code_with_slashes(api: Api, server: Server) -> None:
    card_id = api.create_card(card("GROUPON", {"use_custom_code": True}))
    path = card_path(api.appid, card_id, "a/b?c%d#e", "give")
    nobody = Visitor(server)
    assert nobody.get(path + "?x=%E5%8D%A1&y=/") == 303
    (back,) = parse_qs(urlsplit(nobody.headers["location"]).query)["next"]
    assert back == path + "?x=%E5%8D%A1&y=/"


@pytest.mark.parametrize(
    "path", ["//evil.test", "///evil.test/x", "/\\evil.test", "https://evil.test", "/%0d//evil.test"]
)
def test_signing_in_leads_nowhere_else(server: Server, path: str) -> None:
    name, secret = "p" + secrets.token_hex(8), secrets.token_hex(8)
    visitor = Visitor(server)
    fields = {"name": name, "password": secret, "again": secret}
    assert visitor.post(f"/wallet/sign-up?next={path}", **fields) == 303
    assert urlsplit(visitor.headers["location"]).netloc == ""
    assert visitor.headers["location"].startswith("/wallet") or visitor.headers["location"].startswith("/%0d")


def test_what_another_visitor_claimed_in_a_call_is_not_shown(server: Server) -> None:
    shop = server.new_app(card_js_domain="shop.test")
    card_id = shop.create_card(card("GROUPON", {"get_limit": 1}))
    name = opened(server, shop, (card_id, signed(shop, card_id)))
    ann, bob, nobody = Visitor(server, "ann"), Visitor(server, "bob"), Visitor(server)
    ann.claim(f"/claim/{name}")
    sealed = result(server, shop, name)["card_list"][0]["code"]
    assert sealed
    for other in (bob, nobody):
        other.get(f"/claim/{name}")
        assert sealed not in other.page
        other.post(f"/claim/{name}", end="1")
        assert sealed not in other.page


def test_a_form_of_too_many_fields_is_turned_away(server: Server) -> None:
    visitor = Visitor(server, "ann")
    visitor.get("/wallet/me")
    assert visitor.post("/wallet/me", **{f"field{number}": "" for number in range(300)}) == 403


def test_pictures_and_scripts_stand_in_no_frame_and_run_nothing(api: Api, server: Server) -> None:
    visitor = Visitor(server, "ann")
    for path in ("/static/icon.svg", "/static/kaquan.css", "/open/js/kaquan-sheet.js", "/static/none"):
        visitor.get(path)
        policy = visitor.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert visitor.headers["x-content-type-options"] == "nosniff"


def test_no_log_of_the_database_names_values(database: Database) -> None:
    engine = open_engine(database.settings)
    secret = secrets.token_hex(16)
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as raised:
        connection.execute(sa.text("select * from nowhere where openid = :secret"), {"secret": secret})
    engine.dispose()
    assert secret not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": ["x\\ud800", {"\\u0000": 1}]}', {"a": ["x?", {"\N{REPLACEMENT CHARACTER}": 1}]}),
        ("[1]", {}),
        ("", {}),
        ("[" * 100_000, {}),
        ('{"a":' * 5000 + "1" + "}" * 5000, {}),
        ('{"a": ' + "9" * 5000 + "}", {}),
        (b'{"a": "\xff"}', {}),
    ],
)
def test_json_of_browsers_can_be_stored(text: str | bytes, found: object) -> None:
    assert object_of(text) == found
    assert json.dumps(object_of(text), ensure_ascii=False).encode()


def test_no_page_has_script_or_style_within(server: Server) -> None:
    root = Path(__file__).parents[2] / "src" / "kaquan"
    for template in root.rglob("*.html"):
        text = template.read_text("utf-8")
        assert "<style" not in text, template
        assert " style=" not in text, template
        assert "<script>" not in text, template
        assert " onclick=" not in text, template
