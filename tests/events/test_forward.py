"""Events that are sent to an address of one's choice."""

from __future__ import annotations

import asyncio

from events.samples import AES_KEY, APPID, GH_ID, TOKEN, config, pushed
from kaquan.events.forward import SILENT, Sent, forward
from kaquan.events.outbox import CallbackConfig
from support.callback import Receiver


def test_each_is_sent_once_in_order_and_its_answer_told() -> None:
    answers = iter([(200, b"success"), (500, b"no"), (200, b"ok")])
    receiver = Receiver(lambda _: next(answers)).start()
    receiver.token, receiver.aes_key = TOKEN, AES_KEY
    to = CallbackConfig(APPID, GH_ID, receiver.url, TOKEN, AES_KEY, "safe", "json")
    sent = asyncio.run(forward(to, [pushed(1), pushed(2), pushed(3)], allow_private=True))
    receiver.stop()
    assert [(one.id, one.delivered, one.status, one.answer, one.tried) for one in sent] == [
        (1, True, 200, "success", True),
        (2, False, 500, "no", True),
        (3, True, 200, "ok", True),
    ]
    assert [(push.message["CreateTime"], push.signed) for push in receiver.pushes] == [
        (1700000000 + number, True) for number in (1, 2, 3)
    ]


def test_an_address_that_events_may_not_go_to_is_refused_like_a_callback() -> None:
    receiver = Receiver().start()
    (sent,) = asyncio.run(forward(config(url=receiver.url), [pushed()], allow_private=False))
    receiver.stop()
    assert (sent.status, sent.answer) == (0, "address refused: 127.0.0.1 is a loopback address")
    assert receiver.pushes == []


def test_an_address_where_nobody_is_is_given_up() -> None:
    events = [pushed(number) for number in range(SILENT + 2)]
    sent = asyncio.run(forward(config(url="http://127.0.0.1:1/"), events, allow_private=True))
    assert [one.tried for one in sent] == [True] * SILENT + [False] * 2
    assert sent[-1] == Sent(SILENT + 1)
