"""Names and units stand above the columns they belong to, or the text is refused: a shifted name swaps two phases."""

from __future__ import annotations

import pytest

from diagmod.io.column_tables import Table
from diagmod.io.number_tables import read_text_table
from diagmod.io.refusals import UnreadableRecording

#: Rows of time, R and S; those with a comma at their end have an empty fourth column.
ROWS = [(f"0.00{k}", f"{k}.5", f"{k}.25") for k in range(8)]
TIMES, R, S = ([float(row[k]) for row in ROWS] for k in range(3))


def read(heading: str, mark: str, end: str = "") -> Table:
    rows = "".join(mark.join(row) + end + "\n" for row in ROWS)
    return read_text_table((heading + "\n" + rows).encode(), "x.csv")


def found(table: Table) -> dict[str, tuple[str, list[float]]]:
    """Unit and samples by name, of the named columns."""
    return {c.name: (c.unit, c.values.tolist()) for c in table.columns if c.name}


@pytest.mark.parametrize("heading", ["time, s,I_R,I_S", "time, s,I_R,I_S,", "t, ms,I_R,I_S"])
def test_a_comma_inside_a_name_that_moves_the_phases_is_refused(heading):
    """The rows end with a comma, so that four cells above four columns would name the samples of S "I_R"."""
    unit = heading.split(",")[1].strip()
    with pytest.raises(
        UnreadableRecording,
        match=rf"^line 1 of x\.csv may name its columns in two ways, for '{unit}' is a column or the unit of the name "
        "before it; put quotes around names with a comma$",
    ):
        read(heading, ",", end=",")


@pytest.mark.parametrize(
    ("heading", "end", "time"),
    [
        ('"time, s",I_R,I_S', ",", "time, s"),
        ("time,I_R,I_S", ",", "time"),
        ("time,I_R,I_S,", ",", "time"),
        ("time (s),I_R,I_S,", ",", "time (s)"),
        ("time,I_R,I_S", "", "time"),
    ],
)
def test_a_comma_behind_every_row_moves_no_name(heading, end, time):
    assert found(read(heading, ",", end)) == {time: ("", TIMES), "I_R": ("", R), "I_S": ("", S)}


@pytest.mark.parametrize("names", ["R,S,T", "a,b,c", "U,V,W"])
def test_single_letters_that_name_three_phases_are_no_units(names):
    """S, A and V are units too."""
    first, second, third = names.split(",")
    assert found(read(names, ",", end=",")) == {first: ("", TIMES), second: ("", R), third: ("", S)}


@pytest.mark.parametrize("mark", [" ", ";", ",", "\t"])
@pytest.mark.parametrize("units", ["s mA", "(s) (mA)"])
def test_units_of_fewer_columns_than_there_are_are_refused(mark, units):
    """Left out, they would make ampere of milliampere."""
    with pytest.raises(
        UnreadableRecording,
        match=r"^line 2 of x\.csv gives 2 units for 3 columns, so it is not known whose they are; put - for a column "
        "without a unit$",
    ):
        read("t I_R I_S\n".replace(" ", mark) + units.replace(" ", mark), mark)


@pytest.mark.parametrize("mark", [" ", ";", ",", "\t"])
@pytest.mark.parametrize("units", ["s mA mA", "- mA mA", "[s] [mA] [mA]"])
def test_a_unit_for_every_column_is_taken(mark, units):
    time = units.split()[0].strip("[]")
    table = read("t I_R I_S\n".replace(" ", mark) + units.replace(" ", mark), mark)
    assert found(table) == {"t": (time, TIMES), "I_R": ("mA", R), "I_S": ("mA", S)}


def test_a_line_of_words_between_names_and_rows_is_left_out_and_noted():
    table = read("t I_R I_S\nby hand", " ")
    assert found(table) == {"t": ("", TIMES), "I_R": ("", R), "I_S": ("", S)}
    assert table.notes == ("1 line(s) above the table were left out, the first 'by hand'",)


@pytest.mark.parametrize("heading", ["t;I_R\nmA\n", "t I_R\nmA\n"])
def test_single_unit_above_several_columns_is_refused(heading):
    mark = ";" if ";" in heading else " "
    rows = "".join(f"0.0{k}{mark}{1.5 + k}\n" for k in range(30))
    with pytest.raises(UnreadableRecording, match="gives 1 units for 2 columns, so it is not known whose they are"):
        read_text_table((heading + rows).encode(), "x.csv")


def test_first_row_whose_note_goes_on_in_the_next_line_is_refused_and_not_lost():
    rows = "".join(f'0.0{k},{1.5 + k},"n"\n' for k in range(1, 30))
    with pytest.raises(UnreadableRecording, match=r"line 2 of x\.csv opens a quote and does not close it"):
        read_text_table(('t,I_R,note\n0.00,1.5,"x\ny"\n' + rows).encode(), "x.csv")
    titled = 'pump 5" inch\nt,I_R,note\n0.00,1.5,"x"\n' + rows
    assert len(read_text_table(titled.encode(), "x.csv").columns[1].values) == 30
