"""``/cgi-bin/message/mass/*``: messages to many people (spec: distribution.md 7)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.send_message import Mass, find_mass, person_of_name, send_mass, send_to_one, withdraw_mass
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card
from kaquan.api.cgi_bin.message import Message, note_of
from kaquan.api.encode import OK, ok
from kaquan.api.route import CARD, endpoint
from kaquan.errors import Errcode
from kaquan.rules.fields import Alias, Id, MissingAs
from kaquan.rules.message import check_people, check_tag, client_id
from kaquan.rules.openid import check_openid
from kaquan.store.tx import Tx

EVERYBODY = "all"
SUBMITTED = "send job submission success"
PREVIEWED = "preview success"


class Filter(msgspec.Struct):
    """To whom ``sendall`` goes."""

    is_to_all: bool = False
    tag_id: Annotated[Id | None, Alias("group_id")] = None


class MassMessage(Message, kw_only=True):
    """What both ways to many people share."""

    clientmsgid: str = ""


class ToAll(MassMessage, kw_only=True):
    """Body of ``sendall``."""

    filter: Filter


class ToList(MassMessage, kw_only=True):
    """Body of ``send``."""

    touser: Annotated[list[str], MissingAs(Errcode.OPENID_MISSING)]


class Preview(Message, kw_only=True):
    """Body of ``preview``; the name wins over the openid."""

    touser: str = ""
    towxname: str = ""


class OfMass(msgspec.Struct):
    """A request that names a mass message."""

    msg_id: Id


@endpoint("/cgi-bin/message/mass/sendall", reads=ToAll, needs=CARD)
async def sendall(call: Call, request: ToAll) -> dict[str, Any]:
    """Send everybody a message."""
    if not request.filter.is_to_all:
        check_tag(request.filter.tag_id)
    return await submit(call, request, None)


@endpoint("/cgi-bin/message/mass/send", reads=ToList, needs=CARD)
async def send(call: Call, request: ToList) -> dict[str, Any]:
    """Send the people of a list a message."""
    people = check_people(request.touser)
    for position, openid in enumerate(request.touser):
        check_openid(openid, f"touser[{position}]")
    return await submit(call, request, people)


async def submit(call: Call, request: MassMessage, openids: list[str] | None) -> dict[str, Any]:
    """Send a mass message and return the answer of both ways."""
    note = note_of(call, request)
    target = EVERYBODY if openids is None else ",".join(openids)
    client = client_id(request.clientmsgid or "", target, note)
    mass, record = Mass(note, client, call.platform.ids(), openids), call.platform.record()
    return await change_card(
        call,
        note.card_id,
        lambda tx: send_mass(tx, call.app, mass, call.now, record),
        lambda msg_id: {**OK, "errmsg": SUBMITTED, "msg_id": msg_id, "msg_data_id": msg_id},
    )


@endpoint("/cgi-bin/message/mass/preview", reads=Preview, needs=CARD)
async def preview(call: Call, request: Preview) -> dict[str, Any]:
    """Send one person what many are to get."""
    name, openid = request.towxname or "", request.touser or ""
    if not name and not openid:
        raise Errcode.OPENID_MISSING("missing", path="touser", expected="text", got="nothing")
    if not name:
        check_openid(openid)
    note, number, record = note_of(call, request), call.platform.ids(), call.platform.record()

    def send_preview(tx: Tx) -> None:
        person = person_of_name(tx, call.appid, name) if name else openid
        send_to_one(tx, call.appid, person, note, number, call.now, record)

    return await change_card(call, note.card_id, send_preview, lambda _: {**OK, "errmsg": PREVIEWED})


@endpoint("/cgi-bin/message/mass/get", reads=OfMass, needs=CARD)
async def get(call: Call, request: OfMass) -> dict[str, Any]:
    """Return the state of a mass message; no errcode, as in the original."""
    row = await call.read(lambda tx: find_mass(tx, call.appid, request.msg_id))
    return {"msg_id": row.msg_id, "msg_status": row.status}


@endpoint("/cgi-bin/message/mass/delete", reads=OfMass, needs=CARD)
async def delete(call: Call, request: OfMass) -> dict[str, Any]:
    """Withdraw a mass message from its recipients' lists."""
    record = call.platform.record()
    return await call.commit(lambda tx: withdraw_mass(tx, call.appid, request.msg_id, call.now, record), lambda _: ok())
