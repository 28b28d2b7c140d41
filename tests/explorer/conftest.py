"""A real service, a real browser, and the pages as a client without one gets them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from reward_server.app import create_app
from reward_server.settings import Settings
from tests.serving import Served, serving

HTML = {"Accept": "text/html"}
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings()), headers=HTML) as client:
        yield client


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("explorer"), "--workers", "1") as served:
        yield served


@pytest.fixture(scope="module")  # while playwright runs, no other event loop can
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        expect.set_options(timeout=30_000)  # milliseconds: a busy machine is no fault of the page
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page with all that went wrong on it, and all it asked for."""

    page: Page
    faults: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)


Open = Callable[..., Visit]


@contextmanager
def _visit(browser: Browser, url: str, options: dict[str, Any]) -> Iterator[Visit]:
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
    page = context.new_page()
    visit = Visit(page)
    page.on("console", lambda told: visit.faults.append(told.text) if told.type != "log" else None)
    page.on("pageerror", lambda error: visit.faults.append(str(error)))
    page.on("request", lambda request: visit.requests.append(request))  # noqa: PLW0108 - it must have attributes
    page.goto(url)
    yield visit
    context.close()


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[Open]:
    """Opens a page of the service; at the end nothing may have gone wrong or left the service."""
    visits: list[tuple[Visit, str]] = []
    with ExitStack() as stack:

        def open_one(path: str = "/", url: str = served.url, **options: Any) -> Visit:  # noqa: ANN401 - playwright's
            visit = stack.enter_context(_visit(browser, url + path, options))
            visits.append((visit, url))
            return visit

        yield open_one
        for visit, url in visits:
            assert visit.faults == []
            asked = [request.url for request in visit.requests]
            assert [one for one in asked if not one.startswith((f"{url}/", "data:"))] == []


@pytest.fixture(scope="session")
def cities(tmp_path_factory: pytest.TempPathFactory, reasonmap: Path) -> Iterator[Served]:
    """A service with the real cities."""
    options = ("--workers", "1", "--networks", str(reasonmap / "stations"))
    with serving(tmp_path_factory.mktemp("cities"), *options) as served:
        yield served
