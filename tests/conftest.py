"""What all tests share: how hypothesis runs, and where the data of ReasonMap is."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

# "steady" tries the same examples on every run, however busy the machine is; "explore" looks for
# new ones: HYPOTHESIS_PROFILE=explore make test; "mutants" needs no small example of a failure
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.register_profile(
    "mutants", settings.get_profile("steady"), phases=[Phase.explicit, Phase.generate]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test has logged, such that pytest-xdist can hand it on: half a character cannot be."""
    report = yield
    report.sections = [
        (name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(scope="session")
def reasonmap() -> Path:
    """The folder with ReasonMap's 30 cities (``stations``) and the released code's scores.

    Too large for this repository: ``REASONMAP_DIR``, or ``shared/reasonmap`` beside it. Without
    them the tests that need it are skipped.
    """
    folder = Path(os.environ.get("REASONMAP_DIR", ROOT.parent / "shared" / "reasonmap"))
    if not folder.is_dir():
        pytest.skip("no ReasonMap data: set REASONMAP_DIR to its folder")
    return folder


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder with cases of the published rewards, valued by their authors' own code.

    Not ours to copy: ``PUBLISHED_DIR``, or ``shared/published`` beside this repository. Without
    them the tests that need it are skipped.
    """
    folder = Path(os.environ.get("PUBLISHED_DIR", ROOT.parent / "shared" / "published"))
    if not folder.is_dir():
        pytest.skip("no cases of published rewards: set PUBLISHED_DIR to their folder")
    return folder
