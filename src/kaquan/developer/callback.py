"""Where events are pushed: the address is asked to echo, step by step, before it is taken."""

from __future__ import annotations

from kaquan.actions.manage_app import drop_callback, set_callback
from kaquan.actions.trigger_event import Trigger, trigger_event
from kaquan.api.sandbox_events import made_subject
from kaquan.developer.changes import SAVED, Change, Told
from kaquan.errors import Refusal
from kaquan.events.made import Subject
from kaquan.events.outbox import CallbackConfig
from kaquan.events.post import examine_callback
from kaquan.rules.callback import FORMATS, MODES, check_secrets
from kaquan.sources import LETTERS_AND_DIGITS, random_text
from kaquan.store.outbox import load_callback
from kaquan.web.desk import Desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

TOKEN_LENGTH, AES_KEY_LENGTH = 24, 43
LONGEST_URL = 1000
SECTION = "callback"
# Something that happens all the time and changes nothing, whoever takes it for real.
TEST_EVENT = "user_view_card"
NAMES = {"token": "Token", "aes_key": "EncodingAESKey"}


async def configured(visit: Desk) -> CallbackConfig | None:
    """Return where the account's events go now."""
    keys, appid = visit.platform.keys, visit.app.appid
    return await visit.read(lambda tx: load_callback(tx, keys, appid))


def secret_of(visit: Desk, name: str, before: str, length: int) -> tuple[str, bool]:
    """Return a secret as it was typed, else as it was, else a new one; and whether it is new."""
    typed = visit.form.get(name, "").strip()
    if typed:
        return typed, False
    if before and not visit.form.get("renew"):
        return before, False
    return random_text(length, LETTERS_AND_DIGITS), True


async def save(visit: Desk) -> Told:
    """Ask the address, and take it where it echoes; with ``only`` it is just asked."""
    before, form = await configured(visit), visit.form
    mode, written = form.get("mode", ""), form.get("format", "")
    if mode not in MODES or written not in FORMATS:
        raise NotHere
    url = form.get("url", "").strip()[:LONGEST_URL]
    token, new_token = secret_of(visit, "token", before.token if before else "", TOKEN_LENGTH)
    aes_key, new_key = secret_of(visit, "aes_key", before.aes_key if before else "", AES_KEY_LENGTH)
    fields = {"url": url, "mode": mode, "format": written}
    made = {"token": (token, new_token), "aes_key": (aes_key, new_key)}
    secrets = tuple((NAMES[name], text) for name, (text, is_new) in made.items() if is_new)
    try:
        check_secrets(token, aes_key, mode)
    except Refusal as refused:
        return Told(SECTION, refused=visit.refused(refused), fields=fields)
    check = await examine_callback(url, token, allow_private=visit.platform.settings.allow_private_callbacks)
    if check.refused is not None:
        # What was made for this try stays good for the next one: the receiver may know it by then.
        kept = {**fields, **{name: text for name, (text, is_new) in made.items() if is_new}}
        return Told(SECTION, refused=visit.refused(check.refused), check=check, secrets=secrets, fields=kept)
    if form.get("only"):
        return Told(SECTION, check=check, fields=fields)
    keys, values = visit.platform.keys, (url, token, aes_key, mode, written)
    await visit.change("callback.set", lambda tx: set_callback(tx, keys, visit.app.appid, *values), url, mode=mode)
    return Told(SECTION, done=visit.text(SAVED), check=check, secrets=secrets)


async def remove(visit: Desk) -> Told:
    """Push no more events."""
    await visit.change("callback.remove", lambda tx: drop_callback(tx, visit.app.appid))
    return Told(SECTION, done=visit.text(zh("不再推送事件；事件仍留在“事件推送”里，可以补发")))


async def send_test(visit: Desk) -> Told:
    """Push an event that nothing stands behind."""
    app, now, record = visit.app, visit.now, visit.platform.record()
    one = Trigger(TEST_EVENT, Subject(), made_subject(app.prefix), {})
    line = await visit.change("event.trigger", lambda tx: trigger_event(tx, app, one, now, record), TEST_EVENT)
    return Told(SECTION, done=visit.text(zh("已发出 {event}"), event=TEST_EVENT), fields={"sent": str(line.id)})


CHANGES: dict[str, Change] = {"callback": save, "callback_remove": remove, "callback_test": send_test}
