"""What whoever installs the chart is told."""

from __future__ import annotations

import pytest

from .chart import Json, notes

TOKENS: Json = {"tokens.existingSecret": "trainers"}
POLICY: Json = {"networkPolicy.enabled": True}
WARNING = "WARNING: it listens to all of the cluster, without tokens and without a NetworkPolicy"

#: Values, and whether anything in the cluster may call what they install.
REACHED: dict[str, tuple[Json, bool]] = {
    "as it comes": ({}, True),
    "with a token": (TOKENS, False),
    "with a token of the values": ({"tokens.values": ["alice"]}, False),
    "with a NetworkPolicy": (POLICY, False),
    "with both": ({**TOKENS, **POLICY}, False),
    "with names, which keep nobody out": ({"settings.allowed_hosts": "rewards.example"}, True),
}


@pytest.mark.parametrize(("values", "warned"), REACHED.values(), ids=REACHED)
def test_a_service_that_all_may_call_says_so(values: Json, warned: bool) -> None:
    told = notes(values)
    assert (WARNING in told) == warned
    assert "http://demo-reward-server.rewards.svc:8080" in told
