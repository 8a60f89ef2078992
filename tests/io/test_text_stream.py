"""A text is streamed as its plan says, or refused in a sentence that says where and what to do."""

import hashlib
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from diagmod.io import text_blocks, waveforms
from diagmod.io.declarations import Declared
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.text_plan import TextPlan
from diagmod.io.text_stream import stream_text
from diagmod.io.waveforms import read_waveform

HEADER = "current_R,current_S,current_T\n"
GOOD = HEADER + "1.5,-2.25,0.1\n2.5,-3.25,0.2\n"

#: Plan of the good file in another dialect.
THREE = {"n_columns": 3, "phases": {"R": 0, "S": 1, "T": 2}, "labels": {}}

#: Blocks of some lines, so that even short files have borders inside.
SMALL = 37


def ingest(tmp_path, content, fs=None, **options):
    source = tmp_path / "a.csv"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    block = {"block_bytes": options.pop("block_bytes")} if "block_bytes" in options else {}
    plan = replace(plan_of(source.read_bytes()), **options)
    return stream_text(source, tmp_path / "a.parquet", plan, Declared(fs=fs), **block)


def plan_of(content):
    """What the heading of a plain or quoted file says, worked out by the simplest means."""
    line = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")[0].strip().decode(errors="replace")
    names = line.strip('"').split(",")
    phases = {phase: names.index(f"current_{phase}") for phase in "RST" if f"current_{phase}" in names}
    labels = {phase: names[k] for phase, k in phases.items()}
    return TextPlan(n_columns=len(names), skip_lines=1, is_quoted=line.startswith('"'), phases=phases, labels=labels)


def samples(tmp_path, content, **options):
    ingest(tmp_path, content, **options)
    return read_waveform(tmp_path / "a.parquet")


def refuse(tmp_path, content, sentence, **options):
    """The file is refused with this sentence, and nothing is left beside it."""
    with pytest.raises(UnreadableRecording, match=sentence) as caught:
        ingest(tmp_path, content, **options)
    assert "\n" not in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def quoted(content):
    return "".join(f'"{line}"\n' for line in content.splitlines())


def noise(n, seed=0):
    return np.random.default_rng(seed).normal(0, 30, (3, n)).round(4)


def as_csv(currents):
    lines = (",".join("" if np.isnan(x) else repr(float(x)) for x in row) for row in currents.T)
    return HEADER + "\n".join(lines) + "\n"


def test_cells_are_read_to_the_nearest_float32(tmp_path):
    expected = np.array([[1.5, 2.5], [-2.25, -3.25], [0.1, 0.2]], dtype=np.float32)
    np.testing.assert_array_equal(samples(tmp_path, GOOD), expected)


def test_quoted_single_column_dialect_gives_the_same_samples_as_the_plain_one(tmp_path):
    plain = samples(tmp_path, GOOD)
    np.testing.assert_array_equal(samples(tmp_path, quoted(GOOD)), plain)


@pytest.mark.parametrize("content", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD.rstrip("\n"), GOOD + "\n\r\n\n"])
def test_line_ends_byte_order_mark_and_empty_last_lines_change_no_sample(tmp_path, content):
    np.testing.assert_array_equal(samples(tmp_path, content), samples(tmp_path, GOOD))


@pytest.mark.parametrize(
    "content", [quoted(GOOD).replace("\n", "\r\n"), "\ufeff" + quoted(GOOD), quoted(GOOD) + "\n\n"]
)
def test_quoted_dialect_allows_the_same_line_ends(tmp_path, content):
    np.testing.assert_array_equal(samples(tmp_path, content), samples(tmp_path, GOOD))


def test_waveform_lasts_as_float32_of_three_phases(tmp_path):
    ingest(tmp_path, GOOD)
    schema = pq.read_schema(tmp_path / "a.parquet")
    assert [(f.name, str(f.type)) for f in schema] == [(f"current_{p}", "float") for p in "RST"]


