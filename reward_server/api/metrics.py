"""What Prometheus reads: counts of requests, items, rewards, failures and groups.

With several workers each writes its own files in one folder, and whichever answers
``GET /metrics`` adds them up (prometheus-client's multiprocess mode). Label values come from
literal sets, and every series exists from the start, so that a rate is right from the first item.
"""

from __future__ import annotations

import os
import tempfile
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from itertools import chain, product, repeat
from pathlib import Path
from typing import Any, TypeVar, get_args

import prometheus_client
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from reward_server.core.model import Breakdown, FailureKind, ParseFailure
from reward_server.core.tasks import Profile
from reward_server.scorer import Outcome
from reward_server.wire.items import Item
from reward_server.wire.results import COMPONENTS, SIGNALS, Failure, Group, ItemErrorKind

from .errors import RefusedError

AnyMetric = TypeVar("AnyMetric", bound=MetricWrapperBase)
#: Where prometheus-client looks for the folder when it is imported.
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_OTHER = "other"
_SIGNS = ("plus", "minus")
_SIGNALS = (*SIGNALS, _OTHER)
_ERRORS = tuple(
    kind for kinds in get_args(ItemErrorKind) for kind in get_args(kinds) if kind != "malformed"
)
#: The status of a request whose client went away before it had a reply.
GONE = 499
_STATUSES = (
    *(200, 307, 400, 401, 404, 405, 408, 409, 413, 415, 421, 422, 429, 431, GONE, 500, 501, 503),
    _OTHER,
)
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_BATCH_SIZES = (1, 4, 16, 64, 256, 1024, 4096, 16384)
#: Wrong answers have at most 6 W, right ones 10 W to 16 W, W is 1 to 2; ``paper`` and
#: ``released`` go below 0.
_REWARDS = (-10, -5, -2, 0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32)

