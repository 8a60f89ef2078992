"""One file of a data set: hashed, read, judged and audited; runs in the process or machine that has time for it.

What was made before for the same content, settings and code is taken from the store. A file that cannot be used
comes back with the sentence that says why.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from diagmod.core.acquisition_findings import findings_of
from diagmod.core.findings import SEVERITIES, Finding
from diagmod.core.motor import Motor
from diagmod.core.quality import judge
from diagmod.core.rulesets import RuleSet
from diagmod.io.acquisition_audit import stored_audit
from diagmod.io.dataset_files import Dataset
from diagmod.io.declarations import Declared
from diagmod.io.defect_catalogue import Defect
from diagmod.io.ingest import ingest_recording, recording_sha256, refuse_hopeless
from diagmod.io.ingested import Ingested
from diagmod.io.reading_settings import ReadingError, in_manifest_words, reading_of
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.retention import reading_text
from diagmod.io.stated_facts import stated_facts, unknown_facts
from diagmod.io.store import Store
from diagmod.io.work_attempts import patiently

#: Errors of the operating system that may be over in a moment: a network drive was away.
TRANSIENT = (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.EHOSTDOWN, errno.ENOTCONN)

#: Further attempts after such an error.
RETRIES = 2

#: Files of an entry of the store.
WAVEFORM, FACTS = "waveform.parquet", "facts.json"


@dataclass(frozen=True)
class LoadJob:
    """What all files of a data set have in common.

    Attributes
    ----------
    folder : Path
        Where the files are; none may lie outside.
    dataset : Dataset
    motors : mapping of Motor
        A recording of a motor that it does not know is validated and not audited.
    rules : RuleSet
    line_band_hz : (float, float)
        Band in which the audit searches the supply line, Hz.
    store : Store
    defects : mapping of Defect
        The catalogue, which knows the conditions.
    keep_waveforms : bool
        Whether the store keeps the waveforms beside the facts.
    """

    folder: Path
    dataset: Dataset
    motors: Mapping[str, Motor]
    rules: RuleSet
    line_band_hz: tuple[float, float]
    store: Store
    defects: Mapping[str, Defect] = field(default_factory=dict)
    keep_waveforms: bool = True


@dataclass(frozen=True)
class LoadedFile:
    """What became of one file.

    Attributes
    ----------
    file : str
        Its name in the manifest.
    reason : str
        Why it cannot be used; empty where it can.
    sha256 : str
        Hash of its content; empty where it was not read.
    reading : str
        What was declared of its reading, as JSON.
    ingested : Ingested or None
    fs : float
        Sampling rate in Hz, NaN where it is not known.
    findings : tuple of Finding
        Worst first.
    waveform : Path
    acquisition : str
        Whether it can carry a diagnosis.
    """

    file: str
    reason: str = ""
    sha256: str = ""
    reading: str = ""
    ingested: Ingested | None = None
    fs: float = float("nan")
    findings: tuple[Finding, ...] = ()
    waveform: Path = Path()
    acquisition: str = ""


def load_file(job: LoadJob, row: Mapping[str, str]) -> LoadedFile:
    """Hash, read, check and audit one file.

    Parameters
    ----------
    job : LoadJob
    row : mapping of str
        Its row of the manifest, which says enough of itself.
    """
    try:
        return patiently(partial(_load_file, job), row, RETRIES)
    except OSError as exc:
        return LoadedFile(row["file"], _not_opened(exc))


def _load_file(job: LoadJob, row: Mapping[str, str]) -> LoadedFile:
    try:
        source = place_of(job, row["file"])
        refuse_hopeless(source)
        sha256 = recording_sha256(source)
    except UnreadableRecording as exc:
        return LoadedFile(row["file"], in_manifest_words(str(exc)))
    except (OSError, ValueError) as exc:
        if isinstance(exc, OSError) and exc.errno in TRANSIENT:
            raise
        return LoadedFile(row["file"], _not_opened(exc))
    if job.keep_waveforms:
        return _judged(job, row, source, sha256, job.store)
    if found := stored_file(job, row, sha256):
        return found
    with job.store.draft() as scratch:
        return _judged(job, row, source, sha256, job.store, scratch)


def _not_opened(exc: OSError | ValueError) -> str:
    why = getattr(exc, "strerror", None) or exc  # not the place of the file on this machine
    return f"file cannot be opened ({why}); check its name and permissions"


def stored_file(job: LoadJob, row: Mapping[str, str], sha256: str) -> LoadedFile | None:
    """As :func:`load_file` for a file whose hash is known, where everything was made before; None where not."""
    try:
        return _judged(job, row, place_of(job, row["file"]), sha256, _Finished(job.store.folder, job.store.version))
    except _NotMadeError:
        return None


def place_of(job: LoadJob, file: str) -> Path:
    """The file of a row.

    Raises
    ------
    UnreadableRecording
        It lies outside the data set, or is not there.
    OSError, ValueError
        No file can have that name, or it cannot be reached.
    """
    try:
        source = (job.folder / file).resolve()
    except RuntimeError as exc:
        raise UnreadableRecording(f"{file!r} is a link that leads to itself; copy the recording here") from exc
    if not source.is_relative_to(job.folder.resolve()):
        raise UnreadableRecording(f"{file!r} lies outside the data set; copy it into the folder")
    if not source.is_file():
        raise UnreadableRecording("file is listed in recordings.csv but is not there")
    return source


class _NotMadeError(Exception):
    """An entry is not in the store."""


class _Finished(Store):
    """A store that makes nothing."""

    def entry(self, about: Mapping[str, Any], make: Callable[[Path], None]) -> Path:
        if found := self.find(about):
            return found
        raise _NotMadeError


def _judged(
    job: LoadJob, row: Mapping[str, str], source: Path, sha256: str, store: Store, scratch: Path | None = None
) -> LoadedFile:
    """What becomes of a file whose hash is known; its waveform is made in ``scratch`` where it is not kept."""
    file = row["file"]
    if row["sha256"] and row["sha256"].lower() != sha256:
        return LoadedFile(
            file, "content is not that of sha256 in recordings.csv; the original changed, import it again", sha256
        )
    try:
        declared = reading_of(job.dataset, row)
        kind = "recording_of" if job.keep_waveforms else "facts_of"
        about = {kind: sha256, "file": source.name, "declared": asdict(declared)}
        entry = store.entry(about, partial(_ingest, source, sha256, declared, scratch))
    except (UnreadableRecording, ReadingError) as exc:
        return LoadedFile(file, in_manifest_words(str(exc)), sha256)
    ingested = Ingested.from_json(json.loads((entry / FACTS).read_text(encoding="utf-8")))
    waveform = (scratch or entry) / WAVEFORM
    read = LoadedFile(file, "", sha256, reading_text(declared), ingested, waveform=waveform)
    if reason := unknown_facts(job.dataset, row, ingested):
        return replace(read, reason=reason)
    fs = float(ingested.rates.fs or 0)
    read = replace(read, fs=fs)
    findings = judge(ingested.tallies, fs, job.rules, stated_facts(job.defects, row, ingested))
    if any(f.is_fatal for f in findings):
        return _refused(read, findings)
    if scratch and not waveform.is_file():  # the facts were known, and the audit rests on another nameplate or limit
        ingest_recording(source, waveform, declared)
    if (motor := job.motors.get(row["motor_id"])) is None:
        return replace(read, findings=_worst_first(findings))
    is_ampere = ingested.unit == "A"
    quality = stored_audit(
        store, about, read.waveform, fs, motor, unit_is_ampere=is_ampere, line_band_hz=job.line_band_hz,
        limits=job.rules.audit_limits(),
    )  # fmt: skip
    findings += findings_of(quality, job.rules, findings, rated_hz=motor.line_hz)
    if any(f.is_fatal for f in findings):
        return _refused(read, findings)
    return replace(read, findings=_worst_first(findings), acquisition=str(quality.verdict))


def _ingest(source: Path, sha256: str, declared: Declared, scratch: Path | None, draft: Path) -> None:
    ingested = ingest_recording(source, (scratch or draft) / WAVEFORM, declared)
    if ingested.sha256 != sha256:
        raise UnreadableRecording(f"{source.name} changed while it was read; load again when it is complete")
    (draft / FACTS).write_text(json.dumps(ingested.as_json()), encoding="utf-8")


def _refused(read: LoadedFile, findings: list[Finding]) -> LoadedFile:
    reason = "; ".join(f.sentence for f in findings if f.is_fatal)
    return replace(read, reason=reason, findings=_worst_first(findings))


def _worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: -SEVERITIES.index(f.severity)))
