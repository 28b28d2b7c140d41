"""Scores items: the one loop behind ``POST /score``, the command line and ``Scorer.score``."""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args

from pydantic import ValidationError
from rapidfuzz import process

from .core.evaluate import evaluate
from .core.group import group_statistics
from .core.model import Breakdown, GoldError, Question, TaskName
from .core.profiles import Profile
from .core.tasks import looks_at_network, terms_of
from .core.transit.explain import explain, segments
from .core.transit.network import Network
from .fingerprint import fingerprint
from .networks.load import load_networks
from .networks.network_set import NetworkSet
from .profile_files import find_profile
from .wire.items import ITEMS, Item
from .wire.problems import Problem, problems
from .wire.results import Group, ReadSegment, Result, Verbosity, failed, scored

log = logging.getLogger(__name__)

#: Characters of a completion; a longer one is an error of its item.
LONGEST_COMPLETION = 262_144
_LONGEST_NAME_SHOWN = 100
_NONE: Mapping[str, Network] = {}
#: Task -> the breakdowns of its items, in order.
Breakdowns = defaultdict[TaskName, list[Breakdown]]


class ItemsError(ValueError):
    """Items that are not as expected, before anything is scored.

    ``index`` and ``field`` say where the first problem is, ``problems`` holds them all.
    """

    def __init__(self, found: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, found)))
        self.problems = tuple(found)
        index, _, field = found[0].path.removeprefix("items[").partition("]")
        self.index = int(index) if index.isdigit() else None
        self.field = field.removeprefix(".") or None


class _UnknownNetworkError(Exception):
    """An item's network is not there; the message says what is."""


class Scorer:
    """Scores items by one profile on a set of networks.

    ``networks``: a folder of ``<country>/<city>.json``, a set already loaded, or ``None`` for
    the bundled cities. ``profile``: its name, or the path of a TOML file. ``overlays``: for the
    cities of the folder, ``reasonmap`` or a folder of ``<country>/<city>.overlay.json``. Raises
    ``NetworkFileError`` or ``ProfileError`` where these are not as expected.
    """

    def __init__(
        self,
        networks: str | Path | NetworkSet | None = None,
        profile: str | Path | Profile = "robust",
        longest_completion: int = LONGEST_COMPLETION,
        *,
        overlays: str | Path | None = None,
    ) -> None:
        if not isinstance(networks, NetworkSet):
            networks = load_networks(None if networks is None else Path(networks), overlays)
        elif overlays is not None:
            raise ValueError("overlays: the networks are loaded already; load them with overlays")
        self.networks = networks
        self.profile = profile if isinstance(profile, Profile) else find_profile(str(profile))
        self.fingerprint = fingerprint(self.profile, networks.digest)
        self._longest_completion = longest_completion
        self._loaded = dict(networks)
        self._terms = terms_of(self.profile)
        self._on_network = frozenset(
            task for task in get_args(TaskName) if looks_at_network(task, self.profile)
        )

    def score(
        self, items: Sequence[Mapping[str, Any]], verbosity: Verbosity = "components"
    ) -> list[Result]:
        """A result for each item, in order; both are the records of ``POST /score``.

        Raises ``ItemsError``, which names item and field, where an item is not as expected.
        """
        try:
            valid = ITEMS.validate_python(list(items))
        except ValidationError as error:
            found = [Problem(f"items{path}", message) for path, message in problems(error)]
            raise ItemsError(found) from error
        return self.score_valid(valid, verbosity)

    def score_valid(
        self,
        items: Sequence[Item],
        verbosity: Verbosity = "components",
        inline: Mapping[str, Network] = _NONE,
        breakdowns: Breakdowns | None = None,
    ) -> list[Result]:
        """A result for each item, in order. ``inline`` networks come before loaded ones.

        ``breakdowns`` gets those of the items that are ok, for whoever counts them.
        """
        networks = {**self._loaded, **inline} if inline else self._loaded
        return [self._score_one(item, networks, verbosity, breakdowns) for item in items]

    def _score_one(
        self,
        item: Item,
        networks: Mapping[str, Network],
        verbosity: Verbosity,
        breakdowns: Breakdowns | None,
    ) -> Result:
        completion = item["completion"]
        if len(completion) > self._longest_completion:
            message = (
                f"completion: expected at most {self._longest_completion} characters, "
                f"got {len(completion)}"
            )
            return failed(item["id"], "completion_too_long", message, verbosity)
        try:
            looks = item["task"] in self._on_network
            network = _network_of(item, networks) if looks else None
            question = Question(
                item["task"],
                item["station_1"],
                item["station_2"],
                item["answer"],
                item["difficulty_city"] or "easy",
                item["question_transfer_count"],
                item["question_form"] or "short",
                item["options"],
            )
            breakdown = evaluate(completion, question, network, self.profile)
            if not math.isfinite(breakdown.reward):
                raise ArithmeticError(f"reward is {breakdown.reward}")  # noqa: TRY301
            result = scored(item["id"], breakdown, verbosity)
            if verbosity == "full":
                self._explain(result, breakdown, question, network)
        except GoldError as error:
            return failed(item["id"], error.kind, str(error), verbosity)
        except _UnknownNetworkError as error:
            return failed(item["id"], "unknown_network", str(error), verbosity)
        except Exception:
            log.exception("item %r (%s) could not be scored", item["id"], item["task"])
            message = "the service failed on this item; its log says why"
            return failed(item["id"], "internal", message, verbosity, retryable=True)
        if breakdowns is not None:
            breakdowns[item["task"]].append(breakdown)
        return result

    def _explain(
        self,
        result: Result,
        breakdown: Breakdown,
        question: Question,
        network: Network | None,
    ) -> None:
        """Add to a result what verbosity ``full`` asks for."""
        read = segments(breakdown, question, network, self.profile)
        result["terms"] = {name: breakdown.terms.get(name) for name in self._terms}
        result["segments"] = cast("list[ReadSegment] | None", read)
        result["explanation"] = explain(breakdown, question, network, self.profile)


def group_results(items: Sequence[Item], results: Sequence[Result]) -> dict[str, Group]:
    """Label -> statistics of the rewards, for the groups that items name, in order."""
    rewards: dict[str, list[float]] = {}
    for item, result in zip(items, results, strict=True):
        label = item["group"]
        if label is not None:
            of_group = rewards.setdefault(label, [])
            if result["reward"] is not None:
                of_group.append(result["reward"])
    groups: dict[str, Group] = {}
    for label, of_group in rewards.items():
        size, mean, std, zero_variance = group_statistics(of_group)
        groups[label] = {"size": size, "mean": mean, "std": std, "zero_variance": zero_variance}
    return groups


def _network_of(item: Item, networks: Mapping[str, Network]) -> Network:
    name = item["network"]
    if name is None:
        raise _UnknownNetworkError(
            f"network: missing; {item['task']} is scored on a network, expected the name of one"
        )
    network = networks.get(name)
    if network is None:
        raise _UnknownNetworkError(_not_among(name, networks))
    return network


def _not_among(name: str, networks: Mapping[str, Network]) -> str:
    """What to say of a network's name that is none of ``networks``."""
    near = process.extract(name[:_LONGEST_NAME_SHOWN], networks.keys(), limit=3, score_cutoff=60)
    meant = f"; nearest: {', '.join(repr(found[0]) for found in near)}" if near else ""
    shown = repr(name[:_LONGEST_NAME_SHOWN])
    return f"network: no network {shown} among the {len(networks)} loaded or sent ones{meant}"
