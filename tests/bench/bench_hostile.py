"""CPU seconds that a MB of hostile bodies takes: each kind that is known, and what a search finds.

The whole of a request is counted, from its bytes to those of its reply. MINUTES: of the search for
the worst (default 1). At most 1 s per MB on one core is the aim, with the compiled core. Then a
real service of two workers gets each kind eight times at once, beside honest calls and health
checks.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fastapi.testclient import TestClient

from reward_server.app import create_app
from reward_server.demo import batch
from reward_server.scorer import Scorer
from reward_server.settings import Settings
from tests.bench import siege
from tests.bench.common import print_core, print_table, seeded, yardstick_microseconds
from tests.bench.hostile import MB, ROWS, Draw, body, draw, mutated
from tests.serving import serving

#: CPU seconds per MB of body.
BOUND = 1.0
SMALL, LARGE = MB // 4, MB
#: Bodies of the search, and how many of the worst it goes on from.
SEARCHED, KEPT = 100_000, 12
SHOWN = 5


class Cost(NamedTuple):
    """What a body took."""

    per_mb: float
    seconds: float
    size: int
    said: str

    def cells(self) -> list[str]:
        size = f"{self.size / MB:.3f}"
        return [size, f"{self.seconds:.3f}", f"{self.per_mb:.2f}", self.said]


HEADS = ("MB", "CPU s", "s per MB", "reply")


def cost(client: TestClient, body: bytes) -> Cost:
    began = time.process_time()
    reply = client.post("/score", content=body)
    taken = time.process_time() - began
    return Cost(taken / (len(body) / MB), taken, len(body), said(reply.status_code, reply.content))


def said(status: int, reply: bytes) -> str:
    content = json.loads(reply)
    if status != 200:
        return f"{status} {content['error']['kind']}"
    kinds = {item["error"]["kind"] for item in content["results"] if item["error"]}
    return " ".join((f"200, {len(content['results'])} items", *sorted(kinds)))


def search(client: TestClient, minutes: float) -> list[tuple[Cost, Draw]]:
    """The worst bodies that are found, worst first."""
    chance = seeded(os.environ.get("SEED", "hostile"))
    end = time.monotonic() + 60 * minutes
    worst: list[tuple[Cost, Draw]] = []
    tried = 0
    while time.monotonic() < end:
        tried += 1
        near = worst and chance.random() < 0.7
        one = mutated(chance.choice(worst)[1], chance) if near else draw(chance)
        if any(one == known for _, known in worst):
            continue
        worst.append((cost(client, one.body(SEARCHED)), one))
        worst.sort(key=lambda found: -found[0].per_mb)
        del worst[KEPT:]
    print(f"{tried} bodies of {SEARCHED / MB:.2f} MB tried in {minutes:g} minutes\n")
    # again, larger: what a body takes however short it is counts less there
    again = [(cost(client, one.body(LARGE)), one) for _, one in worst]
    return sorted(again, key=lambda found: -found[0].per_mb)


def show_sieges(tokens: bool) -> None:
    """The known kinds at a real service."""
    token = "a-token-of-the-bench"  # noqa: S105 - of a service that lives as long as the bench
    variables = {"REWARD_SERVER_TOKENS": token} if tokens else {}
    headers = {"Authorization": f"Bearer {token}"} if tokens else {}
    items = batch()
    honest = body(items), [dict(result) for result in Scorer().score(items)]
    rows = []
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder), "--workers", "2", variables=variables) as served,
    ):
        supervisor, port = served.process.pid, int(served.url.rpartition(":")[2])
        before, workers = siege.memory(supervisor), siege.processes(supervisor)
        for name, make in ROWS.items():
            found = siege.besiege(supervisor, port, make(LARGE), honest, headers)
            told = ", ".join(f"{count} x {what}" for what, count in found.hostile.items())
            health = [f"{found.health_ms(share):.0f}" for share in (0.5, 0.99)]
            rows.append([name, told, str(found.honest), *health, f"{found.peak / MB:.0f}"])
        print(f"Eight at once, tokens {'on' if tokens else 'off'}, two workers\n")
        heads = ["kind", "told", "right", "health ms", "p99", "memory MB"]
        print_table(heads, rows, words=2)
        same = "the same" if siege.processes(supervisor) == workers else "OTHERS: some have died"
        after = siege.memory(supervisor)
        print(f"memory {before / MB:.0f} MB before, {after / MB:.0f} after; workers: {same}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds, and rough")
    quick = parser.parse_args().quick
    print_core()
    print(f"{yardstick_microseconds():.1f} us for the yardstick")
    minutes = float(os.environ.get("MINUTES", "0.05" if quick else "1"))
    logging.disable(logging.INFO)
    client = TestClient(create_app(Settings()), raise_server_exceptions=False)
    client.post("/score", content=b'{"items":[]}')
    print(f"\nThe known kinds, worst first; at most {BOUND:g} s per MB on one core is the aim\n")
    costs = {name: cost(client, make(SMALL if quick else LARGE)) for name, make in ROWS.items()}
    rows = sorted(costs.items(), key=lambda row: -row[1].per_mb)
    print_table(["kind", *HEADS], [[name, *of.cells()] for name, of in rows])
    found = search(client, minutes)
    print_table([*HEADS, "body"], [[*of.cells(), str(one)[5:-1]] for of, one in found[:SHOWN]])
    for tokens in () if quick else (False, True):
        show_sieges(tokens)
    worst = max(*(of.per_mb for of in costs.values()), found[0][0].per_mb)
    print(f"worst: {worst:.2f} s per MB; the bound is {BOUND:g} s per MB")


if __name__ == "__main__":
    main()
