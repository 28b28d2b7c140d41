"""Planning under the two profiles that are given from elsewhere: the paper's and the released one.

Both tables are of the same answers: what the authors' code gave when it was run
(docs/released.md), and what Algorithm 1 gives as printed (docs/paper.md). A route is written
"line:departure-arrival ...".
"""

from __future__ import annotations

import pytest

from reward_server.core.model import Breakdown
from reward_server.core.tasks import Profile
from reward_server.core.transit.build import build
from reward_server.profiles import PAPER, RELEASED
from tests.scoring import evaluate, make_question

NETWORK = build(
    "toy",
    {
        "1": ["A1", "B1", "C1", "D1"],
        "2": ["C1", "E1", "F1"],
        "3": ["F1", "G1", "H1"],
    },
)


def completion(route: str) -> str:
    segments = []
    for part in route.split():
        line, stops = part.split(":")
        departure, arrival = stops.split("-")
        segments.append(
            f"Route Name: {line}\nDeparture Stop: {departure}\nArrival Stop: {arrival}\n"
        )
    return "--\n".join(segments)


def evaluated(profile: Profile, ends: str, transfers: int, route: str) -> Breakdown:
    station_1, station_2 = ends.split("-")
    question = make_question("planning", station_1, station_2, question_transfer_count=transfers)
    return evaluate(completion(route), question, NETWORK, profile)


# ends, transfers of the question, route, right?, detail
RELEASED_DETAIL = {
    # 2 for the ends, 4 for the line, and the last right segment always pays 5
    "perfect, direct": ("A1-D1", 0, "1:A1-D1", True, 1),
    # 2 - 5: less than garbage
    "right ends, wrong line": ("A1-D1", 0, "2:A1-D1", False, -3),
    "wrong ends": ("A1-D1", 0, "1:A1-C1", False, 0),
    # 2 + 3 + 1 + 3 - 5
    "perfect, one transfer": ("A1-F1", 1, "1:A1-C1 2:C1-F1", True, 4),
    # 2 + 3 for any line that exists: more than the perfect route
    "one segment, any line": ("A1-F1", 1, "3:A1-F1", False, 5),
    # 2 + 3 + 3 - 5
    "mismatching transfer": ("A1-F1", 1, "1:A1-C1 2:E1-F1", False, 3),
    # the first segment is joined and on its line: + 1
    "transfer at a stop not on line 2": ("A1-F1", 1, "1:A1-B1 2:B1-F1", False, 4),
    # 2 + 3 * 3 + 2 - 5
    "perfect, two transfers": ("A1-H1", 2, "1:A1-C1 2:C1-F1 3:F1-H1", True, 8),
    # 2 + 10 * 3 - 9 * 5
    "ten repeated segments": ("A1-F1", 1, " ".join(["1:A1-F1"] * 10), False, -13),
    # 2 + 2 * (4 - 5), and no joints where the question has no transfer
    "right, split on one line": ("A1-D1", 0, "1:A1-B1 1:B1-D1", True, 0),
    # 2 + 5 * 3 + 4 is cut off at 10
    "as many lines as the question's transfers": (
        "A1-H1",
        9,
        "1:A1-B1 1:B1-C1 2:C1-E1 2:E1-F1 3:F1-H1",
        True,
        10,
    ),
}


@pytest.mark.parametrize(
    ("ends", "transfers", "route", "correct", "detail"),
    RELEASED_DETAIL.values(),
    ids=RELEASED_DETAIL,
)
def test_released_detail_is_what_the_authors_code_gives(
    ends: str, transfers: int, route: str, correct: bool, detail: float
) -> None:
    got = evaluated(RELEASED, ends, transfers, route)
    assert (got.correct, got.detail) == (correct, detail)
    assert got.format is None
    assert got.reward == (10 * correct + 0.5 * detail) * (1.5 if transfers else 1.0)


