"""The form of a card, a new one or one that is there; what it does is ``/card/create`` and ``/card/update``."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.list_card_stores import ShownStore
from kaquan.actions.list_stores import list_stores
from kaquan.console.card_faults import at_fields, faults_of, told
from kaquan.console.card_fields import (
    MOST_PERIODS,
    MOST_PICTURES,
    TYPES,
    Field,
    Section,
    bounds_of,
    fields_of,
    is_reviewed,
    sections_of,
)
from kaquan.console.card_form import Form, Typed, changeable, field_at, local_time, typed_of
from kaquan.console.card_preview import FORM_LIMIT, stored_card
from kaquan.console.pictures import keep_picture
from kaquan.errors import Refusal
from kaquan.rules.card_content import Content
from kaquan.rules.card_tables import COLORS, KEYS
from kaquan.rules.validity import DAY, day_start
from kaquan.web.card_words import KINDS
from kaquan.web.desk import Desk, Said, console_path, desk
from kaquan.web.visit import NotHere
from kaquan.web.wire import KEY_LENGTH, Request, form_key, perform, stopped

MOST_STORES = 50
MONTH = 31 * DAY
FILE = ".file"
_store = msgspec.json.Decoder(ShownStore)


class Editor(msgspec.Struct):
    """A form with what is to be said of it.

    Args:
        form: what stands in it.
        card_id, stored: the card that is changed, both empty for a new one.
        said: why the call was refused, None where it was not.
        faults: field -> what is wrong with it.
        key: makes a form that is sent twice change once.
    """

    form: Form
    card_id: str = ""
    stored: Content | None = None
    said: Said | None = None
    faults: dict[str, str] = {}
    key: str = ""

    def request(self) -> Request:
        """Return the call that the form makes."""
        return self.form.update(self.card_id, self.stored) if self.stored else self.form.create()

    def sections(self) -> list[Section]:
        """Return the sections of the form: of a card that is there, the fields that can be changed."""
        sections = sections_of(self.form.card_type)
        if self.stored is None:
            return sections
        kept = {one.name for one in changeable(self.form.card_type, self.stored)}
        cut = (msgspec.structs.replace(one, fields=tuple(f for f in one.fields if f.name in kept)) for one in sections)
        return [one for one in cut if one.fields]

    def fixed(self) -> list[Field]:
        """Return the fields of a card that say something and cannot be changed any more."""
        if self.stored is None:
            return []
        kept = {one.name for one in changeable(self.form.card_type, self.stored)}
        return [one for one in fields_of(self.form.card_type) if one.name not in kept and self.form.value(one.name)]


@desk("/console/{appid}/cards/new", "GET", "POST", sees="card.see", changes="card.change", body_limit=FORM_LIMIT)
async def new(visit: Desk) -> Response:
    """Offer the types, then the form of one; make the card."""
    if visit.request.method == "POST":
        return await create(visit)
    if copied := visit.query.get("from", ""):
        card_type, content = await stored_card(visit, copied)
        return await show(visit, Editor(Form(card_type, typed_of(card_type, content)), key=new_key()))
    card_type = visit.query.get("type", "")
    if card_type not in TYPES:
        types = [(name, visit.text(KINDS[name]), visit.text(one.sentence)) for name, one in TYPES.items()]
        said = stopped(visit, "/card/create")
        return visit.show("console/card_types.html", types=types, said=said)
    return await show(visit, Editor(Form(card_type, fresh(card_type, visit.now)), key=new_key()))


def new_key() -> str:
    """Return the key of a new form."""
    return secrets.token_hex(KEY_LENGTH // 2)


def fresh(card_type: str, now: int) -> Typed:
    """Return what stands in a form that nobody has typed in yet."""
    content = typed_dates(now)
    for field in fields_of(card_type):
        default = "1" if field.kind == "uncheck" else field.default
        if default:
            content[field.name] = [default]
    return content


def typed_dates(now: int) -> dict[str, list[str]]:
    """Return a month that begins today."""
    today = day_start(now)
    dates = {"begin_timestamp": today, "end_timestamp": today + MONTH - 1}
    return {f"base_info.date_info.{name}": [local_time(at)] for name, at in dates.items()}


async def create(visit: Desk) -> Response:
    """Make the card of a form."""
    card_type = visit.form.get("type", "")
    if card_type not in TYPES:
        raise NotHere
    editor = await with_pictures(visit, Editor(Form(card_type, visit.fields), key=form_key(visit.form.get("key", ""))))
    if editor.faults:
        return await show(visit, editor)
    done = await perform(visit, editor.request(), "card.create", key=editor.key)
    if done.refused is None:
        return visit.go(console_path(visit.app.appid, f"cards/{done.answer['card_id']}?done=created"))
    return await show(visit, refused_as(visit, editor, done.refused, done.said))


@desk(
    "/console/{appid}/cards/{card_id}/edit",
    "GET",
    "POST",
    sees="card.see",
    changes="card.change",
    body_limit=FORM_LIMIT,
)
async def edit(visit: Desk) -> Response:
    """Show the form of a card that is there, and make its changes."""
    card_id = visit.path["card_id"]
    card_type, stored = await stored_card(visit, card_id)
    if visit.request.method == "GET":
        return await show(visit, Editor(Form(card_type, typed_of(card_type, stored)), card_id, stored))
    typed = {**visit.fields, **fixed_of(card_type, stored)}
    editor = await with_pictures(visit, Editor(Form(card_type, typed), card_id, stored))
    if editor.faults:
        return await show(visit, editor)
    request = editor.request()
    if not request.body[KEYS[card_type]]:
        return visit.go(console_path(visit.app.appid, f"cards/{card_id}?done=same"))
    done = await perform(visit, request, "card.update", card_id)
    if done.refused is None:
        said = "reviewed" if done.answer["send_check"] else "saved"
        return visit.go(console_path(visit.app.appid, f"cards/{card_id}?done={said}"))
    return await show(visit, refused_as(visit, editor, done.refused, done.said))


def fixed_of(card_type: str, stored: Content) -> dict[str, list[str]]:
    """Return what stands in the fields that the form does not send, since they cannot be changed."""
    kept = {one.name for one in changeable(card_type, stored)}
    beginnings = tuple(one.name for one in fields_of(card_type) if one.name not in kept)
    return {name: value for name, value in typed_of(card_type, stored).items() if name.startswith(beginnings)}


async def with_pictures(visit: Desk, editor: Editor) -> Editor:
    """Return the form with the addresses of the pictures that came with it as files."""
    typed, faults = dict(editor.form.typed), {}
    for name, sent in visit.files.items():
        place = name.removesuffix(FILE)
        field = field_at(editor.form.card_type, place)
        if field is None:
            continue
        try:
            typed[place] = [await keep_picture(visit, sent[-1].content, field.name == "base_info.logo_url")]
        except Refusal as refused:
            faults[field.name] = told(visit, refused, field)
    return msgspec.structs.replace(editor, form=Form(editor.form.card_type, typed), faults=faults)


def refused_as(visit: Desk, editor: Editor, refused: Refusal, said: Said | None) -> Editor:
    """Return the form with what it was refused for, and everything else that its call gets wrong, at their fields."""
    found = [refused, *faults_of(visit, editor.request())]
    return msgspec.structs.replace(editor, said=said, faults=at_fields(visit, editor.form.card_type, found))


async def show(visit: Desk, editor: Editor) -> Response:
    """Show the form."""
    card_type = editor.form.card_type
    rows, total = await visit.read(lambda tx: list_stores(tx, visit.app.appid, 0, MOST_STORES))
    stores = [(row.poi_id, _store.decode(row.content)) for row in rows] if total <= MOST_STORES else []
    path = "/card/update" if editor.stored else "/card/create"
    return visit.show(
        "console/card_form.html",
        policy={"frame-src": "'self'"},
        editor=editor,
        form=editor.form,
        type=card_type,
        type_name=visit.text(KINDS[card_type]),
        stores=stores,
        store_count=total,
        said=editor.said or stopped(visit, path),
        faults=editor.faults,
        fixed_text=lambda field: fixed_text(visit, editor.form, field),
        **fixed_facts(card_type),
    )


def fixed_text(visit: Desk, form: Form, field: Field) -> str:
    """Return what a field that cannot be changed says, in words."""
    if field.kind in {"check", "uncheck"}:
        return visit.text("是")
    typed, labels = form.value(field.name), dict(field.options)
    if field.kind == "several":
        return "、".join(visit.text(labels.get(one, one)) for one in form.values(field.name))
    return visit.text(labels[typed]) if typed in labels else typed.replace("T", " ") if field.kind == "time" else typed


def fixed_facts(card_type: str) -> dict[str, Any]:
    """Return what the form's template is given beside its values."""
    return {
        "bounds": lambda name: bounds_of(card_type, name),
        "reviewed": lambda field: is_reviewed(card_type, field),
        "colors": COLORS,
        "key_of_type": KEYS[card_type],
        "most_pictures": MOST_PICTURES,
        "most_periods": MOST_PERIODS,
    }
