"""The HTML report: one file, its numbers those of the JSON, legible in a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal

import orjson
import pytest
from playwright.sync_api import Browser, sync_playwright

from reward_server.benchmark.benchmark import Benchmark, benchmark
from reward_server.benchmark.estimates import Bootstrap
from reward_server.benchmark.report import look_up, render
from reward_server.benchmark.rollouts import read_rollouts
from reward_server.networks.network_set import NetworkSet
from reward_server.scorer import Scorer
from tests.benchmark.other_tasks import SUMS, total
from tests.benchmark.rows import boxed, planning, write

Json = dict[str, Any]
Scheme = Literal["light", "dark"]

REFERENCE = {"route_name": "Red Line", "departure_stop": "Alba", "arrival_stop": "Fern"}
#: The page's colour, and those of its text and of what its plots show.
COLOURS = """() => {
    const of = (where, property) => [...document.querySelectorAll(where)]
        .map(element => getComputedStyle(element)[property]);
    return [of("body", "backgroundColor")[0], {
        text: [...of("body, p, td, th, .over, .note", "color"), ...of("svg text", "fill")],
        marks: [...of("circle, rect", "fill"), ...of(".whisker, .line", "stroke")],
    }];
}"""
HOSTILE = "<script>alert(1)</script>"


class Numbers(HTMLParser):
    """The numbers of a page with their paths, and what it would load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shown: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self._path: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attributes)
        self._path = given.get("data-path") if tag == "data" else None
        for name in ("src", "href", "srcset", "data", "action", "xlink:href"):
            if given.get(name):
                self.loaded.append(str(given[name]))

    def handle_data(self, text: str) -> None:
        if self._path is not None:
            self.shown.append((self._path, text))
            self._path = None


@pytest.fixture(scope="module")
def numbers(scorer: Scorer, tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    rows: list[Json] = []
    for model in ("small", HOSTILE):
        for question in range(12):
            for number in range(4):
                columns = {
                    "group": str(question),
                    "model": model,
                    "difficulty_city": ("easy", "middle", "hard")[question % 3],
                    "routes": [[REFERENCE]],
                }
                correct = (question + number) % 3 > 0
                form = ("short", "via_count")[question % 2]
                routes = [[REFERENCE | {"num_via_stops": 4}]]
                rows.append(
                    planning(correct, **columns | {"question_form": form, "routes": routes})
                )
                rows += [boxed(task, correct, **columns) for task in ("TorF1", "Counting2")]
    rows += [planning(completion="", model="small"), boxed("TorF2", answer=None, model="small")]
    rows += [{"task": "TorF1", "odd": 1}, planning(question_transfer_count=-1, model="small")]
    file = write(tmp_path_factory.mktemp("report") / "rollouts.jsonl", rows)
    rollouts = read_rollouts(file, scorer.profile)
    return benchmark(rollouts, scorer, "rollouts.jsonl", Bootstrap(200))


@pytest.fixture(scope="module")
def page(numbers: Benchmark) -> str:
    return render(numbers)


def paths(record: Any, path: str = "") -> list[str]:  # noqa: ANN401 - any JSON
    """The path of every number of a record."""
    if isinstance(record, dict):
        return [found for key in record for found in paths(record[key], f"{path}.{key}")]
    if isinstance(record, list):
        return [found for at, one in enumerate(record) for found in paths(one, f"{path}.{at}")]
    return [path[1:]] if isinstance(record, int | float) and not isinstance(record, bool) else []


def test_every_number_shown_is_that_of_the_json(numbers: Benchmark, page: str) -> None:
    record = orjson.loads(orjson.dumps(numbers))
    shown = Numbers(page).shown
    assert len(shown) > 500
    for path, text in shown:
        value = look_up(record, path)
        if value is None:
            assert text == "-", path
        elif isinstance(value, int):
            assert text == str(value), path
        else:
            share = not path.startswith("published") and "map_score" not in path
            whole = path.endswith((".earned", ".weight"))
            wanted = f"{value:.12g}" if whole else f"{100 * value if share else value:.2f}"
            assert text == wanted, path


def test_every_number_of_the_json_that_says_something_is_shown(
    numbers: Benchmark, page: str
) -> None:
    record = orjson.loads(orjson.dumps(numbers))
    shown = {path for path, _ in Numbers(page).shown}
    # sizes stand beside the estimates where there is room; why there is no map score, and how
    # many rows are malformed, is told in sentences
    sizes = re.compile(r"\.(earned|weight|questions|rollouts|left_out|counted)$")
    told = {path for path in paths(record) if not sizes.search(path)} - {
        "malformed",
        "without_difficulty",
    }
    assert {path for path in told - shown if ".map_score_problems." not in path} == set()


def test_a_page_shows_the_tasks_that_no_benchmark_has(toy: NetworkSet, tmp_path: Path) -> None:
    rows = [total(group="a"), total("6", group="a"), total("?")]
    file = write(tmp_path / "rollouts.jsonl", rows)
    read = read_rollouts(file, SUMS)
    page = render(benchmark(read, Scorer(toy, SUMS), file.name, Bootstrap(100)))
    assert ("models.0.tasks.total.value", "25.00") in Numbers(page).shown
    assert ("models.0.groups.total.1.pass_at_k.value", "100.00") in Numbers(page).shown
    # what is of the two benchmarks alone does not stand there
    assert "published" not in page
    assert "Map score" not in page


def test_the_page_says_what_was_left_out(page: str) -> None:
    assert "3 of 292 rollouts are in error and count nowhere:" in page
    assert "1 x malformed" in page
    assert "columns not read" not in page


def test_the_page_asks_nothing_of_the_network_and_runs_no_script(page: str) -> None:
    found = Numbers(page)
    assert found.loaded == ["data:,"]
    assert "script" not in found.tags
    assert "@import" not in page
    assert "url(" not in page
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_opens_in_a_browser(
    browser: Browser, page: str, tmp_path: Path, width: int, scheme: Scheme
) -> None:
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    said: list[str] = []
    asked: list[str] = []
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(file.as_uri())
    # nothing sticks out but what scrolls by itself
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    dots = tab.locator("svg.track circle")
    assert dots.count() > 80
    # text and plots can be told from the page
    ground, colours = tab.evaluate(COLOURS)
    for kind, least in (("text", 4.5), ("marks", 3.0)):
        assert min(contrast(colour, ground) for colour in colours[kind]) > least
    tab.close()
    assert said == []
    assert asked == [file.as_uri()]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it, 1 to 21."""

    def luminance(colour: str) -> float:
        channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