def test_empty_cell_is_a_missing_sample(tmp_path):
    rows = samples(tmp_path, HEADER + "1,,3\n,NaN,NULL\n4,5,6\n")
    np.testing.assert_array_equal(rows, [[1, np.nan, 4], [np.nan, np.nan, 5], [3, np.nan, 6]])


def test_absent_phases_are_nan_and_named_in_no_phase(tmp_path):
    ingested = ingest(tmp_path, "current_S\n7\n8\n")
    assert (ingested.phases, list(ingested.tallies)) == ("S", ["S"])
    np.testing.assert_array_equal(read_waveform(tmp_path / "a.parquet"), [[np.nan] * 2, [7, 8], [np.nan] * 2])


def test_columns_may_stand_in_any_order(tmp_path):
    rows = samples(tmp_path, "current_T,current_R,current_S\n3,1,2\n6,4,5\n")
    np.testing.assert_array_equal(rows, [[1, 4], [2, 5], [3, 6]])


def test_columns_that_are_no_phase_are_skipped_whatever_they_hold(tmp_path):
    plan = {"n_columns": 3, "skip_lines": 0, "phases": {"R": 2, "T": 1}}
    rows = samples(tmp_path, "0.001,3,1\nlater,4,2\n", **plan)
    np.testing.assert_array_equal(rows, [[1, 2], [np.nan, np.nan], [3, 4]])


def test_decimal_commas_between_semicolons_are_read_as_points_between_commas(tmp_path):
    expected = samples(tmp_path, GOOD)
    other = samples(tmp_path, GOOD.replace(",", ";").replace(".", ","), delimiter=";", decimal=",", **THREE)
    np.testing.assert_array_equal(other, expected)


@pytest.mark.parametrize("gap", [" ", "   ", "\t", " \t "])
def test_runs_of_blanks_are_one_separator(tmp_path, gap):
    text = "".join(f" {gap.join(line.split(','))} \n" for line in GOOD.splitlines())
    np.testing.assert_array_equal(samples(tmp_path, text, delimiter=" ", **THREE), samples(tmp_path, GOOD))


def test_samples_in_another_unit_become_ampere_before_they_are_rounded_to_float32(tmp_path):
    rows = samples(tmp_path, GOOD, factor=0.001)
    np.testing.assert_array_equal(rows, (np.array([[1.5, 2.5], [-2.25, -3.25], [0.1, 0.2]]) * 0.001).astype(np.float32))


def test_cells_in_quotes_are_read_and_an_open_quote_is_refused(tmp_path):
    good = HEADER + '"1.5","-2.25","0.1"\n"2.5","-3.25","0.2"\n'
    np.testing.assert_array_equal(samples(tmp_path, good, has_quotes=True), samples(tmp_path, GOOD))
    (tmp_path / "a.parquet").unlink()
    refuse(tmp_path, good + '1,2,"3\n4,5,6\n', "line|quote", has_quotes=True)


def timed(n, step=0.001, wrong=()):
    rows = [f"{k * step + dict(wrong).get(k, 0.0):.6f},{k % 7},{k % 5},{k % 3}" for k in range(n)]
    return "t,current_R,current_S,current_T\n" + "\n".join(rows) + "\n"


def test_rate_comes_from_the_time_column_whatever_the_blocks(tmp_path):
    """1 ms apart: 1 kHz."""
    for block_bytes in (50_000, 1 << 20):
        rates = ingest(tmp_path, timed(5000), time=0, block_bytes=block_bytes).rates
        assert rates.fs == pytest.approx(1000.0, rel=1e-9)
        assert (rates.n_gaps, rates.n_back, rates.jitter_s) == (0, 0, 0.0)


