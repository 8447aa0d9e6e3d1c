"""The work on uploaded files of codes beside the calls: block after block, with a pause for others between."""

from __future__ import annotations

import asyncio

import structlog

from kaquan.actions.keep_code_file import BLOCK, Work, deposit_block, fail, waiting_files
from kaquan.errors import Refusal
from kaquan.platform import Platform
from kaquan.sources import new_picks, wall_clock

# Whoever uploads a file wakes the work in their own process; another one's file is found after so many seconds.
LOOK_EVERY = 5.0
PAUSE_SECONDS = 0.02

log = structlog.get_logger(__name__)


async def keep_depositing(platform: Platform) -> None:
    """Deposit the files of every account, until this is cancelled."""
    while True:
        try:
            for appid, file_id, offset in await platform.store.read(waiting_files):
                await deposit_file(platform, appid, file_id, offset)
        except Exception as fault:  # noqa: BLE001  # the loop outlives whatever the database does
            log.warning("codes were not deposited", fault=repr(fault))
        await platform.code_files.wait(LOOK_EVERY)


async def deposit_file(platform: Platform, appid: str, file_id: str, offset: int) -> None:
    """Deposit what is left of a file; ``offset`` is how many seconds the app's clock is ahead."""
    more = True
    while more:
        work = Work(new_picks(BLOCK), wall_clock() + offset, platform.ids)
        try:
            more = await platform.store.write(lambda tx, work=work: deposit_block(tx, appid, file_id, work))
        except Refusal as refused:
            await platform.store.write(lambda tx, refused=refused: fail(tx, appid, file_id, refused))
            return
        await asyncio.sleep(PAUSE_SECONDS)
