"""The operating system gets another chance, an item's own error does not."""

import os

import pytest

from diagmod.io import work_attempts
from diagmod.io.work_attempts import ONE_THREAD, one_thread_for_children, patiently


class Drive:
    """Fails some times, then gives double the item; counts and times the attempts."""

    def __init__(self, errors):
        self.errors, self.calls = list(errors), 0

    def __call__(self, item):
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return 2 * item


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """Pauses that were made, in seconds."""
    made = []
    monkeypatch.setattr(work_attempts.time, "sleep", made.append)
    return made


def test_two_hiccups_cost_two_pauses_of_which_the_second_is_longer(pauses):
    drive = Drive([OSError(5, "Input/output error"), TimeoutError()])
    assert patiently(drive, 4, 2) == 8
    assert pauses == [0.2, 0.4]


def test_third_hiccup_is_the_error():
    drive = Drive([OSError(5, f"error {k}") for k in range(1, 4)])
    with pytest.raises(OSError, match="error 3"):
        patiently(drive, 4, 2)
    assert drive.calls == 3


def test_other_errors_pass_at_once(pauses):
    drive = Drive([ValueError("no"), ValueError("no")])
    with pytest.raises(ValueError, match="no"):
        patiently(drive, 4, 2)
    assert (drive.calls, pauses) == (1, [])


def test_environment_is_as_it_was_after_children_were_started(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "6")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with pytest.raises(KeyError), one_thread_for_children():
        assert {name: os.environ[name] for name in ONE_THREAD} == ONE_THREAD
        raise KeyError
    assert os.environ["OMP_NUM_THREADS"] == "6"
    assert "MKL_NUM_THREADS" not in os.environ
