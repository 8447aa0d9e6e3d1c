"""Send messages: to one person, or one message to many (spec: distribution.md 7)."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.count_up import count_up
from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.actions.review_card import system_event_time
from kaquan.errors import Errcode
from kaquan.events.catalogue import Masssendjobfinish
from kaquan.rules.message import DELETED, FAIL, SUCCESS, Note, check_repeat
from kaquan.rules.text import mask_openid
from kaquan.rules.ways import TO_MANY, TO_ONE, check_way
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import COUNTED, Tx

SENT = {True: (SUCCESS, "send success"), False: (FAIL, "send fail")}


class Mass(msgspec.Struct, frozen=True):
    """One message to many people.

    Args:
        note: what it says.
        client: tells it from others.
        message_id: its place among each recipient's messages.
        openids: to whom, each once; None for everybody.
    """

    note: Note
    client: str
    message_id: int
    openids: list[str] | None = None


def send_to_one(tx: Tx, appid: str, openid: str, note: Note, message_id: int, now: int, record: Record) -> None:
    """Put a message into a person's list.

    Raises:
        Refusal: 43004 an unknown person, 40073, 40078, 40158, 45030, 45031 a card that cannot be sent.
    """
    card = load_card(tx, appid, note.card_id) if note.card_id else None
    person, tester = tables.person.c, tables.whitelist.c
    if tx.one(sa.select(person.openid).where((person.appid == appid) & (person.openid == openid))) is None:
        raise Errcode.REQUIRE_SUBSCRIBE("unknown_person", path="touser", openid=mask_openid(openid))
    if card is not None:
        tests = sa.select(tester.openid).where((tester.appid == appid) & (tester.openid == openid))
        named = note.named if note.named == openid else ""
        check_way(TO_ONE, card, openid=named, tester=tx.one(tests) is not None)
    values = {"kind": note.kind, "content": note.content, "create_time": now}
    tx.run(sa.insert(tables.message).values(appid=appid, openid=openid, id=message_id, msg_id=0, **values))
    record.change("message", {"id": message_id, "kind": note.kind}, now, note.card_id)
    record.save(tx, appid)


def send_mass(tx: Tx, app: App, mass: Mass, now: int, record: Record) -> int:
    """Put a message into the list of each recipient, push MASSSENDJOBFINISH, and return its msg_id.

    Raises:
        Refusal: 45065, 45066 sent before; 43004 nobody of the list is known; 40073, 40078, 40158, 45030, 45031.
    """
    card = load_card(tx, app.appid, mass.note.card_id) if mass.note.card_id else None
    # Counting first keeps another message of the account out, so that two of one client id see each other.
    msg_id = count_up(tx, app.appid, "mass")
    _check_first(tx, app.appid, mass.client, now)
    if card is not None:
        check_way(TO_MANY, card)
    sent = _deliver(tx, app.appid, mass, msg_id, now)
    total = sent if mass.openids is None else len(mass.openids)
    if mass.openids is not None and not sent:
        raise Errcode.REQUIRE_SUBSCRIBE("unknown_person", path="touser", openid=mask_openid(mass.openids[0]))
    status, told = SENT[sent > 0]
    values = {"client_id": mass.client, "kind": mass.note.kind, "content": mass.note.content, "create_time": now}
    tx.run(
        sa.insert(tables.mass).values(appid=app.appid, msg_id=msg_id, status=status, total=total, sent=sent, **values)
    )
    event = Masssendjobfinish(
        MsgID=msg_id, Status=told, TotalCount=total, FilterCount=total, SentCount=sent, ErrorCount=total - sent
    )
    at = system_event_time(tx, app.appid, now)
    record.event("mass", event, app.system_openid, at, mass.note.card_id)
    record.save(tx, app.appid)
    return msg_id


def _check_first(tx: Tx, appid: str, client: str, now: int) -> None:
    table = tables.mass.c
    same = sa.select(table.msg_id, table.create_time).where((table.appid == appid) & (table.client_id == client))
    if row := tx.one(same.order_by(table.create_time.desc(), table.msg_id.desc()).limit(1)):
        check_repeat(client, row.msg_id, row.create_time, now)


def _deliver(tx: Tx, appid: str, mass: Mass, msg_id: int, now: int) -> int:
    """Give the message to its recipients in one statement, and return how many there are."""
    person, table = tables.person.c, tables.message
    wanted = person.appid == appid
    if mass.openids is not None:
        wanted &= person.openid.in_(mass.openids)
    values = {"id": mass.message_id, "msg_id": msg_id, "kind": "", "content": "", "create_time": now}
    same = [sa.literal(value, table.c[name].type) for name, value in values.items()]
    source = sa.select(person.appid, person.openid, *same).where(wanted)
    into = ["appid", "openid", *values]
    return tx.run(sa.insert(table).from_select(into, source).execution_options(**COUNTED))


def find_mass(tx: Tx, appid: str, msg_id: int) -> Any:
    """Return the row of a mass message.

    Raises:
        Refusal: 40059, the account has sent no such message.
    """
    table = tables.mass.c
    row = tx.one(sa.select(tables.mass).where((table.appid == appid) & (table.msg_id == msg_id)))
    if row is None:
        raise Errcode.INVALID_MSG_ID("unknown", path="msg_id", msg_id=msg_id)
    return row


def withdraw_mass(tx: Tx, appid: str, msg_id: int, now: int, record: Record) -> None:
    """Take a mass message out of every recipient's list; one that is withdrawn already stays so.

    Raises:
        Refusal: 40059, the account has sent no such message.
    """
    if find_mass(tx, appid, msg_id).status == DELETED:
        return
    table = tables.mass
    tx.run(sa.update(table).where((table.c.appid == appid) & (table.c.msg_id == msg_id)).values(status=DELETED))
    record.change("mass_withdrawn", {"msg_id": msg_id}, now, "")
    record.save(tx, appid)


def person_of_name(tx: Tx, appid: str, name: str) -> str:
    """Return the openid of the person whom the company calls so.

    Raises:
        Refusal: 40132, nobody is called so.
    """
    table = tables.person.c
    row = tx.one(sa.select(table.openid).where((table.appid == appid) & (table.external_id == name)))
    if row is None:
        raise Errcode.INVALID_USERNAME("unknown", path="towxname", name=name[:64])
    return str(row[0])
