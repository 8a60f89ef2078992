"""What a feature is: one row of the table from which docs, notebook and Parquet schema are made.

A definition stands beside the function that computes it. Names follow the field's pattern, ``rms_R``: what, then the
phase; what is said of all phases together has no suffix.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from diagmod.core.recording import PHASES

#: Groups of features, in the order of the tables; params.yaml switches them.
GROUPS = ("time", "spectrum", "interphase", "signatures", "envelope", "wavelet", "cepstral")

#: Where a feature is computed: for every segment, for the recording as a whole, or for both.
LEVELS = ("both", "segment", "recording")


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One column of the feature tables.

    Attributes
    ----------
    name : str
    unit : str
        "A" stands for the unit of the recording; "1" for a ratio.
    group, level : str
        One of :data:`GROUPS` and of :data:`LEVELS`.
    meaning : str
        What it is, in a few words.
    formula : str
    source : str
        Standard, paper or library that defines it.
    changes : str
        What moves it: load, a fault, the supply, the recorder.
    rests_on_i2 : bool
        Whether it rests on the negative sequence, from which labels of some data sets are derived.
    """

    name: str
    unit: str
    group: str
    level: str = "both"
    meaning: str
    formula: str
    source: str
    changes: str
    rests_on_i2: bool = False

    @property
    def is_scale_free(self) -> bool:
        """Whether it is a ratio or an angle: currents multiplied by a constant leave it the same.

        Frequencies stay the same too, but tell of the supply rather than of the machine, and do not count here.
        """
        return self.unit in ("1", "%", "deg", "dB", "dBc", "bit")


def for_each_phase(features: Iterable[Feature]) -> tuple[Feature, ...]:
    """The features of every phase: all of R, then S, then T, each with the letter behind its name."""
    kinds = tuple(features)
    return tuple(replace(kind, name=f"{kind.name}_{phase}") for phase in PHASES for kind in kinds)
