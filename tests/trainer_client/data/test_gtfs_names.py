"""Names of feeds as a map has them."""

from __future__ import annotations

import pytest

from reward_server.core.transit.names import fold_line, fold_station
from trainer_client.data.gtfs.names import clean, line_name, natural, tidied, told_apart

CLEANED = {
    "Central Station Platform 2": "Central Station",
    "Central, Platform 12A": "Central",
    "Central (Track 3)": "Central",
    "Hauptbahnhof Gleis 1-2": "Hauptbahnhof",
    "Hauptbahnhof, Bstg. 4": "Hauptbahnhof",
    "Châtelet - Voie 7": "Châtelet",
    "Châtelet Quai B": "Châtelet",
    "Sol - Andén 2": "Sol",
    "Roma Termini Binario 4": "Roma Termini",
    "Utrecht Centraal spoor 11": "Utrecht Centraal",
    "Main St - Northbound": "Main St",
    "Main St NB": "Main St",
    "Main St (southbound platform)": "Main St",
    "Main St - To Airport": "Main St",
    "Alexanderplatz (Richtung Pankow)": "Alexanderplatz",
    "Main St (Stop K)": "Main St",
    "Sol (Dirección Norte)": "Sol",
    "Sol - Sentido Aeropuerto": "Sol",
    "Zoo (S+U)": "Zoo",
    "Zoo (Tram)": "Zoo",
    "新宿 2番線": "新宿",
    "西单(上行)": "西单",
    "西单（往东单）": "西单",
    "新宿（渋谷方面）": "新宿",
    "Old Stop B": "Old Stop B",
    "U Street": "U Street",
    "  Elm\u00a0 &amp;amp; 5th\u200b ": "Elm & 5th",
    "Cafe\u0301": "Café",
    "Platform 9": "Platform 9",
    "Quai de la Gare": "Quai de la Gare",
    "Track": "Track",
    "Via Roma": "Via Roma",
    "Northgate": "Northgate",
    "Victoria": "Victoria",
    "14 St - Union Sq": "14 St - Union Sq",
    "Ōtemachi": "Ōtemachi",
}


@pytest.mark.parametrize("given", CLEANED)
def test_what_tells_a_platform_is_cut(given: str) -> None:
    assert clean(given) == CLEANED[given]
    assert clean(clean(given)) == CLEANED[given]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Bern, Bahnhof|Bern, Zytglogge|Bern, Tor|Bern, Post|Köniz, Zentrum",
         "Bahnhof|Zytglogge|Tor|Post|Köniz, Zentrum"),
        ("Kreuz (Berlin)|Zoo (Berlin)|Tegel (Berlin)|Spree (Berlin)", "Kreuz|Zoo|Tegel|Spree"),
        ("Ostkreuz, Berlin|Zoo, Berlin|Tegel, Berlin|Mitte, Berlin", "Ostkreuz|Zoo|Tegel|Mitte"),
        ("Wien Prater|Wien Mitte|Wien Meidling|Wien West", "Prater|Mitte|Meidling|West"),
        ("New York Zoo|New York Park|New York Hall|New York Pier", "Zoo|Park|Hall|Pier"),
    ],
)  # fmt: skip
def test_a_city_before_or_behind_names_is_cut(given: str, kept: str) -> None:
    assert list(tidied(given.split("|")).values()) == kept.split("|")


def test_what_only_some_names_begin_with_stays() -> None:
    names = ["San Jose", "San Mateo", "San Bruno", "Millbrae", "Palo Alto", "Gilroy"]
    assert tidied(names) == {name: name for name in names}
    assert list(tidied(["Old Town", "Old Mill"]).values()) == ["Old Town", "Old Mill"]


def test_a_name_that_would_become_anothers_stays() -> None:
    names = ["Ulm, Markt", "Ulm, Dom", "Ulm, Tor", "Ulm, Post", "Markt"]
    assert tidied(names)["Ulm, Markt"] == "Ulm, Markt"
    assert tidied(names)["Ulm, Dom"] == "Dom"


def test_shouted_names_are_written_in_words() -> None:
    names = ["GARE DE LYON", "ST. MICHAEL'S CHURCH", "JFK AIRPORT", "PIO XII", "ÉTOILE", "Bercy"]
    assert list(tidied(names).values()) == [
        "Gare de Lyon", "St. Michael's Church", "JFK Airport", "Pio XII", "Étoile", "Bercy",
    ]  # fmt: skip


def test_letters_that_are_a_name_stay_among_names_in_words() -> None:
    names = ["UNESCO", "Concorde", "Bercy", "Nation", "GARE CENTRALE"]
    assert list(tidied(names).values()) == [
        "UNESCO",
        "Concorde",
        "Bercy",
        "Nation",
        "Gare Centrale",
    ]


@pytest.mark.parametrize(
    ("short", "long", "name"),
    [
        ("1", "Airport", "Line 1"),
        ("A", "", "Line A"),
        ("7B", "", "Line 7B"),
        ("M1", "Metro", "M1"),
        ("RER  A", "", "RER A"),
        ("", "Blue &amp; White Line", "Blue & White Line"),
        ("", "RED LINE", "Red Line"),
        ("-", "Shuttle", "Shuttle"),
        ("地铁1号线", "", "地铁1号线"),
    ],
)
def test_lines_are_called_as_on_a_map(short: str, long: str, name: str) -> None:
    assert line_name(short, long) == name


def test_names_that_fold_alike_get_the_first_kind_that_tells_them_apart() -> None:
    names = {1: "Park", 2: "park station", 3: "Mill"}
    kinds = ({1: "Park East", 2: "Park East"}, {1: "Park A", 2: "Park B"})
    assert told_apart(names, kinds, fold_station) == {1: "Park A", 2: "Park B", 3: "Mill"}
    assert told_apart(names, (), fold_station) == {
        1: "Park No. 1",
        2: "park station No. 2",
        3: "Mill",
    }
    taken = {**names, 4: "Park A"}
    assert told_apart(taken, kinds, fold_station)[1] == "Park No. 1"
    assert told_apart(names, ({1: "Park A"},), fold_station)[1] == "Park No. 1"
    taken = {**names, 4: "Park No. 2"}
    assert told_apart(taken, (), fold_station)[2] == "park station No. 4"
    assert told_apart({1: "Line 1", 2: "1"}, ({1: "Metro 1", 2: "Tram 1"},), fold_line) == {
        1: "Metro 1",
        2: "Tram 1",
    }


def test_line_2_comes_before_line_10() -> None:
    assert sorted(["Line 10", "Line 2", "A", "M11", "M2"], key=natural) == [
        "A", "Line 2", "Line 10", "M2", "M11",
    ]  # fmt: skip
