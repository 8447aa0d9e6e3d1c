"""``/cgi-bin/message/mass/*``: messages to many people (spec: distribution.md 7)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.load_card import load_card
from kaquan.actions.send_message import Mass, find_mass, person_of_name, send_mass, send_to_one, withdraw_mass
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card
from kaquan.api.cgi_bin.message import NOTE, Message, note_of
from kaquan.api.encode import OK, ok
from kaquan.api.route import CARD, endpoint
from kaquan.errors import Errcode
from kaquan.errors.change import Change
from kaquan.rules.fields import Alias, Id, MissingAs
from kaquan.rules.message import check_people, check_tag, client_id
from kaquan.rules.openid import check_openid
from kaquan.rules.ways import MESSAGE_ORDER
from kaquan.store.apps import App
from kaquan.store.tx import Tx

SEND_ALL = "/cgi-bin/message/mass/sendall"
SEND = "/cgi-bin/message/mass/send"
PREVIEW = "/cgi-bin/message/mass/preview"
MASS = (NOTE, "45067 too_long", "45066 repeated | 45065 repeated", *MESSAGE_ORDER)
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


def check_for_all(request: ToAll, app: App, now: int) -> None:
    """Check that the message goes to everybody, and what it says."""
    if not request.filter.is_to_all:
        check_tag(request.filter.tag_id)
    client_id(request.clientmsgid or "", EVERYBODY, note_of(SEND_ALL, request))


def check_for_list(request: ToList, app: App, now: int) -> None:
    """Check to whom the message goes, and what it says."""
    people = check_people(request.touser)
    for position, openid in enumerate(request.touser):
        check_openid(openid, f"touser[{position}]")
    client_id(request.clientmsgid or "", ",".join(people), note_of(SEND, request))


def check_preview(request: Preview, app: App, now: int) -> None:
    """Check to whom the message goes, and what it says."""
    if not request.towxname and not request.touser:
        repair = Change("fill", "text").text("touser")
        raise Errcode.OPENID_MISSING("missing", path="touser", expected="text", got="nothing", repair=repair)
    if not request.towxname:
        check_openid(request.touser)
    note_of(PREVIEW, request)


@endpoint(
    SEND_ALL,
    reads=ToAll,
    checks=check_for_all,
    refuses=("45159 no_target unknown_tag", *MASS),
    needs=CARD,
)
async def sendall(call: Call, request: ToAll) -> dict[str, Any]:
    """Send everybody a message."""
    return await submit(call, request, None)


@endpoint(
    SEND,
    reads=ToList,
    checks=check_for_list,
    refuses=("40130 mass | 45019 mass", "40003 malformed", *MASS, "43004 unknown_person"),
    needs=CARD,
)
async def send(call: Call, request: ToList) -> dict[str, Any]:
    """Send the people of a list a message."""
    return await submit(call, request, check_people(request.touser))


async def submit(call: Call, request: MassMessage, openids: list[str] | None) -> dict[str, Any]:
    """Send a mass message and return the answer of both ways."""
    note = note_of(call.path, request)
    target = EVERYBODY if openids is None else ",".join(openids)
    client = client_id(request.clientmsgid or "", target, note)
    mass, record = Mass(note, client, call.platform.ids(), openids), call.platform.record()
    return await change_card(
        call,
        note.card_id,
        lambda tx: send_mass(tx, call.app, mass, call.now, record),
        lambda msg_id: {**OK, "errmsg": SUBMITTED, "msg_id": msg_id, "msg_data_id": msg_id},
    )


@endpoint(
    PREVIEW,
    reads=Preview,
    checks=check_preview,
    refuses=("41009 missing", "40003 malformed", NOTE, "40132 unknown", "43004 unknown_person", *MESSAGE_ORDER),
    needs=CARD,
)
async def preview(call: Call, request: Preview) -> dict[str, Any]:
    """Send one person what many are to get."""
    name, openid = request.towxname or "", request.touser or ""
    note, number, record = note_of(PREVIEW, request), call.platform.ids(), call.platform.record()

    def send_preview(tx: Tx) -> None:
        if note.card_id:
            load_card(tx, call.appid, note.card_id)
        person = person_of_name(tx, call.appid, name) if name else openid
        send_to_one(tx, call.appid, person, note, number, call.now, record)

    return await change_card(call, note.card_id, send_preview, lambda _: {**OK, "errmsg": PREVIEWED})


@endpoint("/cgi-bin/message/mass/get", reads=OfMass, refuses=("40059 unknown",), needs=CARD)
async def get(call: Call, request: OfMass) -> dict[str, Any]:
    """Return the state of a mass message; no errcode, as in the original."""
    row = await call.read(lambda tx: find_mass(tx, call.appid, request.msg_id))
    return {"msg_id": row.msg_id, "msg_status": row.status}


@endpoint("/cgi-bin/message/mass/delete", reads=OfMass, refuses=("40059 unknown",), needs=CARD)
async def delete(call: Call, request: OfMass) -> dict[str, Any]:
    """Withdraw a mass message from its recipients' lists."""
    record = call.platform.record()
    return await call.commit(lambda tx: withdraw_mass(tx, call.appid, request.msg_id, call.now, record), lambda _: ok())