# When a series began is known in none of the workers' files; without them it is in none either.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The metrics of one worker, and the page that shows those of all.

    ``fingerprint``: of the default profile. ``routes``: the paths that requests are counted by.
    ``profiles``: whose tasks and terms have series.
    """

    def __init__(
        self, fingerprint: str, routes: Iterable[str], profiles: Iterable[Profile]
    ) -> None:
        rows = [row for profile in profiles for row in profile.tasks.items()]
        tasks = tuple(dict.fromkeys(task for task, _ in rows))
        terms = tuple(dict.fromkeys((task, term) for task, row in rows for term in row.terms))
        folder = os.environ.get(_FOLDER)
        own = CollectorRegistry() if folder is None else None
        self._page = own or CollectorRegistry()
        self._folder = None if folder is None else Path(folder)
        if folder is not None:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._page.register(_Workers(None, folder))  # type: ignore[no-untyped-call]

        def counter(name: str, text: str, labels: Sequence[str] = ()) -> prometheus_client.Counter:
            return prometheus_client.Counter(f"reward_server_{name}", text, labels, registry=own)

        def gauge(name: str, text: str, mode: Any, labels: Sequence[str] = ()) -> Gauge:  # noqa: ANN401 - as they have it
            return Gauge(
                f"reward_server_{name}", text, labels, registry=own, multiprocess_mode=mode
            )

        def histogram(
            name: str, text: str, buckets: Sequence[float], labels: Sequence[str] = ()
        ) -> _Histogram:
            return _Histogram(f"reward_server_{name}", text, labels, registry=own, buckets=buckets)

        paths = (*routes, _OTHER)
        self._requests = _children(
            counter("requests", "Requests by route and status.", ["route", "status"]),
            product(paths, map(str, _STATUSES)),
        )
        self._seconds = _children(
            histogram("request_seconds", "Time to the reply's end.", _SECONDS, ["route"]),
            product(paths),
        )
        self._refused = _children(
            counter("refused", "Requests refused as a whole, by reason.", ["reason"]),
            product((*_kinds(RefusedError), _OTHER)),
        )
        self._batch_items = histogram("batch_items", "Items of a batch.", _BATCH_SIZES)
        self._items = _children(
            counter("items", "Items by task and status.", ["task", "status"]),
            product(tasks, ("ok", "error")),
        )
        self._errors = _children(
            counter("item_errors", "Items in error by kind.", ["kind"]), product(_ERRORS)
        )
        self._rewards = _children(
            histogram("reward", "Rewards of items by task.", _REWARDS, ["task"]), product(tasks)
        )
        # A sum that may fall is no counter, and a gauge forgets at each restart: what is added
        # and what is taken off are counted apart, and both only grow.
        self._reward_points = _children(
            counter("reward_points", "Sum of rewards by task and sign.", ["task", "sign"]),
            product(tasks, _SIGNS),
        )
        self._component_points = _children(
            counter(
                "component_points",
                "Sum of components, before weights, by task and sign.",
                ["task", "component", "sign"],
            ),
            product(tasks, COMPONENTS, _SIGNS),
        )
        self._term_points = _children(
            counter(
                "term_points", "Sum of terms of detail by task and sign.", ["task", "term", "sign"]
            ),
            ((task, term, sign) for (task, term), sign in product(terms, _SIGNS)),
        )
        self._correct = _children(
            counter("correct", "Items that are correct, by task.", ["task"]), product(tasks)
        )
        self._parse_failures = _children(
            counter(
                "parse_failures",
                "Completions without a readable answer, by task and kind.",
                ["task", "kind"],
            ),
            product(tasks, get_args(FailureKind)),
        )
        self._signals = _children(
            counter("signals", "Completions with a signal, by signal.", ["signal"]),
            product(_SIGNALS),
        )
        self._groups = _children(
            counter("groups", "Groups with two scored items or more, by task.", ["task"]),
            product(tasks),
        )
        self._zero_variance = _children(
            counter("zero_variance_groups", "Those whose rewards are all equal.", ["task"]),
            product(tasks),
        )
        # A worker may have the number, and so the files, of one that has died.
        self.items_in_flight = gauge(
            "items_in_flight", "Items accepted and not yet answered.", "livesum"
        )
        self.items_in_flight.set(0)
        gauge("workers", "Processes that answer.", "livesum").set(1)
        gauge(
            "build",
            "Always 1: the version, and the fingerprint of the default profile.",
            "livemax",
            ["version", "fingerprint"],
        ).labels(version("reward-server"), fingerprint).set(1)

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """One more request is done."""
        if (route,) not in self._seconds:
            route = _OTHER
        self._seconds[route,].observe(seconds)
        key = route, str(status)
        self._requests[key if key in self._requests else (route, _OTHER)].inc()

    def count_refusal(self, kind: str) -> None:
        """One more request is refused as a whole."""
        self._refused[(kind,) if (kind,) in self._refused else (_OTHER,)].inc()

    def count_batch(
        self,
        items: Sequence[Item],
        outcomes: Sequence[Outcome],
        groups: Mapping[str, Group],
    ) -> None:
        """One more batch is scored; ``outcomes``: of its items, in order."""
        self._batch_items.observe(len(items))
        breakdowns: defaultdict[str, list[Breakdown]] = defaultdict(list)
        failures: list[tuple[str, Failure]] = []
        for item, outcome in zip(items, outcomes, strict=True):
            if isinstance(outcome, Failure):
                failures.append((item["task"], outcome))
            else:
                breakdowns[item["task"]].append(outcome)
        for task, of_task in breakdowns.items():
            self._count_scored(task, of_task)
        if failures:
            self._count_errors(failures)
        if groups:
            self._count_groups(items, groups)

    def page(self) -> bytes:
        """All metrics of all workers, in Prometheus's text format."""
        if self._folder is not None:
            _forget_the_dead(self._folder)
        return generate_latest(self._page)

    def _count_scored(self, task: str, breakdowns: Sequence[Breakdown]) -> None:
        """Count by columns: a loop in Python over each item's fields would take longer."""
        rewards, correct, _, *components, terms, signals, claims, _, _ = zip(
            *breakdowns, strict=True
        )
        self._items[task, "ok"].inc(len(breakdowns))
        self._rewards[task,].observe_all(sorted(rewards))
        _add(self._reward_points, (task,), rewards)
        if right := sum(correct):
            self._correct[task,].inc(right)
        for component, values in zip(COMPONENTS, components, strict=True):
            _add(self._component_points, (task, component), values)
        for term in set().union(*terms):
            _add(self._term_points, (task, term), map(dict.get, terms, repeat(term)))
        for signal, count in Counter(chain.from_iterable(signals)).items():
            self._signals[(signal,) if (signal,) in self._signals else (_OTHER,)].inc(count)
        failed = Counter(claim.kind for claim in claims if isinstance(claim, ParseFailure))
        for kind, count in failed.items():
            self._parse_failures[task, kind].inc(count)

    def _count_errors(self, failures: Sequence[tuple[str, Failure]]) -> None:
        for task, count in Counter(task for task, _ in failures).items():
            self._items[task, "error"].inc(count)
        for kind, count in Counter(failure.kind for _, failure in failures).items():
            self._errors[kind,].inc(count)

    def _count_groups(self, items: Sequence[Item], groups: Mapping[str, Group]) -> None:
        """A group of one says nothing: its advantage is 0 whatever its reward."""
        tasks = {item["group"]: item["task"] for item in items}
        counted = [(tasks[label], group) for label, group in groups.items() if group["size"] > 1]
        for task, count in Counter(task for task, _ in counted).items():
            self._groups[task,].inc(count)
        equal = Counter(task for task, group in counted if group["zero_variance"])
        for task, count in equal.items():
            self._zero_variance[task,].inc(count)


