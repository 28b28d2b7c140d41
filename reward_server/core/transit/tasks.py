"""The tasks on a map, each composed of its steps: completion, gold, constants -> verdict."""

from __future__ import annotations

from ..budget import Budget
from ..model import ParseFailure, Verdict
from . import algorithm_1
from .constants import Counting, PaperPlanning, Planning
from .gold import ChoiceGold, RouteGold, ValueGold
from .locate import locate_choice, locate_route
from .parse_boxed import parse_choice, parse_count, parse_yes_no
from .parse_route import parse_route
from .score_boxed import score_choice, score_count, score_value
from .score_route import score_route


def planning(completion: str, gold: RouteGold, points: Planning, budget: Budget) -> Verdict:
    """Planning under ``robust``."""
    claim = parse_route(completion, gold.form, budget)
    if isinstance(claim, ParseFailure):
        return _unread(claim, 0.0)
    return score_route(locate_route(claim, gold, budget), gold, points, budget)


def paper_planning(
    completion: str, gold: RouteGold, points: PaperPlanning, budget: Budget
) -> Verdict:
    """Planning under ``paper``."""
    claim = parse_route(completion, gold.form, budget, every_segment=True)
    if isinstance(claim, ParseFailure):
        return _unread(claim, 0.0)
    return algorithm_1.score_route(locate_route(claim, gold, budget), gold, points)


def yes_no(completion: str, gold: ValueGold, _: None, budget: Budget) -> Verdict:
    """TorF: no detail."""
    claim = parse_yes_no(completion, budget)
    return _unread(claim) if isinstance(claim, ParseFailure) else score_value(claim, gold)


def letter(completion: str, gold: ValueGold, _: None, budget: Budget) -> Verdict:
    """Counting1 where its list of stops is not looked at: no detail."""
    claim = parse_choice(completion, budget, gold.options)
    return _unread(claim) if isinstance(claim, ParseFailure) else score_value(claim, gold)


def choice(completion: str, gold: ChoiceGold, points: Counting, budget: Budget) -> Verdict:
    """Counting1 under ``robust``: its list of stops is detail."""
    claim = parse_choice(completion, budget, gold.options)
    if isinstance(claim, ParseFailure):
        return _unread(claim, 0.0)
    return score_choice(locate_choice(claim, gold, budget), gold, points, budget)


def count(completion: str, gold: ValueGold, points: Counting, budget: Budget) -> Verdict:
    """Counting2 and Counting3 under ``robust``: a near miss is detail."""
    claim = parse_count(completion, budget)
    if isinstance(claim, ParseFailure):
        return _unread(claim, 0.0)
    return score_count(claim, gold, points)


def paper_count(completion: str, gold: ValueGold, _: None, budget: Budget) -> Verdict:
    """Counting2 and Counting3 under ``paper``: no detail."""
    claim = parse_count(completion, budget)
    return _unread(claim) if isinstance(claim, ParseFailure) else score_value(claim, gold)


def _unread(failure: ParseFailure, detail: float | None = None) -> Verdict:
    """Nothing earned; ``detail`` is ``None`` for a task that has none."""
    return Verdict(False, False, detail, {}, failure.signals, failure)
