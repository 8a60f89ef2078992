"""Scores of new recordings as text for people and as JSON for programs.

The JSON has a schema version; a number that is not known is null, never zero.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from diagmod.models.new_recordings import NewRecordings
    from diagmod.models.scoring import Scores

#: Version of the form of the JSON; it rises when a key changes its meaning.
SCHEMA_VERSION = 1

#: Columns of a recording in the JSON, by the model that gives them.
_PARTS = {
    "anomaly": ("score", "threshold", "is_anomaly", "confidence", "strangeness", "anomaly"),
    "anomaly_segments": ("strangest_score", "strangest_threshold", "strangest_is_anomaly", "flagged_segments"),
    "faults": (
        "predicted", "probability", "conformal_set", "answer", "severity_value", "severity_low", "severity_high",
        "fault",
    ),
}  # fmt: skip


def score_report(new: NewRecordings, scores: Scores, versions: Mapping[str, str]) -> str:
    """What models say of every recording, a paragraph each, then what could not be read, and the time it took."""
    asked = ", ".join(f"{name} v{version}" for name, version in versions.items())
    parts = [f"{len(scores.recordings)} recordings scored by {asked}\n"]
    parts += [_paragraph(row, scores, new) for row in scores.recordings.to_dict("records")]
    if len(new.refused):
        rows = [f"  {row['file']}: {row['reason']}" for row in new.refused.to_dict("records")]
        parts.append("Not read\n" + "\n".join(rows) + "\n")
    spent = ", ".join(f"{step} {seconds:.2f} s" for step, seconds in scores.seconds.items())
    parts.append(f"Time: {sum(scores.seconds.values()):.2f} s ({spent})\n")
    return "\n".join(parts)


def score_json(new: NewRecordings, scores: Scores, versions: Mapping[str, str]) -> str:
    """The same as JSON; its form is described in data/README.md."""
    about = {
        "schema_version": SCHEMA_VERSION,
        "models": dict(versions),
        "recordings": [_entry(row, scores, new, versions) for row in scores.recordings.to_dict("records")],
        "not_read": new.refused.to_dict("records"),
        "seconds": {step: round(seconds, 4) for step, seconds in scores.seconds.items()},
    }
    return json.dumps(about, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _paragraph(row: Mapping[Hashable, Any], scores: Scores, new: NewRecordings) -> str:
    lines = [f"{row['file']}  motor {row['motor_id']}, recording {row['acquisition']}"]
    told = [row.get("anomaly"), _of_segments(row), row.get("fault")]
    lines += [f"  {text}" for text in told if isinstance(text, str) and text]
    lines += [f"  note: {text}" for text in scores.warnings.get(str(row["recording_id"]), ())]
    lines += [f"  {one['severity']}: {one['message']}" for one in _findings(row, new)]
    return "\n".join(lines) + "\n"


def _of_segments(row: Mapping[Hashable, Any]) -> str:
    if "flagged_segments" not in row or not math.isfinite(row["strangest_score"]):
        return ""
    many = int(row["flagged_segments"])
    state = "above" if row["strangest_is_anomaly"] else "below"
    return (
        f"Second by second: {many} segment{'s' if many != 1 else ''} above the threshold; the strangest fifth scores "
        f"{row['strangest_score']:.2f}, {state} its threshold {row['strangest_threshold']:.2f}."
    )


def _entry(
    row: Mapping[Hashable, Any], scores: Scores, new: NewRecordings, versions: Mapping[str, str]
) -> dict[str, Any]:
    identity = str(row["recording_id"])
    started = row["started_at"]
    entry: dict[str, Any] = {
        "file": row["file"], "recording_id": identity, "motor_id": row["motor_id"],
        "started_at": None if pd.isna(started) else pd.Timestamp(started).isoformat(),
        "acquisition": row["acquisition"],
    }  # fmt: skip
    for family in versions:
        entry[family] = {name: _plain(row[name]) for name in _PARTS[family] if name in row}
    if "anomaly" in versions:
        own = scores.drivers[scores.drivers["recording_id"] == identity]
        kept = own[["figure", "meaning", "share", "spreads", "lines"]].to_dict("records")
        entry["anomaly"]["drivers"] = [{str(name): _plain(value) for name, value in one.items()} for one in kept]
    entry["warnings"] = list(scores.warnings.get(identity, ()))
    entry["findings"] = [{str(name): _plain(value) for name, value in one.items()} for one in _findings(row, new)]
    return entry


def _findings(row: Mapping[Hashable, Any], new: NewRecordings) -> list[dict[Hashable, Any]]:
    """What the checks of the data found in a file, but for mere information."""
    own = new.findings[(new.findings["file"] == row["file"]) & (new.findings["severity"] != "info")]
    return own[["rule", "severity", "message", "remedy"]].to_dict("records")


def _plain(value: Any) -> Any:
    """A value as JSON has it: no NaN, no numpy type."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
