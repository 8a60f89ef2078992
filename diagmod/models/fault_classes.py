"""Which fault, of which phase, how strong: a plain linear classifier held against every label.

A class is a condition with its phase and severity. Split groups are held out one by one, so that all windows of a
recording stay on one side, and so do all recordings of a repetition. Where a fault is switched inside the
recordings, the windows in which it is there are chosen without any label: those whose negative sequence is *changed*
(:mod:`diagmod.models.states`, with the normal value of the training recordings), or all windows of a recording
without such a window. Training recordings are chosen from by the same rule. A recording is taken for the class with
the highest mean log probability over its windows.

The classifier is Fisher's discriminant on standardised features with the covariance of Ledoit and Wolf. It is
affine: subtracting the healthy value of the training side, or dividing by it, would change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from diagmod.core.features import features_at
from diagmod.models.split import refuse_leakage
from diagmod.models.states import derive_states

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

#: Features that place a fault: the complex I2 / I1 alone (its angle is the phase, its size the level), and with it
#: the sizes and angles of the phasors. "all" is every scale-free feature.
NAMED_SETS = {
    "negative_sequence": ("i2_re", "i2_im"),
    "phasors": ("i2_re", "i2_im", "i2_over_i1", "i1", "angle_RS", "angle_RT"),
}


def class_names(catalogue: pd.DataFrame) -> pd.Series:
    """Class of every recording: condition, phase and severity as far as the label has them; "" without a label.

    Examples
    --------
    >>> labels = {"condition": ["stator_short", "healthy"], "fault_phase": ["R", ""], "severity": [0.2, 0.0]}
    >>> class_names(pd.DataFrame(labels)).tolist()
    ['stator_short R 20 %', 'healthy']
    """
    rows = zip(catalogue["condition"], catalogue["fault_phase"], catalogue["severity"], strict=True)
    return pd.Series([_class_name(*row) for row in rows], index=catalogue.index, dtype="str")


def choose_windows(
    track: pd.DataFrame, segments: pd.DataFrame, change_pct: float, normal_from: set[str]
) -> NDArray[np.bool_]:
    """Windows in which a recording is to be judged, without looking at a label.

    Parameters
    ----------
    track, segments : DataFrame
        Tables ``sequence_track`` and ``segments``.
    change_pct : float
        Distance from the normal I2 / I1, in percent of I1, above which a state is changed.
    normal_from : set of str
        Recordings that say what is normal: those of the training side.

    Returns
    -------
    ndarray of bool, shape (n_segments,)
        The changed windows of a recording that has some, every window of one that has none.
    """
    states = derive_states(track, segments, change_pct, normal_from)
    is_changed = pd.Series(states["state"].to_numpy() == "changed", index=segments.index)
    has_changed = is_changed.groupby(segments["recording_id"]).transform("any")
    return (is_changed | ~has_changed).to_numpy()


def classify_held_out(
    segments: pd.DataFrame, catalogue: pd.DataFrame, track: pd.DataFrame, change_pct: float, seed: int
) -> pd.DataFrame:
    """Class of every labelled recording by classifiers that never saw its split group, and by the trivial rows.

    Parameters
    ----------
    segments, catalogue, track : DataFrame
        Tables ``segments``, ``recordings`` and ``sequence_track``.
    change_pct : float
        See :func:`choose_windows`.
    seed : int
        Of the guesses and of the shuffled labels.

    Returns
    -------
    DataFrame
        Table ``fault_classes`` but for ``is_doubtful``. A recording without a complete window is not in it.
    """
    labels = catalogue.assign(true_class=class_names(catalogue))
    labels = labels.loc[labels["true_class"] != "", ["recording_id", "file", "split_group", "true_class"]]
    windows = segments.merge(labels, on="recording_id", validate="many_to_one")
    rng = np.random.default_rng(seed)
    parts = []
    for group in sorted(windows["split_group"].unique()):
        is_train = (windows["split_group"] != group).to_numpy()
        refuse_leakage(list(windows["split_group"]), is_train)
        chosen = choose_windows(track, windows, change_pct, set(windows.loc[is_train, "recording_id"]))
        train, judged = windows[is_train & chosen], windows[~is_train & chosen]
        parts += list(_classified(train, judged, rng))
    return pd.concat(parts, ignore_index=True).sort_values(["feature_set", "model", "file"], ignore_index=True)


def linear_classifier() -> Pipeline:
    """Discriminant of standardised features; deterministic, and sound with more features than recordings."""
    return make_pipeline(StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"))


def features_of(feature_set: str, train: pd.DataFrame) -> tuple[str, ...]:
    """Features of a set that vary and are defined in every window of a training side."""
    wanted = NAMED_SETS.get(feature_set, tuple(f.name for f in features_at("segment") if f.is_scale_free))
    values = train.reindex(columns=list(wanted)).to_numpy(dtype=np.float64)
    usable = np.isfinite(values).all(axis=0)
    return tuple(name for name, ok in zip(wanted, usable, strict=True) if ok and train[name].nunique() > 1)


def _classified(train: pd.DataFrame, judged: pd.DataFrame, rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """Rows of the table for one held-out split group, set by set."""
    for feature_set in (*NAMED_SETS, "all"):
        names = list(features_of(feature_set, train))
        complete = judged[np.isfinite(judged[names].to_numpy(dtype=np.float64)).all(axis=1)] if names else judged[:0]
        if complete.empty:
            continue
        for model, classes in (("linear", train["true_class"]), ("shuffled_labels", _shuffled(train, rng))):
            fitted = linear_classifier().fit(train[names], classes)
            log_p = np.log(np.maximum(fitted.predict_proba(complete[names]), np.finfo(float).tiny))
            yield _by_recording(complete, pd.DataFrame(log_p, complete.index, fitted.classes_), feature_set, model)
    known = sorted(train["true_class"].unique())
    largest = train["true_class"].value_counts().sort_index().idxmax()
    guessed = {key: str(rng.choice(known)) for key in sorted(judged["recording_id"].unique())}
    for model, names_of in (("majority", dict.fromkeys(guessed, largest)), ("chance", guessed)):
        said = (judged["recording_id"].map(names_of).to_numpy()[:, None] == np.array(known)).astype(float)
        yield _by_recording(judged, pd.DataFrame(said, judged.index, known), "none", model)


def _by_recording(judged: pd.DataFrame, support: pd.DataFrame, feature_set: str, model: str) -> pd.DataFrame:
    """A row a recording: the class with the most support over its windows, and how many windows have it right."""
    means = support.groupby(judged["recording_id"]).mean().idxmax(axis=1)
    right = (support.idxmax(axis=1) == judged["true_class"]).groupby(judged["recording_id"])
    rows = judged.drop_duplicates("recording_id").set_index("recording_id")[["file", "split_group", "true_class"]]
    rows = rows.assign(predicted_class=means, n_windows=right.size(), n_right=right.sum())
    return rows.assign(feature_set=feature_set, model=model).reset_index()


def _shuffled(train: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Labels exchanged among the recordings of every split group; the windows of a recording keep one label."""
    labels = train.drop_duplicates("recording_id").set_index("recording_id")
    for keys in labels.groupby("split_group").groups.values():
        labels.loc[keys, "true_class"] = rng.permutation(labels.loc[keys, "true_class"].to_numpy())
    return train["recording_id"].map(labels["true_class"])


def _class_name(condition: str, phase: str, severity: float) -> str:
    level = f"{100 * severity:g} %" if np.isfinite(severity) and severity > 0 else ""
    return " ".join(part for part in (condition, phase, level) if part) if condition else ""
