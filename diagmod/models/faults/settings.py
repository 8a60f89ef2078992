"""What is chosen about models of faults, checked before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass

from diagmod.core.feature_definitions import GROUPS
from diagmod.models.beliefs import BELIEFS
from diagmod.models.faults.calibration import CALIBRATIONS
from diagmod.models.model_rows import MODEL_GROUPS
from diagmod.models.own_baseline import BASELINES

#: Models that see a recording's figures: two with physics and a baseline, and the usual mistake without either.
LEARNED = ("linear", "boosted", "naive_forest")

#: Rows that learn nothing, or from labels that mean nothing.
TRIVIAL = ("majority", "chance", "shuffled_labels")

#: All that may stand in a table: the learned ones, the challenger on raw current, the rules, and the trivial rows.
MODELS = (*LEARNED, "cnn", "rule_based", *TRIVIAL)


@dataclass(frozen=True, kw_only=True)
class FaultSettings:
    """Settings of the models of faults.

    Attributes
    ----------
    models : tuple of str
        Learned models that are compared, of :data:`LEARNED` and "cnn"; rules and trivial rows always stand beside them.
    recommended : str
        The one that is kept; one of ``models`` with a baseline.
    baseline : str
        What a recording is compared with, of :data:`~diagmod.models.own_baseline.BASELINES`.
    believed_healthy : str
        Rule that says which recordings are healthy, of :data:`~diagmod.models.beliefs.BELIEFS`.
    first_recordings : int
        How many of a motor's earliest recordings stand for its healthy state where that rule asks for it.
    calibration : str
        One of :data:`~diagmod.models.faults.calibration.CALIBRATIONS`.
    coverage : float
        Nominal coverage of sets and intervals, a share.
    n_folds, n_inner_folds : int
        Folds of split groups by which models are judged, and folds of a training side by which they are calibrated.
    n_load_bands : int
        Bands of load with equally many recordings; one is held out at a time.
    groups : tuple of str
        Groups of features of shape that the naive forest is given.
    n_trees : int
        Trees of the forest, and rounds of the boosted trees.
    n_bootstrap : int
        Resamples of the split groups behind every interval.
    seed : int
    """

    models: tuple[str, ...] = LEARNED
    recommended: str = "boosted"
    baseline: str = "motor_load"
    believed_healthy: str = "labelled_or_first"
    first_recordings: int = 5
    calibration: str = "sigmoid"
    coverage: float = 0.9
    n_folds: int = 4
    n_inner_folds: int = 4
    n_load_bands: int = 3
    groups: tuple[str, ...] = MODEL_GROUPS
    n_trees: int = 60
    n_bootstrap: int = 200
    seed: int = 7

    def __post_init__(self) -> None:
        with_baseline = tuple(name for name in self.models if name in ("linear", "boosted"))
        for name, given, allowed in (
            ("models", self.models, (*LEARNED, "cnn")), ("recommended", (self.recommended,), with_baseline),
            ("baseline", (self.baseline,), BASELINES), ("believed_healthy", (self.believed_healthy,), BELIEFS),
            ("calibration", (self.calibration,), CALIBRATIONS), ("groups", self.groups, GROUPS),
        ):  # fmt: skip
            if unknown := sorted(set(given) - set(allowed)):
                raise ValueError(f"{name} must be of {', '.join(allowed) or 'linear, boosted'}, got {unknown[0]!r}")
        if not 0.5 <= self.coverage < 1:
            raise ValueError(f"coverage must lie between 0.5 and 1, got {self.coverage:g}")
        least = {
            "n_folds": 2, "n_inner_folds": 2, "n_load_bands": 2, "first_recordings": 1, "n_trees": 1, "n_bootstrap": 0,
        }  # fmt: skip
        for name, smallest in least.items():
            if getattr(self, name) < smallest:
                raise ValueError(f"{name} must be at least {smallest}, got {getattr(self, name)}")
