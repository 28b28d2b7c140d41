"""``/docs`` and ``/redoc`` in a real browser, from this service alone, with tokens and without."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from reward_server.app import create_app
from reward_server.settings import Settings

from ..explorer.conftest import Open, browser, open_page, served
from ..serving import Served, serving

__all__ = ["browser", "open_page", "served"]

PAGES = {"/docs": ".opblock", "/redoc": "li[data-item-id^='operation/']"}
TOKEN = "alice"  # noqa: S105 - of a test


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    variables = {"REWARD_SERVER_TOKENS": TOKEN}
    folder = tmp_path_factory.mktemp("guarded")
    with serving(folder, "--workers", "1", variables=variables) as guarded:
        yield guarded


@pytest.mark.parametrize(("path", "operation"), PAGES.items(), ids=PAGES)
def test_a_page_shows_each_operation(open_page: Open, path: str, operation: str) -> None:
    """``open_page`` sees to it that nothing is asked of another host, and nothing is blocked."""
    page = open_page(path).page
    document = create_app(Settings()).openapi()
    operations = sum(map(len, document["paths"].values()))
    expect(page.locator(operation)).to_have_count(operations)


@pytest.mark.parametrize(("path", "operation"), PAGES.items(), ids=PAGES)
def test_where_there_are_tokens_a_page_asks_for_one(
    open_page: Open, guarded: Served, path: str, operation: str
) -> None:
    visit = open_page(path, url=guarded.url)
    page = visit.page
    field = page.get_by_label("Token of this service")
    field.fill("bob")
    page.get_by_role("button", name="Open").click()
    expect(page.locator("#status")).to_contain_text("no such token")
    assert page.locator(operation).count() == 0
    field.fill(TOKEN)
    page.get_by_role("button", name="Open").click()
    expect(page.locator(operation).first).to_be_visible()
    assert not field.is_visible()
    # the browser's own words for the two that were refused
    assert [fault for fault in visit.faults if "401" not in fault] == []
    visit.faults.clear()


def test_a_request_that_is_tried_out_has_the_token(open_page: Open, guarded: Served) -> None:
    visit = open_page("/docs", url=guarded.url)
    page = visit.page
    page.get_by_label("Token of this service").fill(TOKEN)
    page.get_by_role("button", name="Open").click()
    metadata = page.locator(".opblock", has_text="/metadata")
    metadata.locator(".opblock-summary-control").click()
    metadata.get_by_role("button", name="Try it out").click()
    with page.expect_response("**/metadata") as reply:
        metadata.get_by_role("button", name="Execute").click()
    assert reply.value.status == 200
    assert json.loads(reply.value.text())["default_profile"] == "robust"
    visit.faults.clear()  # the 401 that the page asks for a token after


def test_only_what_describes_the_service_asks_for_a_token() -> None:
    client = TestClient(create_app(Settings(tokens=(TOKEN,))))  # type: ignore[arg-type]  # as a string is
    for path in ("/docs", "/redoc", "/docs/docs.js", "/docs/docs.css", "/docs/swagger-ui.css"):
        assert client.get(path).status_code == 200, path
    for path in ("/openapi.json", "/docs/nothing.js", "/docs/docs.html"):
        assert client.get(path).status_code == 401, path


def test_there_is_no_other_file(client: TestClient) -> None:
    for name in ("nothing.js", "docs.html", "../auth.py", "..%2Fauth.py"):
        assert client.get(f"/docs/{name}").status_code == 404