def test_gap_in_the_time_column_is_counted_and_leaves_the_rate_alone(tmp_path):
    """From sample 3000 on every stamp is half a second late: one gap of 0.5 s, steps of 1 ms otherwise."""
    late = dict.fromkeys(range(3000, 5000), 0.5)
    rates = ingest(tmp_path, timed(5000, wrong=late.items()), time=0, block_bytes=50_000).rates
    assert rates.fs == pytest.approx(1000.0, rel=1e-9)
    assert (rates.n_gaps, rates.gap_s) == (1, pytest.approx(0.5))


def test_declared_rate_goes_before_the_time_column_and_both_are_kept(tmp_path):
    rates = ingest(tmp_path, timed(5000), time=0, fs=2000.0).rates
    assert (rates.fs, rates.of_stamps) == (2000.0, pytest.approx(1000.0))


def test_time_column_that_does_not_rise_or_has_a_hole_is_refused(tmp_path):
    refuse(tmp_path, timed(50, step=0.0), "must be one that rises from the first to the last", time=0)
    refuse(tmp_path, timed(50).replace("0.004000,", ","), "one that has a time in every row", time=0)


def test_column_that_is_empty_at_first_must_stay_empty(tmp_path):
    content = "current_R,note\n" + "1,\n2,\n" * 20
    np.testing.assert_array_equal(samples(tmp_path, content, empty=(1,))[0], [1, 2] * 20)
    (tmp_path / "a.parquet").unlink()
    refuse(tmp_path, content + "3,late\n", "column 2 of a.csv is empty at first and holds something", empty=(1,))


def test_empty_line_of_a_single_column_is_a_missing_sample_even_at_the_end(tmp_path):
    np.testing.assert_array_equal(samples(tmp_path, "current_R\n1\n\n3\n\n")[0], [1, np.nan, 3, np.nan])


@pytest.mark.parametrize("block_bytes", [4, SMALL, 1000, 1 << 20])
@pytest.mark.parametrize("dialect", [str, quoted])
def test_blocks_change_nothing(tmp_path, block_bytes, dialect):
    content = dialect(as_csv(noise(200)))
    whole = ingest(tmp_path, content)
    waveform = (tmp_path / "a.parquet").read_bytes()
    other = ingest(tmp_path, content, block_bytes=block_bytes)
    assert (tmp_path / "a.parquet").read_bytes() == waveform
    assert (other.sha256, other.n_samples, other.n_bytes) == (whole.sha256, 200, len(content))
    for phase in "RST":
        a, b = whole.tallies[phase], other.tallies[phase]
        assert (a.minimum, a.maximum, a.first_gap) == (b.minimum, b.maximum, b.first_gap)
        assert (a.mean, a.rms) == pytest.approx((b.mean, b.rms), rel=1e-6)


def test_row_groups_are_full_whatever_the_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(waveforms, "ROW_GROUP", 64)
    for block_bytes in (SMALL, 1 << 20):
        ingest(tmp_path, as_csv(noise(200)), block_bytes=block_bytes)
        about = pq.ParquetFile(tmp_path / "a.parquet").metadata
        assert [about.row_group(k).num_rows for k in range(about.num_row_groups)] == [64, 64, 64, 8]
        np.testing.assert_array_equal(read_waveform(tmp_path / "a.parquet"), noise(200).astype(np.float32))


def test_tallies_are_numpys_on_the_array_read_back(tmp_path):
    currents = noise(3000)
    currents[0, 100:140] = np.nan
    currents[1, 7] = currents[1, 8] = currents[1].max()
    ingested = ingest(tmp_path, as_csv(currents), block_bytes=1000)
    for phase, row in zip("RST", read_waveform(tmp_path / "a.parquet"), strict=True):
        tally, good = ingested.tallies[phase], row[np.isfinite(row)].astype(np.float64)
        assert (tally.n_samples, tally.n_missing, tally.n_infinite) == (3000, np.isnan(row).sum(), 0)
        assert (tally.minimum, tally.maximum) == (good.min(), good.max())
        assert tally.first_gap == (100 if phase == "R" else None)
        assert tally.mean == pytest.approx(good.mean(), abs=1e-4)
        assert tally.rms == pytest.approx(np.sqrt((good**2).mean()), rel=1e-5)


