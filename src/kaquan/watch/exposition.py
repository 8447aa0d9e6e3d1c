"""Samples of one or more processes in the text that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.registry import Collector

from kaquan.watch.metrics import METRICS, Metric, Sample, Samples

__all__ = ["CONTENT_TYPE", "exposition"]

WORKER = "worker"
FAMILIES: dict[str, Any] = {
    "counter": CounterMetricFamily,
    "gauge": GaugeMetricFamily,
    "histogram": HistogramMetricFamily,
}


class Reported(Collector):
    """What the processes of a machine reported.

    Args:
        workers: number of a process -> its samples.
        shared: the platform's own.
    """

    def __init__(self, workers: dict[str, Samples], shared: Samples) -> None:
        self._workers = workers
        self._shared = shared

    def collect(self) -> Iterator[Any]:
        """Yield every metric with its samples."""
        for metric in METRICS:
            labels = metric.labels if metric.shared else (*metric.labels, WORKER)
            family = FAMILIES[metric.kind](metric.name.removesuffix("_total"), metric.help, labels=labels)
            for values, sample in self._samples(metric):
                _add(family, metric, values, sample)
            yield family

    def _samples(self, metric: Metric) -> Iterator[tuple[tuple[str, ...], Sample]]:
        if metric.shared:
            yield from ((sample.labels, sample) for sample in self._shared.get(metric.name, ()))
            return
        for worker, samples in sorted(self._workers.items()):
            yield from (((*sample.labels, worker), sample) for sample in samples.get(metric.name, ()))


def _add(family: Any, metric: Metric, labels: tuple[str, ...], sample: Sample) -> None:
    if metric.kind != "histogram":
        family.add_metric(labels, sample.value)
        return
    bounds = (*map(str, metric.bounds), "+Inf")
    family.add_metric(labels, list(zip(bounds, accumulate(sample.counts), strict=True)), sample.value)


def exposition(workers: dict[str, Samples], shared: Samples) -> bytes:
    """Return the text of a scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Reported(workers, shared))
    return generate_latest(registry)
