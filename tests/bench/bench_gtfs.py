"""Importing large GTFS feeds: time and memory by their rows in stop_times.

A feed is that of an invented hard city, so often a day that stop_times has the rows, with as many
rows of buses again, as a region's feed has. What comes back must be the city's own lines.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.common import arguments, print_table
from tests.trainer_client.data.feeds import FeedMaker, feed_of
from trainer_client.data.city import City
from trainer_client.data.gtfs.make import import_feed
from trainer_client.data.synth.make import synth

ROWS = (100_000, 1_000_000, 4_000_000)


def large_feed(city: City, rows: int) -> FeedMaker:
    """The city's feed, its trips repeated until they have half of so many rows, and buses."""
    feed = feed_of(city)
    times, trips = feed.files["stop_times.txt"][1:], feed.files["trips.txt"][1:]
    feed.route("bus", "900", "Bus", 3)
    copies = max(1, rows // 2 // len(times))
    for copy in range(copies):
        feed.files["trips.txt"] += (f"{row}.{copy}" for row in trips)
        feed.files["stop_times.txt"] += (row.replace(",", f".{copy},", 1) for row in times)
        feed.files["trips.txt"] += (f"bus,all,{row.rpartition(',')[2]}.b{copy}" for row in trips)
        feed.files["stop_times.txt"] += (row.replace(",", f".b{copy},", 1) for row in times)
    return feed


def main() -> None:
    """Print a row for each size; fail where a network is not the city's."""
    if len(sys.argv) == 3 and sys.argv[1] == "import":
        measure(Path(sys.argv[2]))
        return
    sizes = ROWS[:1] if arguments(__doc__).quick else ROWS
    (city,) = synth(1, "hard", 3)
    table = []
    with TemporaryDirectory() as folder:
        for rows in sizes:
            feed = large_feed(city, rows)
            file = feed.write(Path(folder) / "feed.zip")
            written = len(feed.files["stop_times.txt"]) - 1
            del feed
            # in a process of its own, whose memory is that of the import
            done = subprocess.run(
                [sys.executable, __file__, "import", str(file)],
                capture_output=True,
                text=True,
                check=True,
            )
            seconds, cpu, memory, stations, lines = done.stdout.split()
            if (int(stations), int(lines)) != (
                len(city.loaded.network.station_names),
                len(city.lines),
            ):
                sys.exit(f"{written} rows: {stations} stations, {lines} lines are not the city's")
            table.append((f"{written:,}", seconds, cpu, memory))
    print_table(("rows of stop_times", "s", "CPU s", "most memory, MB"), table)


def measure(file: Path) -> None:
    """Import a feed and print seconds, CPU seconds, megabytes, stations and lines."""
    started, cpu = time.perf_counter(), time.process_time()
    city, _ = import_feed(file, "bench/city")
    print(
        f"{time.perf_counter() - started:.1f}",
        f"{time.process_time() - cpu:.1f}",
        most_memory(),
        len(city.loaded.network.station_names),
        len(city.lines),
    )


def most_memory() -> int:
    """Megabytes; ru_maxrss would have those of the process that started this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (most,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(most) // 1024


if __name__ == "__main__":
    main()