@pytest.mark.parametrize("content", [GOOD, quoted(GOOD), "\ufeff" + GOOD + "\n\n", as_csv(noise(500))])
def test_hash_is_that_of_every_byte_of_the_file(tmp_path, content):
    ingested = ingest(tmp_path, content, block_bytes=SMALL)
    assert (ingested.sha256, ingested.n_bytes) == (hashlib.sha256(content.encode()).hexdigest(), len(content.encode()))


def test_infinities_and_numbers_beyond_float32_are_infinite_and_counted(tmp_path):
    ingested = ingest(tmp_path, "current_R\ninf\n-Infinity\n1e39\n-1e400\n3e11\n1e-60\n")
    np.testing.assert_array_equal(
        read_waveform(tmp_path / "a.parquet")[0], np.array([np.inf, -np.inf, np.inf, -np.inf, 3e11, 0], np.float32)
    )
    assert (ingested.tallies["R"].n_infinite, ingested.tallies["R"].first_gap) == (4, 0)


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan", "NA", "null"])
def test_text_for_not_a_number_is_a_missing_sample(tmp_path, text):
    assert np.isnan(samples(tmp_path, f"current_R\n1\n{text}\n")[0, 1])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (HEADER, "a.csv holds 0 samples, at least 2 are needed; record some seconds"),
        (HEADER.rstrip("\n"), "a.csv holds 0 samples"),
        (HEADER + "\r\n\n", "a.csv holds 0 samples"),
        (HEADER + "1,2,3\n", "a.csv holds 1 samples"),
        (HEADER + ",,\nnan,NaN,NA\n", "column 1 current_R of a.csv holds no finite sample; check the sensor"),
        (HEADER + "1,2,\n1,2,\n", "column 3 current_T of a.csv holds no finite sample; check the sensor"),
        (GOOD + "4,2e12,6\n", r"column 2 current_S of a.csv reaches 2e\+12, allowed is 1e\+12; it holds no currents"),
        (GOOD + "4,five,6\n", "line 4 of a.csv holds 'five' where a number is expected; correct or empty the cell"),
        (GOOD + "4, ,6\n", "line 4 of a.csv holds '' where a number"),
        (GOOD + "4,0x1F,6\n", "line 4 of a.csv holds '0x1F' where"),
        (GOOD + "4,1_000,6\n", "line 4 of a.csv holds '1_000' where"),
        (GOOD + "4,5\n7,8,9\n", "line 4 of a.csv has 2 cells, expected 3: '4,5'$"),
        (GOOD + "4,5,6,7\n7,8,9\n", "line 4 of a.csv has 4 cells, expected 3"),
        (GOOD + "4,", "line 4 of a.csv has 2 cells, expected 3: '4,'; the file looks truncated there"),
        (GOOD + "\n4,5,6\n", "line 4 of a.csv is empty; the file is damaged there"),
        (GOOD + "4,5,6\r7,8,9\n", "line 4 of a.csv has a carriage return inside; lines must end in LF or CRLF"),
        (GOOD + "\ufeff4,5,6\n", "line 4 of a.csv .*"),
        (GOOD + "7,8,9\n" * 9 + '"4,5,6"\n', "line 13 of a.csv holds '\"4' where a number"),
        (GOOD.encode() + b"4,5,\x006\n", "line 4 of a.csv holds binary zeros"),
        (GOOD.encode() + b"4,\xff\xfe\xfd,6\n", "line 4 of a.csv holds .* where a number is expected"),
    ],
)
def test_bad_file_is_refused_with_its_place_and_leaves_nothing(tmp_path, content, sentence):
    refuse(tmp_path, content, sentence)