@contextmanager
def shared_folder(workers: int) -> Iterator[None]:
    """Where the workers that are started inside put their metrics; empty at first.

    The folder is that of ``PROMETHEUS_MULTIPROC_DIR`` where it is set, else one made for several
    workers and removed at the end; a single worker needs none. Raises ``OSError`` where it
    cannot be made.
    """
    named = os.environ.get(_FOLDER)
    if named is not None:
        folder = Path(named)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("counter", "gauge_*", "histogram"):
            for left in folder.glob(f"{kind}_[0-9]*.db"):  # by a start before this one
                left.unlink()
        yield
    elif workers > 1:
        with tempfile.TemporaryDirectory(prefix="reward-server-metrics-") as made:
            os.environ[_FOLDER] = made
            try:
                yield
            finally:
                del os.environ[_FOLDER]
    else:
        yield


class _Histogram(Histogram):
    """A histogram that takes many values at once."""

    def observe_all(self, ordered: Sequence[float]) -> None:
        """Observe values that stand in order, for its buckets: their sum is counted elsewhere."""
        below = 0
        for bound, bucket in zip(self._upper_bounds, self._buckets, strict=True):
            if below == len(ordered):
                return
            if (upto := bisect_right(ordered, bound)) > below:
                bucket.inc(upto - below)
                below = upto


class _Workers(MultiProcessCollector):
    """The metrics of all workers; a histogram of what may be negative has no sum.

    So it is in OpenMetrics and with one worker: a sum that falls looks like a restart.
    """

    def collect(self) -> Iterable[Metric]:
        """The metrics, added up."""
        for metric in super().collect():  # type: ignore[no-untyped-call]
            if metric.name == "reward_server_reward":
                metric.samples = [
                    sample for sample in metric.samples if not sample.name.endswith("_sum")
                ]
            yield metric


def _children(
    metric: AnyMetric, labels: Iterable[tuple[str, ...]]
) -> dict[tuple[str, ...], AnyMetric]:
    """The series of a metric by its labels, all made now."""
    return {values: metric.labels(*values) for values in labels}


def _add(
    points: Mapping[tuple[str, ...], prometheus_client.Counter],
    labels: tuple[str, ...],
    values: Iterable[float | None],
) -> None:
    """Add the values above 0 to ``plus`` of ``labels``, what those below take off to ``minus``."""
    given = list(filter(None, values))
    if not given:
        return
    taken = -sum(value for value in given if value < 0) if min(given) < 0 else 0.0
    added = sum(given) + taken
    if added > 0:  # with none above 0 it is 0, but for rounding
        points[*labels, "plus"].inc(added)
    if taken:
        points[*labels, "minus"].inc(taken)


def _kinds(error: type[RefusedError]) -> Iterator[str]:
    """The reasons for which a request can be refused."""
    for kind in error.__subclasses__():
        yield kind.kind
        yield from _kinds(kind)


def _forget_the_dead(folder: Path) -> None:
    """Take out the gauges of workers that are gone; what they counted stays."""
    for pid in {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*.db")}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # another worker is at it too
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            pass  # it lives, as another user's
