"""What a file turned out to hold, once it was read into a waveform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from diagmod.core.tally import Tally
from diagmod.io.sampling_rates import SamplingRates


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """Facts of one file; JSON values but for the tallies.

    Attributes
    ----------
    sha256, n_bytes
        Of the file as it lies on the disk.
    n_samples : int
        Samples per phase.
    phases : str
        Phases that are there, for example "RST".
    unit : str
        "A", or what the samples are instead.
    dialect : str
        How the file is written.
    columns : dict of str
        Column of every phase that is there.
    time_column : str
        Column of the time stamps; empty without one.
    rates : SamplingRates
        Every statement of the sampling rate.
    unit_conflict : str
        What a declared unit contradicts; empty where nothing.
    n_left_out : int
        Rows of numbers that could not be used.
    started_at : str
        Time of the first sample where the file states it with its zone, ISO 8601 in UTC; else empty.
    notes : tuple of str
        What was concluded, left out or converted.
    tallies : dict of Tally
        Counts of every phase that is there.
    """

    sha256: str
    n_bytes: int
    n_samples: int
    phases: str
    unit: str
    dialect: str
    columns: Mapping[str, str]
    tallies: Mapping[str, Tally]
    time_column: str = ""
    rates: SamplingRates = field(default_factory=SamplingRates)
    unit_conflict: str = ""
    n_left_out: int = 0
    started_at: str = ""
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """All facts as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self:
        """Facts from :meth:`as_json`."""
        tallies = {phase: Tally(**tally) for phase, tally in facts["tallies"].items()}
        rates = SamplingRates(**facts["rates"])
        return cls(**{**facts, "tallies": tallies, "rates": rates, "notes": tuple(facts["notes"])})