PAPER_DETAIL = {
    "perfect, direct": ("A1-D1", 0, "1:A1-D1", True, 6),
    "right ends, wrong line": ("A1-D1", 0, "2:A1-D1", False, 2),
    "perfect, one transfer": ("A1-F1", 1, "1:A1-C1 2:C1-F1", True, 7),
    "perfect, two transfers": ("A1-H1", 2, "1:A1-C1 2:C1-F1 3:F1-H1", True, 8),
    # "or": one end is enough for 2; the line holds station_1
    "only the origin": ("A1-D1", 0, "1:A1-C1", False, 6),
    "only the destination": ("A1-D1", 0, "1:B1-D1", False, 6),
    "neither end": ("A1-D1", 0, "1:B1-C1", False, 4),
    "neither end nor line": ("A1-D1", 0, "2:C1-E1", False, 0),
    # an unknown line is no line, though both stops are on the network's last
    "an unknown line": ("F1-H1", 0, "9:F1-H1", False, 2),
    "an unknown line first": ("F1-H1", 1, "9:F1-G1 3:G1-H1", False, 2),
    # the line is asked of the first segment only
    "the wrong line first": ("A1-F1", 1, "2:A1-C1 2:C1-F1", False, 2),
    # a joint needs its segment on its line: A1-B1 is, and B1 joins
    "transfer at a stop not on line 2": ("A1-F1", 1, "1:A1-B1 2:B1-F1", False, 7),
    "mismatching transfer": ("A1-F1", 1, "1:A1-C1 2:E1-F1", False, 6),
    # 2 + 4 + 1 - 5: the second segment is one transfer more than asked
    "right, split on one line": ("A1-D1", 0, "1:A1-B1 1:B1-D1", True, 2),
    # membership and joints only: there, back and there again is right; 2 + 4 + 2 - 2 * 5
    "there, back and there again": ("A1-C1", 0, "1:A1-D1 1:D1-A1 1:A1-C1", True, -2),
    # 2 + 4 - 8 * 5, with no floor
    "ten repeated segments": ("A1-F1", 1, " ".join(["1:A1-F1"] * 10), False, -34),
    # 2 + 4 + 4
    "the cap": ("A1-H1", 9, "1:A1-B1 1:B1-C1 2:C1-E1 2:E1-F1 3:F1-H1", True, 10),
    "above the cap": ("A1-H1", 9, "1:A1-B1 1:B1-C1 2:C1-E1 2:E1-F1 3:F1-G1 3:G1-H1", True, 10),
}


@pytest.mark.parametrize(
    ("ends", "transfers", "route", "correct", "detail"), PAPER_DETAIL.values(), ids=PAPER_DETAIL
)
def test_paper_detail_is_what_algorithm_1_gives(
    ends: str, transfers: int, route: str, correct: bool, detail: float
) -> None:
    got = evaluated(PAPER, ends, transfers, route)
    assert (got.correct, got.detail) == (correct, detail)
    assert got.reward == (1 + 10 * correct + 0.5 * detail) * (1.5 if transfers else 1.0)


def test_paper_reads_tolerantly_and_holds_back_the_format_point() -> None:
    question = make_question("planning", "A1", "D1", question_transfer_count=0)
    text = "route name: LINE 1, departure stop: A1 Station, arrival stop: D1 Station."
    got = evaluate(text, question, NETWORK, PAPER)
    assert (got.correct, got.format, got.detail) == (True, 0.0, 6.0)


@pytest.mark.parametrize(
    ("task", "gold", "text", "reward"),
    [
        ("TorF1", 1, "\\boxed{Yes}", 11.0),
        ("TorF1", 1, "\\boxed{No}", 1.0),
        ("TorF2", 0, "No.", 10.0),
        ("Counting1", 1, "Stops: [B1]\n\\boxed{B}", 11.0),
        # a near miss earns no detail: the paper has none for boxed answers
        ("Counting2", 4, "\\boxed{4}", 11.0),
        ("Counting2", 4, "\\boxed{5}", 1.0),
        ("Counting3", 4, "many", 0.0),
    ],
)
def test_paper_has_no_detail_for_boxed_answers(
    task: str, gold: int, text: str, reward: float
) -> None:
    question = make_question(task, answer=gold)  # type: ignore[arg-type]  # a name of the table
    got = evaluate(text, question, None, PAPER)
    assert (got.reward, got.detail) == (reward, None)


@pytest.mark.parametrize(
    ("said", "gold", "correct"),
    [
        ("\\boxed{yes}", 1, True),
        # for gold 0 the very word no is asked for
        ("\\boxed{no}", 0, True),
        ("\\boxed{nope}", 0, False),
        ("Yes.", 1, True),
        ("\\boxed{no} no, \\boxed{yes}", 1, True),
        ("The answer is yes. I am sure.", 1, True),
        ("I say the answer is yes\nreally", 1, True),
        # the box is read to the last brace, and then cut at the first that closes what is not open
        ("\\boxed{yes} {x}", 1, True),
        ("\\boxed{{yes}}", 1, False),
        ("\\boxed{$yes$}", 1, True),
        ("\\boxed{=yes}", 1, True),
        ("\\boxed{\\text{yes}}", 1, False),
    ],
)
def test_released_reads_yes_and_no_as_the_authors_code_does(
    said: str, gold: int, correct: bool
) -> None:
    got = evaluate(said, make_question("TorF1", answer=gold), None, RELEASED)
    assert (got.correct, got.detail, got.format) == (correct, None, None)
