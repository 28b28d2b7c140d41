"""The explorer in a real browser: what a person does there, by mouse, by keyboard, on a phone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.explorer.conftest import Open
from tests.serving import Served, serving

ALDRINA = "/?network=velmora/aldrina"
# loads the page's whole width of it: nothing is cut off, nothing scrolls sideways
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def settled(page: Page) -> None:
    """Wait until what was sent is shown: a form is busy from the moment it is sent."""
    expect(page.locator("[aria-busy]")).to_have_count(0)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def score(page: Page, completion: str) -> None:
    page.get_by_label("Completion", exact=True).fill(completion)
    press(page, "Score")


def verdict(page: Page) -> str:
    return page.locator("#verdict").inner_text()


def test_it_opens_with_an_answer_scored_on_its_map(open_page: Open) -> None:
    page = open_page(ALDRINA).page
    expect(page).to_have_title("Explorer · reward_server")
    expect(page.locator("#verdict")).to_contain_text("Wrong")
    expect(page.locator("svg.chart .pin")).to_have_count(2)
    expect(page.locator("svg.chart .line")).to_have_count(3)
    assert page.evaluate(FITS)


def test_the_right_route_is_highlighted_and_no_wrong_one(open_page: Open) -> None:
    page = open_page(ALDRINA).page
    press(page, "right")
    expect(page.locator("#verdict")).to_contain_text("Right")
    expect(page.locator(".chart .band path")).to_have_count(2)  # both rides of the true route
    expect(page.locator(".chart .answer .sound")).to_have_count(2)
    expect(page.locator(".chart .answer .faulty")).to_have_count(0)
    expect(page.locator(".chart .answer .jump")).to_have_count(0)
    expect(page.locator(".legs .says").first).to_contain_text("can be ridden")
    # the answer lies on the band: the map shows that they are one
    bands = page.locator(".chart .band path").evaluate_all(
        "all => all.map(p => p.getAttribute('d'))"
    )
    sound = page.locator(".chart .sound").evaluate_all("all => all.map(p => p.getAttribute('d'))")
    assert bands == sound


def test_a_wrong_route_is_told_apart_by_more_than_its_colour(open_page: Open) -> None:
    page = open_page(ALDRINA).page
    press(page, "stops short")
    expect(page.locator("#verdict")).to_contain_text("Wrong")
    faulty = page.locator(".chart .answer .faulty")
    expect(faulty).to_have_count(1)
    assert faulty.evaluate("path => getComputedStyle(path).strokeDasharray") != "none"
    assert page.locator(".chart .answer .cross").count() > 0
    expect(page.locator(".legs .faulty .says")).to_contain_text("Wrong: ends at")


def test_the_bars_add_up_to_the_reward(open_page: Open) -> None:
    page = open_page(ALDRINA).page
    press(page, "stops short")
    expect(page.locator(".bars tbody tr")).to_have_count(8)
    added = page.locator(".bars tbody td:last-child").all_inner_texts()
    total = float(page.locator(".bars tfoot td:last-child").inner_text())
    assert sum(float(one.replace("−", "-")) for one in added) == pytest.approx(total, abs=0.04)
    assert total == float(page.locator(".reward strong").inner_text())


def test_profiles_are_compared_side_by_side(open_page: Open) -> None:
    page = open_page(ALDRINA).page
    score(page, page.get_by_label("Completion", exact=True).input_value())
    table = page.locator(".compare")
    expect(table.locator("thead th")).to_have_text(["robust", "paper", "released"])
    expect(table.locator("tbody tr").nth(1).locator("td")).to_have_count(3)
    page.get_by_label("Profile", exact=True).select_option("released")
    expect(table.locator("th.chosen")).to_have_text("released")
    expect(page.get_by_label("Profile", exact=True)).to_be_focused()


def test_what_is_typed_while_a_score_is_on_its_way_stays(open_page: Open) -> None:
    page = open_page(ALDRINA).page
    page.evaluate(
        """() => {
          document.querySelector("button.main").click();
          document.getElementById("completion").value = "typed since";
        }"""
    )
    settled(page)
    expect(page.get_by_label("Completion", exact=True)).to_have_value("typed since")


def test_a_station_that_is_not_there_is_an_error_with_no_reward(open_page: Open) -> None:
    page = open_page(ALDRINA).page
    page.get_by_label("From station_1").fill("Atlantis")
    press(page, "Score")
    expect(page.locator("#verdict")).to_contain_text("No score: unknown_station")
    expect(page.locator(".error-card")).to_contain_text("'Atlantis' is not a station")
    expect(page.locator(".reward")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("unknown_station")


def test_the_keyboard_is_enough(open_page: Open) -> None:
    page = open_page(ALDRINA).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "(e => e.id || e.dataset.view || e.value || e.className)(document.activeElement)"
        )
        outline = page.evaluate(
            "document.activeElement.matches(':focus-visible') && "
            "getComputedStyle(document.activeElement).outlineStyle"
        )
        assert outline not in ("none", ""), here
        reached.append(here)
    wanted = ["network", "task", "random", "station_1", "station_2", "completion", "sample:right"]
    # the first round: after the last one the browser begins again
    assert [one for one in reached if one in wanted][: len(wanted)] == wanted
    assert {"profile", "score", "sheet", "whole"} <= set(reached)
    page.locator("#completion").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("nothing to ride on")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#verdict")).to_be_focused()
    expect(page.locator("#status")).to_have_text(re.compile("Wrong, reward 0.00"))


def test_the_map_is_moved_and_zoomed_by_keys_and_buttons(open_page: Open) -> None:
    page = open_page(ALDRINA).page
    chart = page.locator("svg.chart")
    before = chart.get_attribute("viewBox")
    page.locator(".sheet").focus()
    page.keyboard.press("ArrowRight")
    moved = chart.get_attribute("viewBox")
    page.keyboard.press("+")
    zoomed = chart.get_attribute("viewBox")
    assert len({before, moved, zoomed}) == 3
    page.get_by_role("button", name="Whole map").click()
    assert chart.get_attribute("viewBox") == chart.get_attribute("data-whole")


def test_every_task_has_a_question_that_its_right_answer_answers(open_page: Open) -> None:
    page = open_page(ALDRINA).page
    for task in "TorF1 TorF2 Counting1 Counting2 Counting3 planning".split():
        page.get_by_label("Task").select_option(task)
        settled(page)
        expect(page.get_by_label("Task")).to_have_value(task)
        expect(page.get_by_label("Task")).to_be_focused()
        assert "Right" in verdict(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [ALDRINA, "/spec"])
def test_a_phone_has_all_of_it_without_scrolling_sideways(
    open_page: Open, scheme: str, path: str
) -> None:
    phone = {"width": 390, "height": 844}
    page = open_page(path, viewport=phone, color_scheme=scheme, has_touch=True).page
    assert page.evaluate(FITS)
    if path == ALDRINA:
        page.get_by_role("button", name="right", exact=True).tap()
        expect(page.locator("#verdict")).to_contain_text("Right")
        expect(page.locator("#verdict")).to_be_in_viewport()
        assert page.evaluate(FITS)


# the names of the route's stops: how high they are on the screen, and which of them overlap
NAMES = """() => {
  const names = [...document.querySelectorAll(".chart .names:not(.other) text")];
  const boxes = names.map((e) => e.getBoundingClientRect());
  const turned = (e) => e.hasAttribute("transform");
  const overlap = [];
  boxes.forEach((a, i) => boxes.slice(0, i).forEach((b, j) => {
    const apart = a.right < b.left + 2 || b.right < a.left + 2
      || a.bottom < b.top + 2 || b.bottom < a.top + 2;
    if (!apart && !turned(names[i]) && !turned(names[j])) {
      overlap.push(`${names[i].textContent} / ${names[j].textContent}`);
    }
  }));
  const scale = document.querySelector(".chart").getScreenCTM().a;
  return { count: names.length, letters: 14 * scale, overlap };
}"""


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", ["china/beijing", "america/new_york"])
def test_a_route_through_a_large_city_can_be_followed(
    open_page: Open, cities: Served, name: str, width: int
) -> None:
    view = {"width": width, "height": 900}
    page = open_page(f"/?network={name}", url=cities.url, viewport=view).page
    press(page, "right")
    expect(page.locator("#verdict")).to_contain_text("Right")
    rides = page.locator(".routes ol").last.locator("li").count()
    expect(page.locator(".chart .band path")).to_have_count(rides)
    seen = page.evaluate(NAMES)
    assert seen["count"] >= rides + 1
    assert seen["letters"] >= 9
    assert seen["overlap"] == []
    assert page.evaluate(FITS)


# the ratio of WCAG 2.1 between the colour of a text and what is behind it
CONTRAST = """() => {
  const part = (c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const behind = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const e of document.querySelectorAll("main *, header *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || e.closest("svg, .unseen") || !e.checkVisibility()) continue;
    const both = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    if (ratio < 4.5) faint.push(`${e.outerHTML.slice(0, 80)} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [ALDRINA, "/spec"])
def test_every_text_has_the_contrast_that_aa_asks_for(
    open_page: Open, scheme: str, path: str
) -> None:
    page = open_page(path, color_scheme=scheme).page
    assert page.evaluate(CONTRAST) == []


# what a person who hears the page needs: names for what can be used, one h1, headings in order
UNNAMED = """() => {
  const faults = [];
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (e.checkVisibility() && !e.labels.length) faults.push(e.outerHTML);
  }
  for (const e of document.querySelectorAll("button, a")) {
    if (!(e.textContent.trim() || e.ariaLabel)) faults.push(e.outerHTML);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  if (new Set(ids).size !== ids.length) faults.push("an id stands twice");
  const levels = [...document.querySelectorAll("h1, h2, h3")].map((e) => Number(e.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push("not one h1");
  if (levels.some((level, at) => at && level > levels[at - 1] + 1)) faults.push("no order");
  return faults;
}"""


@pytest.mark.parametrize("path", [ALDRINA, "/spec"])
def test_what_can_be_used_has_a_name(open_page: Open, path: str) -> None:
    assert open_page(path).page.evaluate(UNNAMED) == []


HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>{{7*7}}'


def test_a_hostile_completion_is_only_text(open_page: Open, tmp_path: Path) -> None:
    page = open_page(ALDRINA).page
    score(
        page,
        f"Route Name: {HOSTILE}\nDeparture Stop: {HOSTILE}\nArrival Stop: </textarea>{HOSTILE}",
    )
    expect(page.locator(".legs .ride").first).to_contain_text("<img src=x")
    file = tmp_path / "rollouts.jsonl"
    item = {"task": "TorF1", "answer": 1, "group": HOSTILE, "completion": HOSTILE, "id": HOSTILE}
    file.write_text(json.dumps(item) + "\n" + json.dumps({HOSTILE: 1}) + "\n")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Show by group").click()
    expect(page.locator(".group .label")).to_have_text(HOSTILE)
    page.get_by_role("button", name="Open line 1").click()
    expect(page.get_by_label("Completion", exact=True)).to_have_value(HOSTILE)
    expect(page.get_by_label("Task")).to_have_value("TorF1")
    assert page.locator("main img, main script").count() == 0
    assert page.title() == "Explorer · reward_server"


def test_a_file_is_shown_by_group_with_its_advantages(open_page: Open, tmp_path: Path) -> None:
    texts = ["\\boxed{3}", "\\boxed{3}", "\\boxed{2}", "none"]
    lines = [
        {"task": "Counting2", "answer": 3, "group": "g1", "completion": text} for text in texts
    ]
    lines += [{"task": "TorF1", "answer": 1, "group": "same", "completion": "?"}] * 2
    file = tmp_path / "rollouts.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)) + "\nno json\n")
    page = open_page(ALDRINA).page
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Show by group").click()
    summary = page.locator("#file-summary")
    expect(summary).to_contain_text("6 rollouts in 2 groups")
    expect(summary).to_contain_text("1 groups without variance")
    expect(summary).to_be_focused()
    expect(page.locator("#file-groups .error")).to_contain_text("line 7")
    rows = page.locator(".group").first.locator("tbody tr")
    rewards = [float(one.locator("td").nth(2).inner_text()) for one in rows.all()]
    centred = [one.locator("td").nth(3).inner_text().replace("−", "-") for one in rows.all()]
    mean = sum(rewards) / 4
    assert list(map(float, centred)) == pytest.approx([one - mean for one in rewards], abs=0.011)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(FITS)
    page.get_by_role("button", name="Open line 3").click()
    expect(page.locator("#verdict")).to_contain_text("Wrong")
    expect(page.locator(".group")).to_have_count(2)  # the file stays as it is shown


def test_the_commands_it_shows_give_the_reward_it_shows(open_page: Open, served: Served) -> None:
    page = open_page(ALDRINA).page
    shown = float(page.locator(".reward strong").inner_text())
    for number, run in enumerate((["bash", "-c"], [sys.executable, "-c"]), 1):
        command = page.locator(f"#snippet-{number}").text_content() or ""
        assert served.url in command
        done = subprocess.run([*run, command], capture_output=True, text=True, check=True)
        reward = re.search(r"['\"]reward['\"]: ?([\d.]+)", done.stdout)
        assert reward, done.stderr
        assert float(reward[1]) == pytest.approx(shown, abs=0.005)


def test_without_javascript_the_form_still_scores(open_page: Open) -> None:
    page = open_page(ALDRINA, java_script_enabled=False).page
    press(page, "right")
    expect(page.locator("#verdict")).to_contain_text("Right")
    expect(page.locator("svg.chart .sound")).to_have_count(2)
    expect(page.locator(".zoom")).to_be_hidden()


def test_with_tokens_the_page_asks_for_one_and_sends_it(open_page: Open, tmp_path: Path) -> None:
    variables = {"REWARD_SERVER_TOKENS": "s3cret"}
    with serving(tmp_path, "--workers", "1", variables=variables) as guarded:
        visit = open_page(url=guarded.url)
        page = visit.page
        assert "velmora" not in page.content()
        page.get_by_label("Token of this service").fill("wrong")
        page.get_by_role("button", name="Open").click()
        expect(page.locator("#token-error")).to_contain_text("the token is none that is accepted")
        page.get_by_label("Token of this service").fill("s3cret")
        page.keyboard.press("Enter")
        expect(page.locator("svg.chart")).to_be_visible()
        press(page, "right")
        expect(page.locator("#verdict")).to_contain_text("Right")
        assert "s3cret" not in page.url
        assert "Bearer $TOKEN" in page.locator("#snippet-1").inner_text()
        # the browser itself tells of the one refusal
        assert all("401" in fault for fault in visit.faults)
        assert len(visit.faults) == 1
        visit.faults.clear()
