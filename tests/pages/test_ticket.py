"""``/q/``: what a ticket's page says and does, on both databases."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from card_bodies import card
from store_bodies import store

from kaquan.actions.manage_app import change_app
from kaquan.rules.throttle import CLAIM_PERSON
from kaquan.store.apps import FRESH_SECONDS
from kaquan.web.links import card_path
from support.api import Api
from support.server import Server
from support.tickets import qr, shelf
from support.visitor import Visitor
from wire.kept import Kept

RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")
# Alone, since the name of a ticket may hold anything.
NOBODY_ELSES = re.compile(r"(?<![\w-])o[A-Za-z0-9_-]{27}(?![\w-])")


@pytest.fixture
def kept(server: Server) -> Iterator[Kept]:
    """What the server keeps of refused calls."""
    opened = Kept(server.database)
    yield opened
    opened.close()


def why(kept: Kept, api: Api, visitor: Visitor) -> list[tuple[str, str]]:
    """Return each text that a page shows with the errcode and the cause that were kept."""
    found = [(text, kept.find(api.appid, rid)[1]) for text, rid in visitor.said() if rid]
    return [(text, f"{call.errcode} {call.cause}") for text, call in found]


def test_the_button_claims_a_code(server: Server, api: Api) -> None:
    card_id = api.create_card(card())
    ann = Visitor(server, "ann")
    ((code, text),) = ann.claim(qr(api, card_id, outer_str="wall"))
    found = api.ok("/card/code/get", {"code": code})
    assert (text, found["card"]["card_id"], found["outer_str"]) == ("", card_id, "wall")
    assert f"/wallet/{api.appid}/{card_id}/{code}" in ann.page


def test_looking_changes_nothing(server: Server, api: Api) -> None:
    card_id = api.create_card(card("GROUPON", {"get_limit": 1}))
    url, ann = qr(api, card_id), Visitor(server, "ann")
    before = api.stock(card_id), len(api.ok("/sandbox/events", {})["events"])
    for _ in range(3):
        assert (ann.get(url), ann.said()) == (200, [])
    assert (api.stock(card_id), len(api.ok("/sandbox/events", {})["events"])) == before


def test_a_form_sent_again_is_answered_with_the_same_code(server: Server, api: Api) -> None:
    card_id = api.create_card(card("GROUPON", {"get_limit": 5}))
    url, ann = qr(api, card_id), Visitor(server, "ann")
    ann.get(url)
    form = dict(ann.hidden)
    codes = []
    for _ in range(3):
        ann.post(url, **form)
        codes.append(ann.said())
    assert codes == [codes[0]] * 3
    quantity = api.stock(card_id)["quantity"]
    assert ann.claim(url) != codes[0]
    assert api.stock(card_id)["quantity"] == quantity - 1


def test_a_double_click_claims_once(server: Server, api: Api) -> None:
    card_id = api.create_card(card("GROUPON", {"get_limit": 5, "sku": {"quantity": 9}}))
    url, ann = qr(api, card_id), Visitor(server, "ann")
    ann.get(url)
    fingers = [ann.twin(server) for _ in range(4)]
    with ThreadPoolExecutor(len(fingers)) as pool:
        assert set(pool.map(lambda one: one.post(url), fingers)) == {200}
    assert len({tuple(one.said()) for one in fingers}) == 1
    assert api.stock(card_id)["quantity"] == 8


def test_the_form_of_one_visitor_gives_another_a_code_of_their_own(server: Server, api: Api) -> None:
    url, ann, bob = qr(api, api.create_card(card())), Visitor(server, "ann"), Visitor(server, "bob")
    ann.get(url)
    nonce = ann.hidden["nonce"]
    ann.post(url)
    bob.get(url)
    bob.post(url, nonce=nonce)
    assert bob.said() != ann.said()
    assert bob.said()[0][1] == ""


def test_of_several_cards_each_has_a_code_or_a_text(server: Server, api: Api, kept: Kept) -> None:
    empty = api.create_card(card("CASH", {"sku": {"quantity": 1}}))
    full, once = api.create_card(card("GIFT")), api.create_card(card("GROUPON", {"get_limit": 1}))
    url, ann, bob = qr(api, empty, full, once), Visitor(server, "ann"), Visitor(server, "bob")
    assert [text for _, text in ann.claim(url)] == ["", "", ""]
    assert [bool(rid) for _, rid in bob.claim(url)] == [False, False, True]
    assert why(kept, api, bob) == [("已领完", "45031 stock_empty")]
    ann.get(url)
    assert sorted(why(kept, api, ann)) == [("已领取", "45033 get_limit"), ("已领完", "45031 stock_empty")]


def test_card_id_narrows_a_page_to_one_card(server: Server, api: Api, kept: Kept) -> None:
    first, second = api.create_card(card()), api.create_card(card("CASH"))
    url, ann = qr(api, first, second), Visitor(server, "ann")
    assert len(ann.claim(url)) == 2
    assert len(ann.claim(f"{url}?card_id={second}")) == 1
    assert ann.get(f"{url}?card_id=p{'x' * 27}") == 404
    assert why(kept, api, ann) == [("不存在或已失效", "40073 ticket_unknown")]


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "stock": ({"sku": {"quantity": 1}}, {}, "已领完", "45031 stock_empty"),
    "limit": ({"get_limit": 1}, {}, "已领取", "45033 get_limit"),
    "once": ({}, {"is_unique_code": True}, "已领取", "45033 ticket_used"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_known_beforehand_is_shown_and_what_is_posted_is_refused_alike(
    server: Server, api: Api, kept: Kept, name: str
) -> None:
    base, ticket, text, cause = REFUSED[name]
    url, ann = qr(api, api.create_card(card("GROUPON", base)), **ticket), Visitor(server, "ann")
    assert ann.claim(url)[0][1] == ""
    ann.get(url)
    assert why(kept, api, ann) == [(text, cause)]
    assert re.search(r"<button[^>]*disabled[^>]*>领取", ann.page)
    ann.post(url, nonce="")
    assert why(kept, api, ann) == [(text, cause)]


def test_a_ticket_of_somebody_else_names_nobody(server: Server, api: Api, kept: Kept) -> None:
    bob = api.person("bob")
    card_id = api.create_card(card("GROUPON", {"bind_openid": True}))
    url, ann, stranger = qr(api, card_id, openid=bob), Visitor(server, "ann"), Visitor(server)
    ann.claim(url)
    assert why(kept, api, ann) == [("已领完", "40003 bound_to_another")]
    assert bob not in ann.page
    assert NOBODY_ELSES.findall(ann.page) == []
    stranger.get(url)
    assert stranger.said() == []


def test_a_text_is_said_in_english_where_that_is_wanted(server: Server, api: Api) -> None:
    url = qr(api, api.create_card(card("GROUPON", {"sku": {"quantity": 1}})))
    Visitor(server, "ann").claim(url)
    assert Visitor(server, "bob", "en").claim(url)[0][0] == "None left"


def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(server: Server, api: Api) -> None:
    url = qr(api, api.create_card(card()))
    path, nobody = url.removeprefix(api.base_url), Visitor(server)
    nobody.get(url)
    assert f"/wallet/sign-in?next={path.replace('/', '%2F')}&amp;appid={api.appid}" in nobody.page
    assert nobody.post(url) == 303
    assert nobody.headers["location"] == f"/wallet/sign-in?next={path.replace('/', '%2F')}&appid={api.appid}"


def test_a_form_of_another_site_claims_nothing(server: Server, api: Api) -> None:
    card_id = api.create_card(card("GROUPON", {"sku": {"quantity": 3}}))
    ann = Visitor(server, "ann")
    ann.get(qr(api, card_id))
    assert ann.post(qr(api, card_id), csrf="0" * 32) == 403
    assert api.stock(card_id)["quantity"] == 3


@pytest.mark.parametrize("name", ["x", "A" * 32, "%00", "%E6%B1%89", "a" * 3000, "q8q8q8q8q8q8q8q8q8q8q8q8q8q8q8q8"])
def test_a_ticket_that_is_none_is_not_found(server: Server, api: Api, kept: Kept, name: str) -> None:
    ann = Visitor(server, "ann")
    assert ann.get(f"{api.base_url}/q/{name}") == 404
    assert why(kept, api, ann) == [("不存在或已失效", "40073 ticket_unknown")]
    assert ann.post(f"{api.base_url}/q/{name}") in {403, 404}


def test_cards_of_a_suspended_account_cannot_be_claimed(server: Server, kept: Kept) -> None:
    api = server.new_app()
    url, ann = qr(api, api.create_card(card())), Visitor(server, "ann")
    ann.get(url)
    server.database.transact(lambda tx: change_app(tx, api.appid, suspended=True))
    time.sleep(FRESH_SECONDS)
    for send in (ann.get, ann.post):
        assert send(url) == 200
        assert why(kept, api, ann) == [("暂不可领取", "48004 suspended")]


def test_a_person_who_claims_without_end_is_slowed_down(server: Server, api: Api, kept: Kept) -> None:
    url, ann = qr(api, api.create_card(card("GROUPON", {"get_limit": 1}))), Visitor(server, "ann")
    ann.get(url)

    def is_slowed_down() -> bool:
        ann.post(url, nonce="")
        return ann.said()[0][0] == "系统繁忙，请稍后再试"

    # Meanwhile some more are let through: the fewer the quicker these calls are.
    assert CLAIM_PERSON.count <= next(tries for tries in range(CLAIM_PERSON.count * 5) if is_slowed_down())
    assert why(kept, api, ann) == [("系统繁忙，请稍后再试", "-1 too_many_by_person")]
    assert Visitor(server, "bob").claim(url)[0][1] == ""


def test_a_card_of_a_shelf_is_claimed_from_it(server: Server, api: Api) -> None:
    first, second = api.create_card(card()), api.create_card(card("CASH"))
    ann = Visitor(server, "ann")
    ann.get(shelf(api, first, second))
    links = re.findall(r'href="(/q/[^"]+)"', ann.page)
    assert [link.partition("?card_id=")[2] for link in links] == [first, second]
    for link in links:
        assert ann.claim(link)[0][1] == ""


# Sharing.


def sharing(api: Api, visitor: Visitor, url: str, card_id: str) -> int:
    """Share a card from a ticket by hand and return the status."""
    visitor.get(url)
    return visitor.post(f"{url}/share", card_id=card_id)


def test_a_shared_link_gives_others_cards_of_their_own(server: Server, api: Api) -> None:
    card_id = api.create_card(card("GROUPON", {"get_limit": 1}))
    url, ann, bob = qr(api, card_id), Visitor(server, "ann"), Visitor(server, "bob")
    mine = ann.claim(url)
    assert sharing(api, ann, url, card_id) == 303
    path = ann.headers["location"]
    assert re.fullmatch(r"/share/[A-Za-z0-9_-]{32}", path)
    ann.get(path)
    link = re.findall(r'value="(http[^"]+/q/[^"]+)"', ann.page)[0]
    assert link == f"{api.base_url}/q/{path.removeprefix('/share/')}" != url
    assert bob.claim(link)[0] != mine[0]
    assert ann.claim(link)[0][0] == "已领取"
    assert sharing(api, bob, url, card_id) == 303
    assert bob.headers["location"] == path


def test_a_card_that_may_not_be_shared_is_not_even_by_hand(server: Server, api: Api, kept: Kept) -> None:
    card_id = api.create_card(card("GROUPON", {"can_share": False}))
    url, ann = qr(api, card_id), Visitor(server, "ann")
    assert sharing(api, ann, url, card_id) == 200
    assert why(kept, api, ann) == [("该券不可分享", "45030 not_shared")]
    ann.get(url)
    assert "/share" not in ann.page


def test_a_link_ends_when_sharing_is_switched_off(server: Server, api: Api, kept: Kept) -> None:
    card_id = api.create_card(card())
    ann, bob = Visitor(server, "ann"), Visitor(server, "bob")
    sharing(api, ann, qr(api, card_id), card_id)
    link = f"{api.base_url}/q/{ann.headers['location'].removeprefix('/share/')}"
    api.ok("/card/update", {"card_id": card_id, "groupon": {"base_info": {"can_share": False}}})
    bob.get(link)
    assert why(kept, api, bob) == [("该券不可分享", "45030 not_shared")]
    bob.post(link)
    assert why(kept, api, bob) == [("该券不可分享", "45030 not_shared")]


def test_a_ticket_for_one_claim_is_not_shared(server: Server, api: Api, kept: Kept) -> None:
    card_id = api.create_card(card())
    url, ann = qr(api, card_id, is_unique_code=True), Visitor(server, "ann")
    assert sharing(api, ann, url, card_id) == 200
    assert why(kept, api, ann) == [("该券不可分享", "45030 shared_from_one")]


def test_only_a_card_of_the_ticket_is_shared(server: Server, api: Api, kept: Kept) -> None:
    mine, hidden = api.create_card(card()), api.create_card(card("CASH"))
    ann = Visitor(server, "ann")
    for card_id in (hidden, "", "p" + "x" * 27):
        assert sharing(api, ann, qr(api, mine), card_id) == 404
    assert ann.get(f"{api.base_url}/share/{'A' * 32}") == 404


def test_a_holder_shares_a_card_from_the_wallet(server: Server, api: Api, kept: Kept) -> None:
    card_id, closed = api.create_card(card()), api.create_card(card("CASH", {"can_share": False}))
    ann, bob = Visitor(server, "ann"), Visitor(server, "bob")
    ann.claim(qr(api, card_id, closed))
    path = f"/share/{api.appid}/{card_id}"
    assert (bob.get(path), bob.post(path)) == (404, 404)
    assert (ann.get(path), "/q/" in ann.page, ann.post(path)) == (200, False, 303)
    assert re.fullmatch(r"/share/[A-Za-z0-9_-]{32}", ann.headers["location"])
    assert ann.get(path) == 303
    ann.get(ann.headers["location"])
    assert bob.claim(re.findall(r'value="(http[^"]+/q/[^"]+)"', ann.page)[0])[0][1] == ""
    for send in (ann.get, ann.post):
        send(f"/share/{api.appid}/{closed}")
        assert why(kept, api, ann) == [("该券不可分享", "45030 not_shared")]


def test_stores_are_counted(server: Server, api: Api) -> None:
    first, ann = api.ok("/cgi-bin/poi/addpoi", store(business_name="One"))["poi_id"], Visitor(server)
    api.ok("/cgi-bin/poi/addpoi", store(business_name="Two"))
    cases = {(): None, ("location_id_list",): "1 家", ("use_all_locations",): "2 家"}
    for fields, shown in cases.items():
        values = {"location_id_list": [int(first)], "use_all_locations": True}
        ann.get(qr(api, api.create_card(card("GROUPON", {name: values[name] for name in fields}))))
        assert re.findall(r"\d 家", ann.page) == ([shown] if shown else [])


def test_a_code_with_odd_characters_leads_to_its_page(server: Server, api: Api) -> None:
    code, ann = "A/b?#. c", Visitor(server, "ann")
    url = qr(api, api.create_card(card("GROUPON", {"use_custom_code": True})), code=code)
    ann.get(url)
    ann.post(url)
    assert f"{card_path('', '', code).partition('//')[2]}#code" in ann.page
