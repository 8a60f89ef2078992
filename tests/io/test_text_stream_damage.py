"""However a current file is damaged: the right samples, or one sentence; the study runs thousands of files."""

from collections import Counter

import numpy as np
from ingest_mutations import check_seed, nearest_float32, read_slowly


def test_damaged_file_is_read_as_the_slow_reader_reads_it_or_refused_in_a_sentence(tmp_path):
    outcomes = Counter(check_seed(seed, tmp_path) for seed in range(150))
    assert min(outcomes["ingested"], outcomes["refused"]) > 30


def test_slow_reader_agrees_with_a_file_worked_out_by_hand():
    content = b'"current_T,current_R"\r\n"1.5,"\r\n"-2,1e1"\r\n\r\n'
    expected = np.array([[np.nan, 10], [np.nan, np.nan], [1.5, -2]], dtype=np.float32)
    np.testing.assert_array_equal(read_slowly(content, ["current_T", "current_R"], quoted=True), expected)


def test_slow_reader_rounds_once_where_a_double_would_round_twice():
    """1 + 2^-24 lies halfway between two float32 and goes to the even one, 1; a trace above it goes up.

    The double nearest to the second text is the halfway point itself, so by way of a double both go to 1.
    """
    assert nearest_float32("1.000000059604644775390625") == 1
    assert np.float32(float("1.000000059604644775390625000001")) == 1
    assert float(nearest_float32("1.000000059604644775390625000001")) == 1 + 2**-23
