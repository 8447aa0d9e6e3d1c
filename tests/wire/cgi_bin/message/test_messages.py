"""Messages to many people: their number, what is pushed, and two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from card_bodies import card

from support.api import Api
from wire.answers import refusal
from wire.kept import Kept

SENDALL, SEND = "/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/send"


def text(content: str = "hello", **more: Any) -> dict[str, Any]:
    """Return what a text message says."""
    return {"msgtype": "text", "text": {"content": content}, **more}


def finished(api: Api) -> list[Any]:
    """Return the fields of each MASSSENDJOBFINISH."""
    return [one["fields"] for one in api.ok("/sandbox/events")["events"] if one["event"] == "MASSSENDJOBFINISH"]


def texts(api: Api, openid: str) -> list[str]:
    """Return the texts a person got, the newest first."""
    return [one["text"]["content"] for one in api.ok("/ext/messages", {"openid": openid})["messages"]]


def test_everybody_gets_a_message_and_the_numbers_are_pushed(api: Api) -> None:
    people = api.people(1000)
    assert api.post(SENDALL, text(filter={"is_to_all": True}))["msg_id"] == 1
    assert {tuple(texts(api, openid)) for openid in (people[0], people[499], people[999])} == {("hello",)}
    expected = {"MsgID": 1, "Status": "send success", "TotalCount": 1000, "FilterCount": 1000}
    assert finished(api) == [{**expected, "SentCount": 1000, "ErrorCount": 0}]


def test_who_is_unknown_counts_as_an_error(api: Api) -> None:
    people = [*api.people(3), "o" + "U" * 27]
    api.post(SEND, text(touser=people))
    expected = {"MsgID": 1, "Status": "send success", "TotalCount": 4, "FilterCount": 4}
    assert finished(api) == [{**expected, "SentCount": 3, "ErrorCount": 1}]


def test_a_message_to_nobody_fails(api: Api) -> None:
    api.post(SENDALL, text(filter={"is_to_all": True}))
    expected = {"MsgID": 1, "Status": "send fail", "TotalCount": 0, "FilterCount": 0}
    assert finished(api) == [{**expected, "SentCount": 0, "ErrorCount": 0}]


def test_a_list_has_ten_thousand_people_at_the_most(api: Api, kept: Kept) -> None:
    people = [f"o{number:027d}" for number in range(9999)]
    known = api.people(2)
    assert refusal(kept, api, api.post(SEND, text(touser=people + known))) == "45019 mass"
    assert api.post(SEND, text(touser=people + known[:1]))["msg_id"] == 1
    assert (texts(api, known[0]), texts(api, known[1])) == (["hello"], [])


def test_a_refused_message_reaches_nobody_and_uses_no_number(api: Api, kept: Kept) -> None:
    openid = api.person("ann")
    card_id = api.create_card(card("GROUPON", {"use_custom_code": True}))
    body = {"filter": {"is_to_all": True}, "msgtype": "wxcard", "wxcard": {"card_id": card_id}}
    assert refusal(kept, api, api.post(SENDALL, body)) == "40158 custom_code"
    assert (api.ok("/ext/messages", {"openid": openid})["messages"], finished(api)) == ([], [])
    assert api.post(SENDALL, text(filter={"is_to_all": True}))["msg_id"] == 1


def test_of_the_same_message_sent_by_many_at_once_one_goes_out(api: Api) -> None:
    openid, _ = api.person("ann"), api.token
    body = text(filter={"is_to_all": True}, clientmsgid="once")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.post(SENDALL, body)["errcode"], range(16)))
    assert sorted(answers) == [0] + [45066] * 15
    assert texts(api, openid) == ["hello"]


def test_many_messages_at_once_have_numbers_of_their_own(api: Api) -> None:
    openid, _ = api.person("ann"), api.token
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda one: api.post(SENDALL, text(str(one), filter={"is_to_all": True}))["msg_id"], range(16))
        assert sorted(found) == list(range(1, 17))
    assert sorted(texts(api, openid), key=int) == [str(one) for one in range(16)]


def test_a_repeated_call_with_its_key_gets_the_first_answer(api: Api) -> None:
    openid = api.person("ann")
    path, body = (
        f"{SENDALL}?access_token={api.token}",
        b'{"filter":{"is_to_all":true},"msgtype":"text","text":{"content":"a"}}',
    )
    answers = [api.raw("POST", path, body, idempotency_key="k") for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["errcode"] == 0
    assert texts(api, openid) == ["a"]
