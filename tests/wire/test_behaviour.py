"""What holds over many calls: paging, limits, validity and the events that tell of it."""

from __future__ import annotations

from typing import Any

from card_bodies import card

from support.api import Api
from wire.answers import refusal
from wire.kept import Kept

DAY = 86400
TERM = {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 2, "fixed_begin_term": 1}


def events(api: Api, *names: str) -> list[Any]:
    """Return the account's events of these names."""
    return [one for one in api.ok("/sandbox/events")["events"] if one["event"] in names]


def test_pages_hold_at_most_fifty_cards_the_newest_first(api: Api) -> None:
    made = [api.create_card(card()) for _ in range(26)]
    api.ok("/sandbox/clock", {"advance": 1})
    made += [api.create_card(card()) for _ in range(26)]
    first = api.ok("/card/batchget", {"offset": 0, "count": 100})
    second = api.ok("/card/batchget", {"offset": 50, "count": 100})
    assert (len(first["card_id_list"]), len(second["card_id_list"])) == (50, 2)
    assert (first["total_num"], second["total_num"]) == (52, 52)
    listed = first["card_id_list"] + second["card_id_list"]
    assert (set(listed[:26]), sorted(listed)) == (set(made[26:]), sorted(made))
    assert api.ok("/card/batchget", {"offset": 3, "count": 7})["card_id_list"] == listed[3:10]


def test_a_thousand_people_at_a_time(api: Api, kept: Kept) -> None:
    people = api.people(1000)
    assert len(set(people)) == 1000
    refused = api.post("/ext/user", {"external_ids": [str(number) for number in range(1001)]})
    assert refusal(kept, api, refused) == "45019 external_ids"


def test_each_claim_gives_another_code_and_stock_never_falls_below_zero(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card("GROUPON", {"sku": {"quantity": 5}, "get_limit": 1}))
    people = api.people(7)
    answers = [api.post("/ext/claim", {"card_id": card_id, "openid": one}) for one in people]
    codes = [one["code"] for one in answers if one["errcode"] == 0]
    assert len(set(codes)) == 5
    assert [refusal(kept, api, one) for one in answers[5:]] == ["45031 stock_empty"] * 2
    assert api.stock(card_id) == {"quantity": 0, "total_quantity": 5}


def test_what_became_of_a_code_does_not_give_its_holder_another(api: Api, kept: Kept) -> None:
    card_id, ann = api.create_card(card("GROUPON", {"get_limit": 3})), api.person("ann")
    spent, void, gone = (api.claim(card_id, ann) for _ in range(3))
    api.ok("/card/code/consume", {"code": spent})
    api.ok("/card/code/unavailable", {"code": void})
    api.ok("/sandbox/delete", {"openid": ann, "card_id": card_id, "code": gone})
    refused = api.post("/ext/claim", {"card_id": card_id, "openid": ann})
    assert refusal(kept, api, refused) == "45033 get_limit"
    assert api.stock(card_id)["quantity"] == 500000 - 3


def test_the_limit_of_a_card_is_its_own(api: Api) -> None:
    ann = api.person("ann")
    cards = [api.create_card(card("GROUPON", {"get_limit": 1})) for _ in range(2)]
    assert len({api.claim(one, ann) for one in cards}) == 2


def test_a_term_begins_and_ends_with_the_day_in_utc_plus_8(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card("GROUPON", {"date_info": TERM}))
    claimed = api.ok("/ext/claim", {"card_id": card_id, "openid": api.person("ann")})
    begin, end = claimed["begin_time"], claimed["end_time"]
    assert ((begin + 8 * 3600) % DAY, end - begin) == (0, 2 * DAY - 1)
    assert 0 < begin - api.ok("/sandbox/clock")["now"] <= DAY
    code = {"code": claimed["code"]}
    assert refusal(kept, api, api.post("/card/code/consume", code)) == "40079 not_begun"
    api.ok("/sandbox/clock", {"advance": 2 * DAY})
    assert api.ok("/card/code/get", code)["can_consume"] is True
    api.ok("/sandbox/clock", {"advance": DAY})
    assert refusal(kept, api, api.post("/card/code/consume", code)) == "40079 expired"
    assert refusal(kept, api, api.post("/card/code/get", code)) == "40127 expired"


def test_a_consumed_code_stays_consumed_when_its_time_is_over(api: Api, kept: Kept) -> None:
    card_id = api.create_card(card("GROUPON", {"date_info": {**TERM, "fixed_begin_term": 0}}))
    code = {"code": api.claim(card_id, api.person("ann"))}
    api.ok("/card/code/consume", code)
    api.ok("/sandbox/clock", {"advance": 9 * DAY})
    assert refusal(kept, api, api.post("/card/code/consume", code)) == "40099 consumed"


def test_each_event_of_a_person_has_a_create_time_of_its_own(api: Api) -> None:
    card_id, ann = api.create_card(card()), api.person("ann")
    codes = [api.claim(card_id, ann) for _ in range(4)]
    for code in codes[:2]:
        api.ok("/card/code/consume", {"code": code})
    api.ok("/sandbox/delete", {"openid": ann, "card_id": card_id, "code": codes[2]})
    api.claim(card_id, ann)
    told = events(api, "user_get_card", "user_consume_card", "user_del_card")
    times = [one["create_time"] for one in told]
    assert [one["event"] for one in told] == ["user_get_card"] * 4 + ["user_consume_card"] * 2 + [
        "user_del_card",
        "user_get_card",
    ]
    assert times == sorted(set(times))


def test_each_event_that_nobody_caused_has_a_create_time_of_its_own(api: Api) -> None:
    for _ in range(5):
        api.create_card(card())
    times = [one["create_time"] for one in events(api, "card_pass_check")]
    assert (len(times), times) == (5, sorted(set(times)))


def test_a_stock_that_runs_low_is_told_once(api: Api) -> None:
    card_id = api.create_card(card("GROUPON", {"sku": {"quantity": 201}, "get_limit": 9}))
    people = api.people(103)
    for person in people[:100]:
        api.claim(card_id, person)
    assert events(api, "card_sku_remind") == []
    for person in people[100:]:
        api.claim(card_id, person)
    (told,) = events(api, "card_sku_remind")
    assert told["fields"] == {"CardId": card_id, "Detail": "the card's quantity is equal to 100"}
