"""One spelling of names: what folds alike, what stays apart."""

from __future__ import annotations

import pytest

from reward_server.core.transit.names import (
    LONGEST_NAME,
    distinguishing_marks,
    fold_line,
    fold_line_with_remarks,
    fold_station,
    fold_station_with_remarks,
    is_name,
    is_placeholder,
    may_be_misspelt,
    normalise,
    plain,
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
    for fold in (fold_station, fold_line, fold_station_with_remarks, fold_line_with_remarks):
        assert fold(fold(name)) == fold(name)


def test_the_stricter_folds_keep_what_the_looser_drop() -> None:
    assert fold_line_with_remarks("Line 1 (Red)") == "1red"
    assert fold_station_with_remarks("Park Station (North)") == "parknorth"
    assert plain("Park Station (North)") == "parkstationnorth"
    assert plain("Line 1 (Red)") == "line1red"
    assert plain(" ? ") == "?"


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
    ],
)
def test_a_name_has_a_letter_or_digit_and_an_end(name: str, known: bool) -> None:
    assert is_name(name) is known


@pytest.mark.parametrize(
    ("key", "may"),
    [("elms", True), ("elm", False), ("听潮墨砚", False), ("서울역앞", False), ("ленин", True)],
)
def test_only_longer_names_in_letters_have_slips(key: str, may: bool) -> None:
    assert may_be_misspelt(key) is may


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Silverbrook North", "Silverbrook South"),
        ("Silverbrook North", "Silverbrook"),
        ("Northgate", "Southgate"),
        ("Eastfield", "Westfield"),
        ("Upper Mill", "Lower Mill"),
        ("N Mill Road", "S Mill Road"),
        ("Hafen Nord", "Hafen Ost"),
        ("Old Quarry 12", "Old Quarry 13"),
        ("Old Quarry 12", "Old Quarry 1"),
        ("Old Quarry 12", "Old Quarry"),
        ("Pier 1 2", "Pier 12"),
    ],
)
def test_a_digit_or_a_direction_word_makes_another_place(name: str, other: str) -> None:
    assert distinguishing_marks(name) != distinguishing_marks(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Hawthorn Meadows", "Hawthron Meadow"),
        ("Silverbrook North", "SILVERBROOK-NORTH"),
        ("Old Quarry 12", "Old Quary １２"),
    ],
)
def test_a_slip_keeps_digits_and_direction_words(name: str, other: str) -> None:
    assert distinguishing_marks(name) == distinguishing_marks(other)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("Line x", True), ("[Line x]", True), ("xx Station", True), ("X", True), ("Line 1", False)],
)
def test_the_prompts_placeholders_are_known(name: str, is_one: bool) -> None:
    assert is_placeholder(name) is is_one
