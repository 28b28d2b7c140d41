"""Scores items: the one loop behind ``POST /score``, the command line and ``Scorer.score``."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .core.budget import Budget, StoppedError, TooMuchWorkError
from .core.evaluate import checked, evaluate
from .core.group import group_statistics
from .core.model import Breakdown, GoldError
from .core.tasks import Explanation, Networks, Profile
from .core.transit.network import Network
from .fingerprint import fingerprint
from .networks.load import load_networks
from .networks.network_set import NetworkSet
from .profile_files import find_profile
from .wire.items import Item, items_of
from .wire.messages import Unreadable
from .wire.results import Failure, Group, Result, Verbosity, add_explanation, failed, scored

log = logging.getLogger(__name__)

#: Characters of a completion; a longer one is an error of its item.
LONGEST_COMPLETION = 262_144

Outcome = Breakdown | Failure
"""What came of an item: its breakdown, or why there is none."""


class Scorer:
    """Scores items by one profile on a set of networks.

    ``networks``: a folder of ``<country>/<city>.json``, a set already loaded, or ``None`` for
    the bundled cities. ``profile``: its name, or the path of a TOML or Python file.
    ``overlays``: for the cities of the folder, ``reasonmap`` or a folder of
    ``<country>/<city>.overlay.json``.
    ``items`` reads the items that the profile has tasks for. Raises ``NetworkFileError`` or
    ``ProfileError`` where networks, overlays or profile are not as expected.
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
        tasks = self.profile.tasks
        self.items = items_of(tuple((name, task.fields) for name, task in tasks.items()))
        self._longest_completion = longest_completion
        self._loaded = dict(networks)
        self._terms = self.profile.terms()

    def score(
        self, items: Sequence[Mapping[str, Any]], verbosity: Verbosity = "components"
    ) -> list[Result]:
        """A result for each item, in order; both are the records of ``POST /score``.

        Raises ``ItemsError``, which names item and field, where an item is not as expected.
        """
        checked = self.items.read(list(items))
        return self.results(checked, self.evaluate(checked), verbosity)

    def networks_with(self, inline: Mapping[str, Network]) -> Networks:
        """The loaded networks, and before them those of a request."""
        return {**self._loaded, **inline} if inline else self._loaded

    def evaluate(self, items: Sequence[Item], networks: Networks | None = None) -> list[Outcome]:
        """What comes of each item, in order; ``items`` as ``Scorer.items`` reads them.

        ``networks``: what ``networks_with`` gives; ``None``: the loaded ones.
        """
        return list(self.outcomes(items, networks))

    def outcomes(
        self,
        items: Sequence[Item],
        networks: Networks | None = None,
        look: Callable[[], object] | None = None,
    ) -> Iterator[Outcome]:
        """The same one by one.

        ``look`` is called now and then, also inside an item; what it raises, a ``StoppedError``,
        ends the work.
        """
        known = self._loaded if networks is None else networks
        budget = Budget(look)
        for item in items:
            yield self._outcome(item, known, budget)

    def results(
        self, items: Sequence[Item], outcomes: Sequence[Outcome], verbosity: Verbosity
    ) -> list[Result]:
        """The records that tell of the outcomes of these items."""
        results = [
            failed(item["id"], outcome, verbosity)
            if isinstance(outcome, Failure)
            else scored(item["id"], outcome, verbosity)
            for item, outcome in zip(items, outcomes, strict=True)
        ]
        if verbosity == "full":
            for item, outcome, result in zip(items, outcomes, results, strict=True):
                if isinstance(outcome, Breakdown):
                    explanation = self._explanation(item, outcome)
                    add_explanation(result, outcome, explanation, self._terms)
        return results

    def _outcome(self, item: Item, networks: Networks, budget: Budget) -> Outcome:
        completion = item["completion"]
        if isinstance(completion, Unreadable) or len(completion) > self._longest_completion:
            return self._unfit(completion)
        try:
            breakdown = evaluate(completion, item, self.profile, networks, budget)
            if self.profile.digest:
                breakdown = checked(breakdown, self.profile.tasks[item["task"]])
        except GoldError as error:
            return Failure(error.kind, str(error))
        except TooMuchWorkError:
            return _TOO_MUCH_WORK
        except StoppedError:
            raise
        # the rules of a file of one's own may raise whatever they like
        except (Exception, SystemExit):
            log.exception("item %r (%s) could not be scored", item["id"], item["task"])
            return _BROKEN
        if not math.isfinite(breakdown.reward):
            log.error("item %r (%s): reward is %s", item["id"], item["task"], breakdown.reward)
            return _BROKEN
        return breakdown

    def _unfit(self, completion: str | Unreadable) -> Failure:
        """Why a completion is not looked at."""
        if isinstance(completion, Unreadable):
            return Failure("unreadable_completion", completion.message)
        return Failure(
            "completion_too_long",
            f"completion: expected at most {self._longest_completion} characters, "
            f"got {len(completion)}",
        )

    def _explanation(self, item: Item, breakdown: Breakdown) -> Explanation:
        task = self.profile.tasks[item["task"]]
        if not self.profile.digest:
            return task.explain(breakdown)
        try:
            return Explanation(str(task.explain(breakdown).sentence))
        except (Exception, SystemExit):
            log.exception("item %r (%s) could not be explained", item["id"], item["task"])
            return Explanation("the profile failed to explain this; the service's log says why")


_TOO_MUCH_WORK = Failure(
    "too_much_work", "the item takes more work than its length allows; it is no usual answer"
)
_BROKEN = Failure("internal", "the service failed on this item; its log says why", retryable=True)


def group_results(items: Sequence[Item], outcomes: Sequence[Outcome]) -> dict[str, Group]:
    """Label -> statistics of the rewards, for the groups that items name, in order."""
    rewards: dict[str, list[float]] = {}
    for item, outcome in zip(items, outcomes, strict=True):
        label = item["group"]
        if label is not None:
            of_group = rewards.setdefault(label, [])
            if isinstance(outcome, Breakdown):
                of_group.append(outcome.reward)
    groups: dict[str, Group] = {}
    for label, of_group in rewards.items():
        size, mean, std, zero_variance = group_statistics(of_group)
        groups[label] = {"size": size, "mean": mean, "std": std, "zero_variance": zero_variance}
    return groups
