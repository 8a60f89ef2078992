"""What people changed or tried to change through the pages and commands: who, what, when, and how it ended.

``data/audit.jsonl`` holds one line of JSON a deed and is only ever added to, each line at once, under a lock and
brought onto the disk. A line that a killed process left half written is closed by the next writer, so that it spoils no
other, and reading tells of it. The model store keeps its own list of changes beside the models
(:mod:`diagmod.io.model_audit`), without persons and repeated from its registry; both are written by
:func:`append_lines`.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

#: "1" where the pages may change things: `diagmod serve --allow-changes` sets it.
CHANGES_VARIABLE = "DIAGMOD_ALLOW_CHANGES"

#: One line of JSON a deed, oldest first; relative to the project.
AUDIT_FILE = "data/audit.jsonl"

#: Most characters of one text of an entry; what is longer is cut, with an ellipsis.
LONGEST_TEXT = 500

#: Who acted where the operating system does not tell.
NOBODY = "viewer"


@dataclass(frozen=True)
class AuditEntry:
    """One deed.

    Attributes
    ----------
    at : str
        UTC, to the second, as 2026-01-31T12:00:00Z.
    who : str
        User of the operating system whose process acted; "viewer" where it does not tell.
    action, subject, result : str
        As "promote", "anomaly@1.2.0", "done".
    details : dict of str
    """

    at: str
    who: str
    action: str
    subject: str
    result: str
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditTrail:
    """Entries, oldest first, and the numbers (from 1) of lines that cannot be read."""

    entries: list[AuditEntry]
    damaged: list[int]

    @property
    def in_words(self) -> str:
        """What is wrong with the file; empty where nothing is."""
        if not self.damaged:
            return ""
        shown = ", ".join(map(str, self.damaged[:5])) + (" and others" if len(self.damaged) > 5 else "")
        return f"{AUDIT_FILE}: {len(self.damaged)} line(s) cannot be read (line {shown}); the others are whole."


def changes_are_allowed() -> bool:
    """Whether this process may change things for a viewer; asked again right before every change."""
    return os.environ.get(CHANGES_VARIABLE) == "1"


def write_audit(root: Path, action: str, subject: str, result: str, **details: str) -> None:
    """Add one deed to the audit file of a project.

    Parameters
    ----------
    root : Path
        The project.
    action, subject, result : str
        What was done to what, and how it ended: "done", or why not.
    **details : str
        More of it, as ``reason="fewer false alarms"``.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    entry = {"at": now(), "who": whoever(), "action": action, "subject": subject, "result": result}
    told = {name: _short(text) for name, text in entry.items()}
    line = json.dumps({**told, "details": {name: _short(text) for name, text in details.items()}}, ensure_ascii=False)
    append_lines(root / AUDIT_FILE, [line])


def read_audit(root: Path) -> AuditTrail:
    """The deeds of a project; none where nothing was written yet.

    Raises
    ------
    OSError
        The file is there but cannot be read.
    """
    path = root / AUDIT_FILE
    content = path.read_bytes() if path.is_file() else b""
    entries, damaged = [], []
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        entry = _parsed(line)
        if entry is None:
            damaged.append(number)
        else:
            entries.append(entry)
    return AuditTrail(entries, damaged)


def append_lines(path: Path, lines: Sequence[str], *, cut_half: bool = False) -> None:
    """Add lines to the end of a file and bring them onto the disk, alone among all processes that do so.

    Parameters
    ----------
    path : Path
        Made where it is not there, with its folder.
    lines : sequence of str
        Without their ends.
    cut_half : bool
        Remove half a line that a killed process left at the end; otherwise it is closed and stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        whole = _end_of_whole_lines(path)
        is_half = whole < path.stat().st_size
        if is_half and cut_half:
            stream.truncate(whole)
        ending = "\n" if is_half and not cut_half else ""
        stream.write((ending + "".join(f"{line}\n" for line in lines)).encode())
        stream.flush()
        os.fsync(stream.fileno())


def now() -> str:
    """The present, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def whoever() -> str:
    """User of the operating system whose process this is."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return NOBODY


def _end_of_whole_lines(path: Path) -> int:
    """Bytes up to the end of the last whole line."""
    return path.read_bytes().rfind(b"\n") + 1


def _parsed(line: bytes) -> AuditEntry | None:
    try:
        raw = json.loads(line)
        details = raw.get("details", {})
        texts = {name: raw[name] for name in ("at", "who", "action", "subject", "result")}
        datetime.fromisoformat(texts["at"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not isinstance(details, dict) or not all(isinstance(text, str) for text in texts.values()):
        return None
    kept = {str(name): str(text) for name, text in details.items()}
    return AuditEntry(texts["at"], texts["who"], texts["action"], texts["subject"], texts["result"], kept)


def _short(text: str) -> str:
    said = str(text)
    return said if len(said) <= LONGEST_TEXT else said[: LONGEST_TEXT - 1] + "…"
