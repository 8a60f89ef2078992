"""However a recording file is damaged: it is read, or refused in one sentence; the study tries thousands of files."""

from collections import Counter

from recording_mutations import check_seed


def test_a_damaged_recording_of_any_kind_is_read_or_refused_in_a_sentence(tmp_path):
    outcomes = Counter(check_seed(seed, tmp_path) for seed in range(300))
    assert min(outcomes["read"], outcomes["refused"]) > 75
