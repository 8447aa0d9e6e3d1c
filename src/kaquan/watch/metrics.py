"""The metrics that ``/metrics`` exports: what there is and what it means. No label names a merchant or a person."""

from __future__ import annotations

from typing import Literal

import msgspec

from kaquan.tally import SECONDS, SIZES

Kind = Literal["counter", "gauge", "histogram"]


class Metric(msgspec.Struct, frozen=True):
    """One metric.

    Args:
        name: as exported.
        kind: what it is to Prometheus.
        help: what it means.
        labels: beside ``worker``.
        bounds: of a histogram's buckets.
        shared: it is the platform's, the same whichever process is asked, and has no ``worker``.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    shared: bool = False


class Sample(msgspec.Struct, frozen=True):
    """A value of a metric; of a histogram the counts of its buckets and the sum of its values."""

    labels: tuple[str, ...] = ()
    value: float = 0.0
    counts: tuple[int, ...] = ()


Samples = dict[str, list[Sample]]

METRICS = (
    Metric("kaquan_build_info", "gauge", "Version of kaquan and of the database; always 1.", ("version", "database")),
    Metric(
        "kaquan_http_requests_total",
        "counter",
        "Requests answered: kind is api, page or static, status the hundreds of the HTTP status. The API "
        "answers 2xx to all but pictures and probes; its refusals are in kaquan_refusals_total.",
        ("kind", "status"),
    ),
    Metric(
        "kaquan_http_request_seconds",
        "histogram",
        "Time from a request's arrival in the process to the end of its answer.",
        ("kind",),
        SECONDS,
    ),
    Metric("kaquan_refusals_total", "counter", "Calls and pages that were refused, by errcode.", ("errcode",)),
    Metric(
        "kaquan_commands_total",
        "counter",
        "Batched commands: claim, consume, find (look-ups of codes), foresight (why a claim would be refused) and "
        "failed_call (their record); outcome is ok or refused.",
        ("command", "outcome"),
    ),
    Metric("kaquan_batch_size", "histogram", "Commands in one transaction.", ("command",), SIZES),
    Metric(
        "kaquan_flush_seconds",
        "histogram",
        "Time of one transaction of batched commands, its turn to write included.",
        ("command",),
        SECONDS,
    ),
    Metric(
        "kaquan_queue_waiting",
        "gauge",
        "Batched commands that wait for their transaction; at the setting QUEUE the answer is -1.",
        ("command",),
    ),
    Metric(
        "kaquan_deliveries_total",
        "counter",
        "Attempts to push an event: delivered, retried (it failed and is tried again) or given_up.",
        ("result",),
    ),
    Metric("kaquan_statements_total", "counter", "Ordinary statements and batches that ran on the database."),
    Metric("kaquan_statement_seconds_total", "counter", "Time they took, that spent on locks included."),
    Metric("kaquan_slow_statements_total", "counter", "Those of them that took a tenth of a second or more."),
    Metric("kaquan_writer_jobs_total", "counter", "Transactions of SQLite's writers, the thread and the process."),
    Metric(
        "kaquan_writer_seconds_total",
        "counter",
        "Time they took; as writers take turns, a rate near 1 means that writing is the limit.",
    ),
    Metric("kaquan_writer_waiting", "gauge", "Transactions that wait for their writer."),
    Metric(
        "kaquan_writer_process_lost",
        "gauge",
        "1 once the process that writes for a server has ended before it; the server writes on by itself, slower.",
    ),
    Metric(
        "kaquan_outbox_events",
        "gauge",
        "Events that wait for their delivery, at most 10,000 counted per account; looked up every five seconds.",
        shared=True,
    ),
    Metric("kaquan_outbox_oldest_seconds", "gauge", "Age of the oldest of them, 0 without one.", shared=True),
    Metric("kaquan_dead_letters", "gauge", "Events that were given up and are still kept.", shared=True),
    Metric("process_resident_memory_bytes", "gauge", "Memory of the process."),
    Metric("process_virtual_memory_bytes", "gauge", "Address space of the process."),
    Metric("process_cpu_seconds_total", "counter", "Processor time of the process."),
    Metric("process_open_fds", "gauge", "Open files and connections of the process."),
    Metric("process_max_fds", "gauge", "How many it may have."),
    Metric("process_start_time_seconds", "gauge", "When the process started, UTC seconds."),
)
