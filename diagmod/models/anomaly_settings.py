"""What is chosen about anomaly models, checked before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass

from diagmod.core.feature_definitions import GROUPS
from diagmod.models.beliefs import BELIEFS
from diagmod.models.detectors.detector import DETECTORS, DetectorSettings
from diagmod.models.model_rows import FEATURE_SETS, MODEL_GROUPS
from diagmod.models.own_baseline import BASELINES


@dataclass(frozen=True, kw_only=True)
class AnomalySettings:
    """Settings of the anomaly models.

    Attributes
    ----------
    detectors : tuple of str
        Methods that are compared, of :data:`~diagmod.models.detectors.detector.DETECTORS`.
    detector, baseline : str
        The recommended method, and what a row is compared with. Every method is judged with this baseline, the
        recommended one also with the others.
    believed_healthy : str
        Rule that says which recordings a model may take for healthy, of :data:`~diagmod.models.beliefs.BELIEFS`.
    first_recordings : int
        How many of a motor's earliest recordings stand for its healthy state where that rule asks for it.
    alarm_share_pct : float
        Share of healthy training rows, scored by models that did not see their group, above the threshold, %.
    n_folds, n_inner_folds : int
        Folds of split groups by which models are judged, and folds of a training side by which thresholds are set.
    n_load_bands : int
        Bands of load with equally many recordings, of which one is held out at a time together with the motors.
    groups : tuple of str
        Groups of features of shape that models look at beside the physical figures.
    max_segments : int
        Most segments of a training side that a model is fitted to; bounds the time.
    seed : int
    device : str
        Where the autoencoder is trained.
    """

    detectors: tuple[str, ...]
    detector: str
    baseline: str
    believed_healthy: str
    first_recordings: int
    alarm_share_pct: float
    n_folds: int
    n_inner_folds: int
    n_load_bands: int = 3
    groups: tuple[str, ...] = MODEL_GROUPS
    max_segments: int = 2000
    seed: int
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name, given, allowed in (
            ("groups", self.groups, GROUPS), ("detectors", self.detectors, DETECTORS),
            ("detector", (self.detector,), self.detectors), ("baseline", (self.baseline,), BASELINES),
            ("believed_healthy", (self.believed_healthy,), BELIEFS),
        ):  # fmt: skip
            if unknown := sorted(set(given) - set(allowed)):
                raise ValueError(f"{name} must be of {', '.join(allowed)}, got {unknown[0]!r}")
        if not 0 < self.alarm_share_pct < 50:
            raise ValueError(f"alarm_share_pct must lie between 0 and 50 %, got {self.alarm_share_pct:g}")
        for name, least in (
            ("n_folds", 2),
            ("n_inner_folds", 2),
            ("n_load_bands", 2),
            ("first_recordings", 1),
            ("max_segments", 50),
        ):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")

    @property
    def of_detectors(self) -> DetectorSettings:
        """Settings that every method gets."""
        return DetectorSettings(seed=self.seed, device=self.device)

    def cases(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Feature set, baseline and methods that are judged together."""
        others = [baseline for baseline in BASELINES if baseline != self.baseline]
        return [
            (feature_set, baseline, self.detectors if baseline == self.baseline else (self.detector,))
            for feature_set in FEATURE_SETS
            for baseline in (self.baseline, *others)
        ]