@pytest.mark.parametrize("block_bytes", [SMALL, 200, 1 << 20])
@pytest.mark.parametrize("dialect", [str, quoted])
def test_bad_line_in_the_middle_is_named_whatever_the_blocks(tmp_path, block_bytes, dialect):
    lines = as_csv(noise(100)).splitlines()
    lines[60] = "1,2"
    refuse(tmp_path, dialect("\n".join(lines)), "^line 61 of a.csv has 2 cells, expected 3", block_bytes=block_bytes)


def test_binary_zero_behind_the_first_bytes_is_refused_with_its_line(tmp_path):
    content = as_csv(noise(4000)) + "1,\0,3\n"
    refuse(tmp_path, content, "line 4002 of a.csv holds binary zeros; this is no text file")


@pytest.mark.parametrize(
    ("line", "damage"),
    [
        ('"4,5,6', "unclosed"),
        ("4,5,6", "no quotes"),
        ('"4",5,"6"', "quotes around cells"),
        ('4"5,6,7"8', "quotes inside, two of them"),
        ("", "no quotes at all"),
        ('"4,5,6""7,8,9"', "two lines run together"),
    ],
)
@pytest.mark.parametrize("block_bytes", [SMALL, 1 << 20])
def test_line_of_the_quoted_dialect_has_exactly_its_two_quotes(tmp_path, line, damage, block_bytes):
    content = quoted(GOOD) + quoted("7,8,9\n") * 20 + line + "\n" + quoted("7,8,9\n")
    refuse(tmp_path, content, "line 24 of a.csv (is not one quoted column|is empty)", block_bytes=block_bytes)


def test_quotes_that_are_right_in_number_only_are_refused(tmp_path):
    """One line without quotes and one with four: as many quotes as two whole lines have."""
    refuse(tmp_path, quoted(GOOD) + '4,5,6\n"7","8",9\n', "line 4 of a.csv is not one quoted column.*'4,5,6'")


def test_truncated_last_line_of_the_quoted_dialect_is_refused(tmp_path):
    refuse(tmp_path, quoted(GOOD) + '"4,5,', "line 4 of a.csv is not one quoted column.*looks truncated")


def test_file_without_line_ends_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(text_blocks, "LINE_BYTES", 1 << 20)
    content = GOOD.encode() + b"1" * (3 << 20)
    refuse(tmp_path, content, "a.csv holds no sample for 1 MiB near line 4; it is damaged", block_bytes=1 << 16)


def test_line_of_a_million_digits_is_refused_at_once(tmp_path):
    refuse(
        tmp_path, GOOD + "1" * 900_000 + "x,2,3\n", r"^line 4 of a.csv holds '1{60}\.\.\.' where a number is expected"
    )


def test_refused_file_keeps_the_waveform_of_an_earlier_run(tmp_path):
    before = samples(tmp_path, GOOD)
    with pytest.raises(UnreadableRecording):
        ingest(tmp_path, GOOD + "x,y,z\n")
    np.testing.assert_array_equal(read_waveform(tmp_path / "a.parquet"), before)


@pytest.mark.parametrize(("n_lost", "n_gaps", "rate"), [(40, 1, 4998 / 5.038), (60, 0, 4999 / 6.058)])
def test_a_recorder_that_loses_a_sample_now_and_then_still_shows_its_gaps(tmp_path, n_lost, n_gaps, rate):
    """4998 steps of 1 ms, some of them 2 ms since a sample was lost, and a pause of 1 s: up to 1 % is now and then."""
    lost = set(range(100, 100 + 50 * n_lost, 50))
    late = {k: 1e-3 * sum(at <= k for at in lost) + (0.999 if k > 4500 else 0.0) for k in range(5000)}
    rates = ingest(tmp_path, timed(5000, wrong=late.items()), time=0, block_bytes=50_000).rates
    assert rates.n_gaps == n_gaps
    assert rates.fs == pytest.approx(rate, rel=1e-6)
