"""The KAIST set of a rotating machine under load: three currents and two temperatures, with bearing and shaft faults.

45 recordings ``0Nm_BPFO_03.tdms``: torque of the brake, state, size of the fault; NI FlexLogger files whose group
``Log`` holds the phases U, V, W as channels ``...Mod2/ai0``, ``ai2``, ``ai3`` in ampere. Or the same names as CSV with
the columns ``current_R,current_S,current_T``, as plants export them. The files stay where they are.

Two things that a reader of the names alone would not know: phases V and W are empty in the outer-race files, and the
faulty bearing sits behind a gearbox of ratio 2.07 on a shaft of 3010 rpm, so the motor's nameplate names no bearing.

References
----------
Jung, W. et al., Data in Brief 48 (2023) 109049, DOI 10.1016/j.dib.2023.109049: rig, names, 25.6 kHz, sizes.
Mendeley Data, DOI 10.17632/ztmf3m7h5x.6, CC BY 4.0. Channels, their order, the step of 39.05 us that the files
themselves state (25 608 Hz) and the empty phases: public readers of these files, as far as they agree. Motor: 3 hp,
rated 1770 rpm (the article); two pole pairs at 60 Hz follow from that speed. In the files the supply is near 50 Hz.
"""

from __future__ import annotations

import logging
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from diagmod.core.recording import PHASES
from diagmod.io.dataset_files import DatasetError
from diagmod.io.declarations import ABSENT
from diagmod.io.hashes import file_sha256
from diagmod.io.public_sets.found_files import FoundFile, gather
from diagmod.io.public_sets.prepared import Prepared
from diagmod.io.refusals import UnreadableRecording, first_line

URL = "https://data.mendeley.com/datasets/ztmf3m7h5x/6"

#: Published recordings with currents: 15 states at three torques.
N_PUBLISHED = 45

#: A name as the set has it.
EXAMPLE = "0Nm_BPFO_03.tdms"

#: Sampling rate in Hz of the CSV form, which has no time column; the rate of the article.
CSV_FS_HZ = 25600.0

#: End of the names of the channels of R, S, T (the set's U, V, W) in the group ``Log``.
CHANNEL_ENDS = ("Mod2/ai0", "Mod2/ai2", "Mod2/ai3")

DESCRIPTION = {
    "name": "kaist",
    "title": "KAIST: bearing faults, misalignment and unbalance behind a gearbox, 3 hp motor, three torques",
    "unit": "A",
    "times": "none",
    "split_group": "repetition",
    "licence": "CC BY 4.0",
    "citation": "Jung et al., Data in Brief 48 (2023) 109049; Mendeley Data, DOI 10.17632/ztmf3m7h5x.6",
}

MOTORS = [
    {
        "motor_id": "kaist_rig",
        "name": "Siemens 3 hp, KAIST rig; nameplate frequency, the recordings run near 50 Hz",
        "line_hz": 60.0,
        "pole_pairs": 2,
        "rated_power_kw": 2.24,
        "rated_rpm": 1770.0,
    }
]

#: Condition by the word in the name; "Unbalalnce" is the set's own slip of the pen.
_CONDITIONS = {
    "Normal": "healthy",
    "BPFI": "bearing_inner",
    "BPFO": "bearing_outer",
    "Misalign": "misalignment",
    "Unbalance": "mass_unbalance",
    "Unbalalnce": "mass_unbalance",
}

#: What npTDMS raises on damage.
TDMS_DAMAGE = (
    ValueError, LookupError, EOFError, OSError, OverflowError, TypeError, MemoryError, AttributeError, struct.error,
    RuntimeError, ZeroDivisionError, AssertionError,
)  # fmt: skip

_NAME = re.compile(
    r"(?P<torque>[024])Nm_(?:(?P<healthy>Normal)|(?P<mm>BPFI|BPFO|Misalign)_(?P<tenths>\d\d)"
    r"|(?P<mg>Unbalance|Unbalalnce)_(?P<mass>\d{4})mg)\.(?P<form>tdms|csv)",
    re.ASCII,
)


def prepare(folder: Path, _draft: Path) -> Prepared:
    """Rows for the recordings of a folder, which stay where they are.

    Raises
    ------
    DatasetError
        The folder is not there, or npTDMS is missing.
    """
    gathered = gather(folder, "kaist", _NAME, EXAMPLE, _take, preferred=".tdms")
    return Prepared.of(gathered, MOTORS, folder.resolve())


