"""What the web counts, and how Prometheus is told."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from tabyard_protocol.resources.instance import InstanceStatus, InstanceView

__all__ = ["CONTENT_TYPE", "HubFacts", "Metrics"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

LATENCY_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


@dataclass(frozen=True, slots=True)
class HubFacts:
    """The hub at the moment of a scrape."""

    instances: tuple[InstanceView, ...]
    store_ok: bool
    uptime_s: float


class Metrics:
    """Counters of one hub, in a registry of their own."""

    def __init__(self) -> None:
        # When a counter began is a series of its own for each label: a third of all for no use.
        disable_created_metrics()
        self._registry = CollectorRegistry()
        self._rows: dict[tuple[str, str, int], tuple[Counter, Histogram | None]] = {}
        """The rows of `requests` and `latency`: finding one takes longer than counting."""
        self.requests = Counter(
            "tabyard_http_requests",
            "HTTP requests, by route and status.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self.latency = Histogram(
            "tabyard_http_request_seconds",
            "Time from a request's arrival to the end of its answer; streams are left out.",
            ("route",),
            buckets=LATENCY_BUCKETS_S,
            registry=self._registry,
        )
        self.refusals = Counter(
            "tabyard_refused",
            "Requests, upgrades, frames and links that were turned away, by code.",
            ("code",),
            registry=self._registry,
        )
        self.clients = Gauge(
            "tabyard_client_sockets", "Open client WebSockets.", registry=self._registry
        )
        self.streams = Gauge(
            "tabyard_event_streams", "Open server-sent event streams.", registry=self._registry
        )
        self.slow_readers = Counter(
            "tabyard_slow_readers",
            "Readers of events closed because their buffer was full.",
            registry=self._registry,
        )

    def note_request(self, route: str, method: str, status: int, took_s: float) -> None:
        """Count an answer. How long a stream lasted says nothing."""
        key = (route, method, status)
        found = self._rows.get(key)
        if found is None:
            latency = None if route.endswith("/events") else self.latency.labels(route)
            found = self._rows[key] = (self.requests.labels(*key), latency)
        requests, latency = found
        requests.inc()
        if latency is not None:
            latency.observe(took_s)

    def render(self, facts: HubFacts) -> bytes:
        """Everything in Prometheus's text format."""
        return generate_latest(self._registry) + generate_latest(_registry_of(facts))


def _registry_of(facts: HubFacts) -> CollectorRegistry:
    """A registry for one scrape."""
    registry = CollectorRegistry()
    registry.register(_Scrape(lambda: _families(facts)))
    return registry


class _Scrape(Collector):
    """Adapts a function to the library's interface."""

    def __init__(self, families: Callable[[], Iterable[Metric]]) -> None:
        self._families = families

    @override
    def collect(self) -> Iterable[Metric]:
        return self._families()


def _families(facts: HubFacts) -> Iterator[Metric]:
    """What is read off the hub instead of being counted."""
    instances = GaugeMetricFamily("tabyard_instances", "Browsers, by status.", labels=["status"])
    for status in InstanceStatus:
        count = sum(view.status is status for view in facts.instances)
        instances.add_metric([status.value], count)
    yield instances
    queue = GaugeMetricFamily(
        "tabyard_queue_length", "Queued and running tasks of a browser.", labels=["instance"]
    )
    for view in facts.instances:
        queue.add_metric([view.id], view.queue_length)
    yield queue
    yield GaugeMetricFamily(
        "tabyard_store_up", "1 when the last write reached the disk.", value=float(facts.store_ok)
    )
    yield GaugeMetricFamily("tabyard_uptime_seconds", "Age of the hub.", value=facts.uptime_s)
