"""Reading the counts of this process: each part keeps its own, here they become samples."""

from __future__ import annotations

import platform as machine
from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import ProcessCollector

from kaquan.platform import Platform
from kaquan.store.batch import Batcher
from kaquan.tally import Histogram
from kaquan.watch.metrics import METRICS, Sample, Samples

VERSION = version("kaquan")
PYTHON = machine.python_version()
KNOWN = frozenset(metric.name for metric in METRICS)
_PROCESS = ProcessCollector(registry=None)


def gather(platform: Platform) -> Samples:
    """Return the samples of this process."""
    found: Samples = {"kaquan_build_info": [Sample((VERSION, platform.store.dialect), 1)]}
    for name, sample in (*_http(platform), *_commands(platform), *_database(platform), *_process()):
        found.setdefault(name, []).append(sample)
    return found


def spread(histogram: Histogram, *labels: str) -> Sample:
    """Return a histogram as a sample."""
    return Sample(labels, histogram.total, tuple(histogram.counts))


def _http(platform: Platform) -> Iterator[tuple[str, Sample]]:
    tally = platform.tally
    for (kind, hundreds), count in list(tally.answered.items()):
        yield "kaquan_http_requests_total", Sample((kind, f"{hundreds}xx"), count)
    for kind, seconds in tally.seconds.items():
        yield "kaquan_http_request_seconds", spread(seconds, kind)
    for errcode, count in list(tally.refused.items()):
        yield "kaquan_refusals_total", Sample((str(errcode),), count)
    for result, count in platform.delivery.results.items():
        yield "kaquan_deliveries_total", Sample((result,), count)


def batchers(platform: Platform) -> dict[str, Batcher[object, object]]:
    """Return the batched commands by their names."""
    return {one.name.replace(" ", "_"): one for one in platform.hot.batchers()}


def _commands(platform: Platform) -> Iterator[tuple[str, Sample]]:
    for name, one in batchers(platform).items():
        yield "kaquan_commands_total", Sample((name, "ok"), one.answered - one.refused)
        yield "kaquan_commands_total", Sample((name, "refused"), one.refused)
        yield "kaquan_batch_size", spread(one.sizes, name)
        yield "kaquan_flush_seconds", spread(one.seconds, name)
        yield "kaquan_queue_waiting", Sample((name,), one.waiting)


def _database(platform: Platform) -> Iterator[tuple[str, Sample]]:
    statements, writers = platform.store.statements, platform.store.writers
    yield "kaquan_statements_total", Sample((), statements.count)
    yield "kaquan_statement_seconds_total", Sample((), statements.seconds)
    yield "kaquan_slow_statements_total", Sample((), statements.slow)
    if writers:
        yield "kaquan_writer_jobs_total", Sample((), sum(one.jobs for one in writers))
        yield "kaquan_writer_seconds_total", Sample((), sum(one.seconds for one in writers))
        yield "kaquan_writer_waiting", Sample((), sum(one.waiting for one in writers))
        yield "kaquan_writer_process_lost", Sample((), int(platform.store.has_lost_process))


def _process() -> Iterator[tuple[str, Sample]]:
    for family in _PROCESS.collect():
        yield from ((one.name, Sample((), one.value)) for one in family.samples if one.name in KNOWN)