def labels_of(match: re.Match[str]) -> dict[str, str]:
    """Labels from a name: condition, size as the set writes it, torque of the brake in Nm.

    A share of 0 to 1 is defined for the healthy state alone. No recording was repeated: the torque stands in the place
    of a repetition, so that a model can be tested at a torque that it never saw.
    """
    torque, word = match["torque"], match["healthy"] or match["mm"] or match["mg"]
    size = f"{int(match['tenths']) / 10:.1f} mm" if match["tenths"] else ""
    return {
        "motor_id": "kaist_rig",
        "condition": _CONDITIONS[word],
        "severity": "0" if match["healthy"] else "",
        "severity_label": f"{int(match['mass'])} mg" if match["mass"] else size,
        "torque_nm": torque,
        "repetition": f"{torque}Nm",
    }


def _take(file: FoundFile, match: re.Match[str]) -> Iterator[dict[str, str]]:
    row = {"file": file.name, **labels_of(match), "sha256": file_sha256(file.path)}
    if match["form"] == "csv":
        _check_csv(file.path)
        yield {**row, "fs_hz": f"{CSV_FS_HZ:g}", "note": "rate of the article; the TDMS files say 25608 Hz themselves"}
        return
    columns = _tdms_columns(file.path)
    empty = [phase for phase, column in zip(PHASES, columns, strict=True) if column == ABSENT]
    note = f"the file has no samples of phase {' and '.join(empty)}" if empty else ""
    yield {**row, "phase_columns": ",".join(columns), "note": note}


def _check_csv(path: Path) -> None:
    """A file of the same name may hold vibration: only a heading of currents is one of this form."""
    with path.open("rb") as stream:
        first = stream.readline(200).decode("utf-8", errors="replace")
    if [name.strip(' "\r\n\ufeff') for name in first.split(",")] != ["current_R", "current_S", "current_T"]:
        raise UnreadableRecording(
            f"its first line must be current_R,current_S,current_T, got {first.strip()[:60]!r}; it holds no currents"
        )


def _tdms_columns(path: Path) -> tuple[str, ...]:
    """Channels of R, S, T from the head of a TDMS file, "-" for one without samples; samples are not read."""
    try:
        from nptdms import TdmsFile
        from nptdms.log import log_manager
    except ImportError:
        raise DatasetError("TDMS files need npTDMS; install it with `pip install diagmod[tdms]`") from None
    log_manager.set_level(logging.ERROR)  # what it warns of is refused below
    try:
        with path.open("rb") as stream, TdmsFile.open(stream) as content:
            channels = content["Log"].channels()
            lengths = {channel.name: len(channel) for channel in channels}
            about = {channel.name: dict(channel.properties) for channel in channels}
            is_cut = content.file_status.incomplete_final_segment
    except TDMS_DAMAGE as exc:
        raise UnreadableRecording(f"is no readable TDMS file of the set ({first_line(exc)}); copy it again") from exc
    if is_cut:
        raise UnreadableRecording("ends in the middle of its samples; copy it again")
    ends = {end: [name for name in lengths if name.endswith(end)] for end in CHANNEL_ENDS}
    if wrong := [end for end, names in ends.items() if len(names) != 1]:
        raise UnreadableRecording(
            f"must have one channel that ends with {wrong[0]} in its group Log, it has {', '.join(lengths) or 'none'}"
        )
    names = [found[0] for found in ends.values()]
    if odd := next((name for name in names if set(name) & {",", ";"}), ""):
        raise UnreadableRecording(f"has a channel {odd!r}, whose comma parts names in recordings.csv; rename it")
    filled = [name for name in names if lengths[name]]
    if not filled or len({lengths[name] for name in filled}) > 1:
        raise UnreadableRecording(
            f"its currents have {', '.join(str(lengths[name]) for name in names)} samples, expected one length or none"
        )
    step = about[filled[0]].get("wf_increment")
    if not isinstance(step, int | float) or not 0.0 < step < 1.0:
        raise UnreadableRecording(f"must state its step wf_increment in seconds, got {step!r}; its rate is not known")
    return tuple(name if lengths[name] else ABSENT for name in names)
