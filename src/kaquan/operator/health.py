"""How the platform is: events that wait, queues, errors, slow statements, the database."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.look_after import Events, errors
from kaquan.sources import wall_clock
from kaquan.store.batch import Batcher
from kaquan.store.schema import head
from kaquan.watch.gather import PYTHON, VERSION, batchers
from kaquan.watch.metrics import Sample, Samples
from kaquan.web.desk import Desk, desk
from kaquan.web.texts import Texts, zh

TOP = 10
HOUR = 3600
OLD_SECONDS = 300
FULL = 0.5
LITTLE_FREE = 1 << 30
SKEW_SECONDS = 2.0
CHECKS = {"database": zh("数据库没有应答"), "migrations": zh("数据库结构不是这个版本的"), "queues": zh("队列已满")}
COMMANDS = {
    "claim": zh("领取"),
    "consume": zh("核销数"),
    "find": zh("查询券码"),
    "foresight": zh("领取前检查"),
    "failed_call": zh("记录失败请求"),
}


class Queue(msgspec.Struct, frozen=True):
    """One kind of batched commands of a process: how many wait, of how many; how batches were so far."""

    label: str
    waiting: int
    most: int
    batches: int
    size: str
    millis: str


class Worker(msgspec.Struct, frozen=True):
    """Another process behind the same socket, as it last told of itself."""

    number: str
    waiting: int
    answered: int
    memory: str


@desk("/operator/health", sees="platform.see")
async def health(visit: Desk) -> Response:
    """Show how the platform is."""
    platform, now = visit.platform, wall_clock()
    ready = await platform.watch.ready()
    vitals = await platform.store.vitals()
    events: list[Events] = await platform.watch.events()
    refused = await visit.read(lambda tx: errors(tx, now - HOUR))
    statements = platform.store.statements
    return visit.show(
        "operator/health.html",
        now=now,
        checks=[(visit.text(CHECK_NAMES[name]), one) for name, one in ready.items()],
        trouble=await trouble(visit),
        vitals=vitals,
        size=volume(vitals.size),
        free="" if vitals.free is None else volume(vitals.free),
        events=events[:TOP],
        names=await names_of(visit, [one.appid for one in events[:TOP]]),
        queues=queues(visit),
        worker=platform.watch.shared.worker,
        workers=[worker(number, samples) for number, samples in sorted(platform.watch.shared.others().items())],
        errors=refused[:TOP],
        statements=statements,
        slowest=sorted(statements.slowest.items(), key=lambda one: -one[1]),
        deliveries=platform.delivery.results,
        versions={"kaquan": VERSION, "Python": PYTHON, **dict([vitals.version.split(" ", 1)])},
        revision=head(),
    )


CHECK_NAMES = {"database": zh("数据库"), "migrations": zh("数据库结构"), "queues": zh("队列")}


async def trouble(visit: Desk) -> list[str]:
    """Return what is wrong in a few words each, nothing where all is well."""
    platform = visit.platform
    found = [visit.text(CHECKS[name]) for name, one in (await platform.watch.ready()).items() if not one.ok]
    if found:
        return found
    vitals, events = await platform.store.vitals(), await platform.watch.events()
    return [text for wrong, text in judged(visit.text, platform, vitals, events) if wrong]


def judged(text: Texts, platform: Any, vitals: Any, events: list[Events]) -> list[tuple[bool, str]]:
    """Return what could be wrong, each with whether it is."""
    oldest = max((one.age for one in events), default=0)
    waiting = max(one.waiting for one in platform.hot.batchers())
    return [
        (oldest > OLD_SECONDS, text("最早的事件已等待 {minutes} 分钟", minutes=oldest // 60)),
        (waiting > platform.settings.queue * FULL, text("排队的命令过多")),
        (vitals.free is not None and vitals.free < LITTLE_FREE, text("磁盘剩余空间不足 1 GB")),
        (abs(vitals.skew) > SKEW_SECONDS, text("数据库的时钟相差 {seconds} 秒", seconds=round(vitals.skew))),
    ]


def queues(visit: Desk) -> list[Queue]:
    """Return the batched commands of this process."""
    most = visit.platform.settings.queue
    return [queue(visit.text(COMMANDS[name]), one, most) for name, one in batchers(visit.platform).items()]


def queue(label: str, one: Batcher[object, object], most: int) -> Queue:
    """Return one kind of batched commands in figures."""
    batches = sum(one.sizes.counts)
    return Queue(
        label, one.waiting, most, batches, mean(one.sizes.total, batches), mean(one.seconds.total * 1000, batches)
    )


def mean(total: float, count: int) -> str:
    """Return an average in words."""
    return f"{total / count:.1f}" if count else "-"


def worker(number: str, samples: Samples) -> Worker:
    """Return another process in figures."""
    memory = volume(int(total(samples.get("process_resident_memory_bytes", []))))
    waiting, answered = samples.get("kaquan_queue_waiting", []), samples.get("kaquan_http_requests_total", [])
    return Worker(number, int(total(waiting)), int(total(answered)), memory)


def total(samples: list[Sample]) -> float:
    """Return the sum of some samples."""
    return sum(one.value for one in samples)


def volume(size: int) -> str:
    """Return bytes in words."""
    units = ("B", "KB", "MB", "GB", "TB")
    power = min(max(size.bit_length() - 1, 0) // 10, len(units) - 1)
    return f"{size / 1024**power:.1f} {units[power]}" if power else f"{size} B"


async def names_of(visit: Desk, appids: list[str]) -> dict[str, str]:
    """Return appid -> name."""
    apps = [await visit.platform.apps.get(one) for one in appids]
    return {app.appid: app.name for app in apps if app is not None}
