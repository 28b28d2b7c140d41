"""One spelling of names: what folds alike, what stays apart."""

from __future__ import annotations

from itertools import product

import pytest

from reward_server.core.transit.names import (
    LONGEST_NAME,
    as_spelled,
    fold_line,
    fold_station,
    identity,
    is_name,
    is_placeholder,
    normalise,
    strip_annotations,
)

STATIONS = {
    "Aspen": "aspen",
    "ASPEN STATION": "aspen",
    "Aspen Metro Station": "aspen",
    "Aspen Station Station": "aspen",
    "  Aspen\tHill ": "aspenhill",
    "Aspen-Hill": "aspenhill",
    "St. Luke's/Harbour": "stlukesharbour",
    "St Luke’s, Harbour": "stlukesharbour",
    "**Aspen**": "aspen",
    "“Aspen”.": "aspen",
    # accents, composed or not; strokes and ligatures that no normal form takes apart
    "São Bento": "saobento",
    "Sa\u0303o Bento": "saobento",
    "Ørneby": "orneby",
    "Łódź": "lodz",
    "Straße": "strasse",
    "Æbelø": "aebelo",
    "İzmir": "izmir",
    "Αθήνα": "αθηνα",
    "Семёновский": "семеновскии",
    "مَيْدان": "ميدان",
    "רָמַת גַן": "רמתגן",
    # in other scripts a mark is a letter
    "दिल": "दिल",
    "दाल": "दाल",
    "बाज़ार": "बाज़ार",
    "மலை": "மலை",
    "ช่องนนทรี": "ช่องนนทรี",
    "ကျောက်": "ကျောက်",
    # what nobody sees is nothing
    "As\u00adpen": "aspen",
    "As\u200bpen\u200e": "aspen",
    "مـيـدان": "ميدان",
    # compatibility forms
    "Ａｓｐｅｎ １２": "aspen12",
    "ﬁeld": "field",
    # two numbers stay two
    "Pier 1 2": "pier1 2",
    "Pier 12": "pier12",
    # remarks go, but not where nothing else is there
    "Park (North)": "park",
    "Park（换乘站）": "park",
    "Park (a (b) c)": "park",
    "[Park]": "park",
    "Park [North]": "park",
    "【听潮站】": "听潮",
    "(North)": "north",
    # the words of every name go, but not where nothing else is there
    "Station": "station",
    "Metro Station": "metrostation",
    "Stationers Hall": "stationershall",
    "Line 1": "line1",
    # 站 is a suffix, as often as it stands there
    "听潮站": "听潮",
    "云南站站": "云南",
    "站前": "站前",
    "站": "站",
    # syllables that normal forms take apart come together again
    "서울역": "서울역",
    "がじゅまる": "がじゅまる",
    # nothing to fold
    "": "",
    " ? ": "?",
}


@pytest.mark.parametrize(("name", "key"), STATIONS.items())
def test_a_stations_name_folds_to_its_key(name: str, key: str) -> None:
    assert fold_station(name) == key


LINES = {
    "Line 1": "1",
    "1": "1",
    "Route 1": "1",
    "Metro Line 1": "1",
    "Line-1": "1",
    # a token is letters or digits, so "line1" is two
    "line1": "1",
    "Line 1 (Red)": "1",
    "[Line 1]": "1",
    "Line １": "1",
    "1号线": "1",
    "地铁1号线": "1",
    "1号线（红线）": "1",
    "1线": "1",
    "机场线": "机场",
    "Red Line": "red",
    # no substring: these are other lines
    "Line 10": "10",
    "Line 11": "11",
    "Line 1 1": "1 1",
    "10号线": "10",
    "Line 1A": "1a",
    "Linea 1": "linea1",
    # never empty
    "Line": "line",
    "线": "线",
    "号线": "号线",
}


@pytest.mark.parametrize(("name", "key"), LINES.items())
def test_a_lines_name_folds_to_its_key(name: str, key: str) -> None:
    assert fold_line(name) == key


@pytest.mark.parametrize("name", [*STATIONS, *LINES])
def test_folding_a_key_changes_nothing(name: str) -> None:
    for fold in (fold_station, fold_line):
        for accents, remarks in product((False, True), repeat=2):
            key = fold(name, accents, remarks)
            assert fold(key, accents, remarks) == key


def test_the_stricter_forms_keep_what_the_looser_drop() -> None:
    assert fold_line("Line 1 (Réd)", remarks=True) == "1red"
    assert fold_line("Line 1 (Réd)", accents=True, remarks=True) == "1réd"
    assert fold_station("Pàrk Station (North)", remarks=True) == "parknorth"
    assert fold_station("Pàrk Station (North)", accents=True) == "pàrk"
    assert as_spelled("Pàrk Station (North)") == "pàrkstationnorth"
    assert as_spelled("Line 1 (Red)") == "line1red"
    assert as_spelled(" ? ") == "?"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Park", "PARK STATION"),
        ("Park Station", "Park Station (Transfer Station)"),
        ("São Bento", "Sa\u0303o Bento Station"),
        ("听潮", "听潮站"),
    ],
)
def test_spellings_of_one_station(name: str, other: str) -> None:
    assert identity(name) == identity(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("Láng", "Lăng"), ("Láng", "Lang"), ("दिल", "दाल"), ("서울", "서울역"), ("วัง", "วัว")],
)
def test_spellings_of_two_stations(name: str, other: str) -> None:
    assert identity(name) != identity(other)


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("Aspen Station (Transfer Station)", "Aspen Station"),
        ("Aspen Station(Transfer Station) ", "Aspen Station"),
        ("Aspen Station (Branch-starting Station)", "Aspen Station"),
        ("东山南站 （换乘站）", "东山南站"),
        ("东山南站（支线起始站）", "东山南站"),
        # another remark is a part of the name
        ("Park (North)", "Park (North)"),
    ],
)
def test_annotations_of_the_data_are_stripped(spelled: str, name: str) -> None:
    assert strip_annotations(spelled) == name


def test_normalising_keeps_other_signs() -> None:
    assert normalise("Sã'o [B]—12") == "sao [b]—12"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("A", True),
        ("7", True),
        ("听", True),
        ("", False),
        ("?", False),
        # an annotation alone names nothing
        (" (Transfer Station)", False),
        ("A" * LONGEST_NAME, True),
        ("A" * (LONGEST_NAME + 1), False),
        # short as it stands, and long in the form that is compared
        ("\ufdfa" * 12, False),
        ("\ufdfa" * 11, True),
    ],
)
def test_a_name_has_a_letter_or_digit_and_an_end(name: str, known: bool) -> None:
    assert is_name(name) is known


def test_a_form_that_grows_is_cut_off() -> None:
    for text in ("\ufdfa" * LONGEST_NAME, "ΐ" * LONGEST_NAME, "ß" * LONGEST_NAME):
        for accents in (False, True):
            assert len(normalise(text, accents)) <= LONGEST_NAME + 1


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("Line x", True), ("[Line x]", True), ("xx Station", True), ("X", True), ("Line 1", False)],
)
def test_the_prompts_placeholders_are_known(name: str, is_one: bool) -> None:
    assert is_placeholder(name) is is_one
