"""How many names of different stations or lines the rules on names would make one: none.

Each city's names are looked up as they are, in what people write around them (dresses), with slips
of one letter, and with words that make other names of them (disguises); see ``joins`` among the
properties. Prints, for each city, the texts, how many dresses and slips mean their own name, and
the joins; ends with 1 where there is one. The cities: the bundled ones, ReasonMap's where they are,
and invented ones whose names, in other scripts, differ in one sign.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from reward_server.core.transit.network import Network
from reward_server.networks.load import load_bundled
from tests.bench.common import arguments, cities_in_words, load_cities, print_table
from tests.properties.joins import Joins, built, joins_in, other_scripts, taken_for_one

Lines = Mapping[str, Sequence[str]]


def cities(quick: bool) -> Iterator[tuple[str, Lines, Network]]:
    loaded = dict(load_bundled().loaded)
    if not quick:
        loaded |= load_cities().loaded
    yield from ((name, city.lines, city.network) for name, city in loaded.items())


def row(city: str, result: Joins) -> list[str]:
    def share(kind: str) -> str:
        return f"{result.own[kind] / result.tried[kind]:.1%}" if result.tried[kind] else ""

    texts = sum(result.tried.values())
    return [city, f"{texts:,}", share("dress"), share("slip"), str(len(result.joins))]


def main() -> int:
    quick: bool = arguments(__doc__.splitlines()[0] if __doc__ else None).quick
    print(f"the bundled cities, {cities_in_words(load_cities())}, and invented ones by script\n")
    results = [(name, joins_in(lines, network)) for name, lines, network in cities(quick)]
    for script, lines in other_scripts().items():
        network = built(lines)
        found = joins_in(lines, network)
        found.joins.extend(taken_for_one(lines, network))
        results.append((script, found))
    heads = ["city", "texts", "dresses read", "slips read", "joins"]
    print_table(heads, [row(name, result) for name, result in results])
    joins = [(name, join) for name, result in results for join in result.joins]
    for name, join in joins:
        print(f"{name}: {join.text!r}, of {join.of!r}, means {join.means!r}")
    print(f"{len(joins)} joins among {sum(sum(r.tried.values()) for _, r in results):,} texts")
    return 1 if joins else 0


if __name__ == "__main__":
    sys.exit(main())
