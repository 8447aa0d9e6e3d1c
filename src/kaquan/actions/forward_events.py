"""Send events to an address of one's choice: what is read for it; :mod:`kaquan.events.forward` posts them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kaquan.actions.resend_events import check_events
from kaquan.events.outbox import CallbackConfig, Pushed
from kaquan.keys import Keys
from kaquan.store.apps import App
from kaquan.store.outbox import load_callback, load_pushed
from kaquan.store.tx import Tx


def events_to_forward(
    tx: Tx, keys: Keys, app: App, ids: Sequence[int], url: str
) -> tuple[CallbackConfig, list[Pushed]]:
    """Return where events go, and the events, the oldest first; callback and outbox stay as they are.

    Args:
        ids: of at most :data:`kaquan.actions.resend_events.MOST` events.
        url: where to. They are signed and sealed as for the app's callback; plain and with an empty token without one.

    Raises:
        Refusal: 40097 too many, or one that is no event of the app.
    """
    check_events(tx, app.appid, ids)
    plain = CallbackConfig(app.appid, app.gh_id, url, token="", aes_key="", mode="plain", format="xml")
    config = msgspec.structs.replace(load_callback(tx, keys, app.appid) or plain, url=url)
    return config, load_pushed(tx, app.appid, dict.fromkeys(ids, (0, 1)))
