"""GTFS feeds of our own making, for tests: a small city, and the means to break it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from trainer_client.data.city import City

HEADERS = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station",
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type,route_color",
    "trips.txt": "route_id,service_id,trip_id",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date",
    "frequencies.txt": "trip_id,start_time,end_time,headway_secs",
}
CALENDAR = ("all,1,1,1,1,1,1,1,20260105,20260201",)


class FeedMaker:
    """Rows of a feed, file by file; ``files`` may be changed before ``write``."""

    def __init__(self) -> None:
        self.files: dict[str, list[str]] = {name: [header] for name, header in HEADERS.items()}
        self.files["agency.txt"].append("a,Testbahn,http://example.org,Europe/Berlin")
        self.files["calendar.txt"] += CALENDAR
        self._trips = 0

    def stop(
        self, stop_id: str, name: str, x: float, y: float, kind: str = "", parent: str = ""
    ) -> None:
        """A stop ``x`` and ``y`` kilometres to the east and north of the city's middle."""
        lat, lon = 48.0 + y / 111.195, 11.0 + x / 74.4
        self.files["stops.txt"].append(f'{stop_id},"{name}",{lat:.6f},{lon:.6f},{kind},{parent}')

    def route(
        self,
        route_id: str,
        short: str,
        long: str = "",
        kind: int = 1,
        colour: str = "",
        agency: str = "a",
    ) -> None:
        self.files["routes.txt"].append(f'{route_id},{agency},{short},"{long}",{kind},{colour}')

    def trips(
        self, route: str, stops: str | Sequence[str], count: int = 1, service: str = "all"
    ) -> list[str]:
        """So many trips of a route by these stops; their ids."""
        stops = stops.split() if isinstance(stops, str) else stops
        made = []
        for _ in range(count):
            self._trips += 1
            made.append(f"t{self._trips}")
            self.files["trips.txt"].append(f"{route},{service},t{self._trips}")
            self.files["stop_times.txt"] += (
                f"t{self._trips},08:{at:02}:00,08:{at:02}:30,{stop},{at * 10}"
                for at, stop in enumerate(stops)
            )
        return made

    def both_ways(self, route: str, stops: str, count: int = 1) -> None:
        """Trips there and back."""
        self.trips(route, stops, count)
        self.trips(route, stops.split()[::-1], count)

    def write(self, file: Path, without: Iterable[str] = ()) -> Path:
        """The feed as a zip."""
        with zipfile.ZipFile(file, "w") as packed:
            for name, rows in self.files.items():
                if name not in without and (len(rows) > 1 or name != "frequencies.txt"):
                    packed.writestr(name, "\n".join(rows) + "\n")
        return file


def small_city() -> FeedMaker:
    """Neustadt: a metro with two branches, a ring, a tram, platforms, odd names, and a bus."""
    feed = FeedMaker()
    # platforms with a station, an entrance and a boarding area
    feed.stop("C", "Neustadt, Caf&eacute;  Central ", 0, 0, "1")
    feed.stop("C1", "Neustadt, Café Central Platform 1", 0.02, 0, "0", "C")
    feed.stop("C2", "Neustadt, Café Central Platform 2", -0.02, 0, "0", "C")
    feed.stop("C2a", "Neustadt, Café Central Platform 2 A", -0.02, 0, "4", "C2")
    feed.stop("Ce", "Neustadt, Café Central Exit", 0.1, 0, "2", "C")
    # the red line: platforms without a station, told by name and nearness alone
    for stop, name, x, y in (
        ("A", "Neustadt, Airport", -4.0, 0.0),
        ("B", "Neustadt, BÖRSENPLATZ WEST", -2, 0),
        ("D", "Neustadt, Dom/Rathaus", 2, 0),
        ("E", "Neustadt, Elm &amp; 5th", 4, 1),
        ("F", "Neustadt, Fähre", 6, 1.5),
        ("G", "Neustadt, Grünau", 4, -1),
        ("H", "Neustadt, Hafen", 6, -1.5),
    ):
        feed.stop(f"{stop}1", f"{name} - Northbound", x, y + 0.01)
        feed.stop(f"{stop}2", f"{name} (Gleis 2)", x, y - 0.01)
    feed.route("R1", "1", "Airport - Ferry", 1, "e4002b")
    feed.route("R1x", "1", "Airport - Hafen", 1, "e4002b")
    feed.trips("R1", "A1 B1 C1 D1 E1 F1", 10)
    feed.trips("R1", "F2 E2 D2 C2 B2 A2", 10)
    feed.trips("R1x", "A1 B1 C1 D1 G1 H1", 6)
    feed.trips("R1x", "H2 G2 D2 C2a B2 A2", 6)
    feed.trips("R1", "B1 C1 D1", 3)  # a short run
    feed.trips("R1", "A1 C1 F1", 2)  # an express
    # the ring, of which a tail goes off
    for stop, name, x, y in (
        ("N", "Neustadt, Nordtor", 0.0, 3.0),
        ("O", "Neustadt, Park", 2.5, 2),
        ("S", "Neustadt, Südtor", 0, -3),
        ("W", "Neustadt, Waldau", -6, 3),
    ):
        feed.stop(stop, name, x, y)
    feed.route("R2", "2", "Ring", 401, "0057B8")
    feed.trips("R2", "N O D1 S B1 N", 8)
    feed.trips("R2", "N B2 S D2 O N", 8)
    feed.trips("R2", "W N O D1", 4)
    # a tram without a colour, and another Park far off
    feed.stop("P", "Neustadt, Park", -6, -3)
    feed.stop("Q", "Quai B", -4, -3)
    feed.route("T5", "5", "Café - Park", 0, "FFFFFF")
    feed.both_ways("T5", "C1 S Q P", 5)
    feed.route("B7", "7", "Night bus", 3, "000000")
    feed.trips("B7", "A1 D1", 4)
    return feed


def feed_of(city: City, seed: int = 0) -> FeedMaker:
    """A feed in which just the lines of a city run, with all that feeds do to them.

    Each station has two platforms, names have the city before them, lines run both ways from end
    to end and on each branch, and there are short runs and expresses.
    """
    chance = Random(f"{city.name} {seed}")  # noqa: S311 - nothing here is a secret
    network = city.loaded.network
    assert city.positions is not None
    feed = FeedMaker()
    for index, name in enumerate(network.station_names):
        x, y = city.positions[name]
        feed.stop(f"{index}", f"Xanadu,  {name}", 2 * x, -2 * y, "1")
        for track in (1, 2):
            platform = f"Xanadu, {name} Gleis {track}"
            feed.stop(f"{index}.{track}", platform, 2 * x, -2 * y, "", f"{index}")
    for index, line in enumerate(network.lines):
        feed.route(f"r{index}", line.name, "", 1, city.colours.get(line.name, "").lstrip("#"))
        for number, run in enumerate(line.runs):
            if line.ring and number == 0:
                whole = (*run, run[0])
                turned = run[2:] + run[:3]
                ways = [whole, whole[::-1], turned]
            else:
                ways = [run, run[::-1]]
            short = run[chance.randrange(len(run) // 2) :]
            if not line.ring and len(short) > 1:
                ways.append(short)
            if len(line.runs) == 1 and not line.ring and len(run) > 4:
                ways.append(tuple(sorted(chance.sample(run, 3), key=run.index)))
            for way in ways:
                tracks = [f"{station}.{chance.choice((1, 2))}" for station in way]
                feed.trips(f"r{index}", tracks, chance.randrange(8, 16))
    return feed
