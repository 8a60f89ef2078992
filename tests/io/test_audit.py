"""The audit file: every deed is one line, whatever stops the writer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest

from diagmod.io.audit import AUDIT_FILE, LONGEST_TEXT, append_lines, read_audit, write_audit


def test_a_deed_is_read_back_with_who_when_and_details(tmp_path, monkeypatch):
    monkeypatch.setenv("LOGNAME", "anna")
    write_audit(tmp_path, "promote", "anomaly@1.2.0", "done", reason="fewer false alarms", before="1.1.0")
    (entry,) = read_audit(tmp_path).entries
    assert (entry.who, entry.action, entry.subject, entry.result) == ("anna", "promote", "anomaly@1.2.0", "done")
    assert entry.details == {"reason": "fewer false alarms", "before": "1.1.0"}
    assert entry.at.endswith("Z")
    assert len(entry.at) == len("2026-01-31T12:00:00Z")


def test_whoever_has_no_name_is_a_viewer(tmp_path, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: {}["nobody"])
    write_audit(tmp_path, "upload", "a.csv", "done")
    assert read_audit(tmp_path).entries[0].who == "viewer"


def test_a_project_without_the_file_has_no_deeds(tmp_path):
    trail = read_audit(tmp_path)
    assert (trail.entries, trail.damaged, trail.in_words) == ([], [], "")


def test_line_breaks_and_quotes_of_a_subject_stay_inside_their_line(tmp_path):
    hostile = 'a"}\n{"at": "2026-01-01T00:00:00Z"}\u2028.csv'
    write_audit(tmp_path, "upload", hostile, "done")
    write_audit(tmp_path, "upload", "b.csv", "done")
    assert [entry.subject for entry in read_audit(tmp_path).entries] == [hostile, "b.csv"]
    assert (tmp_path / AUDIT_FILE).read_bytes().count(b"\n") == 2


def test_a_long_text_is_cut_with_an_ellipsis(tmp_path):
    write_audit(tmp_path, "upload", "x" * 2000, "done", reason="y" * 2000)
    (entry,) = read_audit(tmp_path).entries
    assert entry.subject == "x" * (LONGEST_TEXT - 1) + "…"
    assert len(entry.details["reason"]) == LONGEST_TEXT


@pytest.mark.parametrize("kept", [1, 20, -1])
def test_a_line_broken_by_a_kill_is_told_and_spoils_no_other(tmp_path, kept):
    for subject in ("first", "second"):
        write_audit(tmp_path, "upload", subject, "done")
    path = tmp_path / AUDIT_FILE
    first, second, _ = path.read_bytes().split(b"\n")
    path.write_bytes(first + b"\n" + second[:kept])
    assert read_audit(tmp_path).damaged == [2]
    write_audit(tmp_path, "upload", "third", "done")
    trail = read_audit(tmp_path)
    assert [entry.subject for entry in trail.entries] == ["first", "third"]
    assert trail.damaged == [2]
    assert trail.in_words == f"{AUDIT_FILE}: 1 line(s) cannot be read (line 2); the others are whole."


@pytest.mark.parametrize(
    "line",
    ["[]", "{}", "null", "\udcff", '{"at": 1}', '{"at": "x", "who": "", "action": "", "subject": "", "result": ""}'],
)
def test_a_line_that_is_no_deed_is_told(tmp_path, line):
    write_audit(tmp_path, "upload", "first", "done")
    with (tmp_path / AUDIT_FILE).open("ab") as stream:
        stream.write(line.encode(errors="surrogateescape") + b"\n")
    trail = read_audit(tmp_path)
    assert ([entry.subject for entry in trail.entries], trail.damaged) == (["first"], [2])


def test_half_a_line_is_cut_off_where_it_is_written_again(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b"whole\nhal")
    append_lines(path, ["new"], cut_half=True)
    assert path.read_bytes() == b"whole\nnew\n"


def _write_many(root, name):
    for k in range(25):
        write_audit(root, "upload", f"{name}-{k}", "done", filler="z" * 400)


def test_processes_that_write_at_once_lose_nothing(tmp_path):
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(partial(_write_many, tmp_path), "abcd"))
    trail = read_audit(tmp_path)
    assert sorted(e.subject for e in trail.entries) == sorted(f"{name}-{k}" for name in "abcd" for k in range(25))
    assert trail.damaged == []


def test_a_writer_that_is_killed_leaves_a_file_that_the_next_one_can_add_to(tmp_path):
    work = "import sys; from pathlib import Path; from diagmod.io.audit import write_audit\n"
    work += "k = 0\nwhile True: write_audit(Path(sys.argv[1]), 'upload', str(k), 'done'); k += 1"
    writer = subprocess.Popen([sys.executable, "-c", work, str(tmp_path)])
    path = tmp_path / AUDIT_FILE
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not (path.is_file() and path.stat().st_size > 2000):
        time.sleep(0.01)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    write_audit(tmp_path, "upload", "after", "done")
    trail = read_audit(tmp_path)
    subjects = [entry.subject for entry in trail.entries]
    assert subjects == [*map(str, range(len(subjects) - 1)), "after"]
    assert len(trail.damaged) <= 1


def test_the_file_is_lines_of_plain_json(tmp_path):
    write_audit(tmp_path, "upload", "файл.csv", "done")
    (line,) = (tmp_path / AUDIT_FILE).read_text(encoding="utf-8").splitlines()
    assert set(json.loads(line)) == {"at", "who", "action", "subject", "result", "details"}
    assert "файл.csv" in line
