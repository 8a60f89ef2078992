"""A file written by hand is held to bounds: nothing in it runs, nothing unfolds without end, everything is told."""

import os
import time

import pytest

from diagmod.io.dataset_files import DatasetError
from diagmod.io.site_files import (
    MAX_BYTES,
    MAX_TEXT,
    Entry,
    entries_of,
    is_plain_number,
    mistakes_of,
    read_site_yaml,
    shown,
    told_at_once,
)


def read(tmp_path, text):
    path = tmp_path / "site.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_site_yaml(path)


def bomb(levels, form, first):
    """Every level holds nine times the one before, through aliases."""
    inner = [form.format(", ".join([f"*a{level}"] * 9)) for level in range(levels - 1)]
    return "".join(f"a{level}: &a{level} {text}\n" for level, text in enumerate([first, *inner]))


def test_times_stay_the_text_that_was_written(tmp_path):
    content = read(tmp_path, "a: 2026-01-05T08:00:00\nb: 2026-01-05\nc: 2026-13-45T08:00:00Z\nd: 1:30\ne: 1e3\n")
    assert list(content.values()) == ["2026-01-05T08:00:00", "2026-01-05", "2026-13-45T08:00:00Z", "1:30", 1e3]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    assert read(tmp_path, "\ufeffa: насос\r\nb: 2\r\n") == {"a": "насос", "b": 2}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: !!python/object/apply:os.system ['touch pwned']\n", "site.yaml is not valid YAML .*python/object/apply"),
        ("a: !!python/name:os.system x\n", "site.yaml is not valid YAML .*python/name"),
        ("a: !something x\n", "site.yaml is not valid YAML .*!something"),
        ("a: *b\n", "site.yaml is not valid YAML .*undefined alias"),
        ("a: b\n---\nc: d\n", "site.yaml is not valid YAML .*single document"),
        ("a: 1\na: 2\n", "site.yaml is not valid YAML .*duplicate key"),
        ("? {a: b}\n: c\n", "site.yaml is not valid YAML"),
        ("a: [1\n", "site.yaml is not valid YAML"),
        ("a: \x00\n", "site.yaml is not valid YAML"),
        ("a: " + "9" * 5000 + "\n", "site.yaml is not valid YAML .*4300 digits"),
        (b"a: \xe4\n", "site.yaml is not valid YAML in UTF-8 .*; save it as UTF-8"),
        ("a: b\n".encode("utf-16"), "site.yaml is not valid YAML in UTF-8"),
        ("- a\n", "site.yaml must be a mapping of names to values, got list"),
        ("", "site.yaml must be a mapping of names to values, got NoneType"),
        ("a: " + "[" * 3000 + "]" * 3000 + "\n", "site.yaml is nested too deeply"),
        (bomb(20, "[{}]", "[1, 2]"), r"site.yaml unfolds to more than 500000 values through its aliases \(\*\)"),
        (bomb(20, "{{<<: [{}]}}", "{x: 1}"), "site.yaml unfolds to more than 500000 values"),
        ("a: &a [*a]\n", "site.yaml unfolds to more than 500000 values"),
        ("a: &a {b: *a}\n", "site.yaml unfolds to more than 500000 values"),
        (b"a: " + b"x" * MAX_BYTES, "site.yaml has 4.0 MB, at most 4 MB are read; divide it"),
    ],
    ids=lambda text: str(text)[:24],
)
def test_hostile_and_damaged_files_are_refused_in_a_sentence_and_soon(tmp_path, text, sentence):
    begin = time.monotonic()
    with pytest.raises(DatasetError, match=sentence) as told:
        read(tmp_path, text)
    assert len(str(told.value)) < 500
    assert time.monotonic() - begin < 20
    assert not (tmp_path / "pwned").exists()


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"site.yaml is missing in .*; restore it"):
        read_site_yaml(tmp_path / "site.yaml")
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    for name in ("folder.yaml", "pipe.yaml"):
        with pytest.raises(DatasetError, match=rf"{name} in .* is no file; put a YAML file there"):
            read_site_yaml(tmp_path / name)


def test_modest_aliases_are_read(tmp_path):
    assert read(tmp_path, bomb(3, "[{}]", "1"))["a2"] == [[1] * 9] * 9


def test_entries_are_a_list_of_mappings_or_nothing():
    assert entries_of({"events": None}, "events", "f.yaml", "events") == []
    assert entries_of({"events": [{"a": 1}]}, "events", "f.yaml", "events") == [{"a": 1}]
    for content in ({"events": 3}, {"events": "ab"}, {"events": {"a": 1}}, {"events": [None]}, {"events": [[1]]}):
        with pytest.raises(DatasetError, match=r"f.yaml must hold a list `events` of events, got "):
            entries_of(content, "events", "f.yaml", "events")
    with pytest.raises(DatasetError, match=r"f.yaml must hold a list `events` of events, it has \['list'\]"):
        entries_of({"list": []}, "events", "f.yaml", "events")


CONTRACT = (
    Entry("name", required=True, hint="say what it is"),
    Entry("hours", "number"),
    Entry("kind", allowed=("planned", "repair")),
    Entry("words", "texts"),
    Entry("parts", "entries"),
)


def test_a_right_entry_has_no_mistake_and_empty_values_are_not_given():
    assert mistakes_of({"name": "a"}, CONTRACT) == []
    assert mistakes_of({"name": "a", "hours": None, "kind": "", "words": []}, CONTRACT) == []
    assert mistakes_of({"name": "a", "hours": 0, "kind": "repair", "words": ["b"], "parts": [{}]}, CONTRACT) == []


def test_every_mistake_of_an_entry_is_told():
    entry = {"hours": "2", "kind": "party", "words": [1], "parts": [3], "colour": "red", 5: 1}
    assert mistakes_of(entry, CONTRACT) == [
        "unknown key 'colour'; allowed are name, hours, kind, words, parts",
        "unknown key 5; allowed are name, hours, kind, words, parts",
        "name is missing; say what it is",
        "hours must be a number, got '2'",
        "kind must be one of planned, repair, got 'party'",
        "each of words must be text (put it in quotes), got 1",
        "parts must be a list of entries, got 3 in it",
    ]


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), 10**400, -1e13, "1", None, [1]])
def test_only_finite_numbers_of_a_sensible_size_are_numbers(value):
    assert not is_plain_number(value)
    assert is_plain_number(-1e12) and is_plain_number(0)


def test_a_long_or_blank_text_is_told():
    assert mistakes_of({"name": "x" * (MAX_TEXT + 1)}, CONTRACT) == ["name has 4001 characters, at most 4000 are kept"]
    assert mistakes_of({"name": "  "}, CONTRACT) == ["name must not be blank; leave it out or write something"]
    assert mistakes_of({"name": ["a"]}, CONTRACT) == ["name must be text (put it in quotes), got ['a']"]


@pytest.mark.parametrize(
    "value",
    ["x" * 10**6, list(range(10**5)), {"a": ["b" * 500] * 9}, 16**9999, 1e300],
    ids=["long", "list", "map", "digits", "big"],
)
def test_a_value_is_shown_in_a_line(value):
    assert 0 < len(shown(value)) <= 200


def test_one_mistake_reads_as_a_sentence_and_several_are_numbered():
    assert told_at_once("f.yaml", ["a"]) == "f.yaml: a"
    assert told_at_once("f.yaml", ["a", "b"]) == "f.yaml has 2 mistakes: (1) a; (2) b"
    assert told_at_once("f.yaml", ["a"] * 23).endswith("(20) a; and 3 more")
