"""A model of faults on disk, and what it says of new recordings: numbers in safetensors, facts in JSON, no code.

Beside the classifier stand what is usual and the healthy recordings of known motors, so that a new recording of such a
motor is held against its own past; a motor that is not known is held against the fleet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diagmod.io.embedding_files import WEIGHTS, read_embedding
from diagmod.io.model_files import ModelError, write_contents
from diagmod.io.tensor_files import dump_tensors
from diagmod.models.faults.calibration import Calibration
from diagmod.models.faults.conformal import ConformalSets
from diagmod.models.faults.fault_model import FaultModel
from diagmod.models.faults.judgement import Judged, judge, known_of
from diagmod.models.faults.learners import Learner, Member
from diagmod.models.faults.severity import SeverityModel
from diagmod.models.faults.sight import Sight
from diagmod.models.faults.trees import Trees
from diagmod.models.reference import Reference, restored_baseline, stored_baseline

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from diagmod.models.model_rows import ModelRows

#: What the model says, for its card.
SAYS = (
    "it names a fault with a probability, a set of conditions that cannot be excluded, and a severity; where the set "
    "holds several conditions it cannot tell, and says so"
)


@dataclass(frozen=True)
class StoredFaults:
    """A fitted model with the severities and the healthy recordings that new ones are held against."""

    model: FaultModel
    severities: Mapping[str, SeverityModel]
    reference: Reference
    coverage: float


def predict(stored: StoredFaults, rows: ModelRows) -> Judged:
    """What the model says of new recordings.

    Parameters
    ----------
    stored : StoredFaults
    rows : ModelRows
        Of :func:`diagmod.models.model_rows.recording_rows` with ``reference=stored.reference``.

    Returns
    -------
    Judged
        Tables without columns split, model and fold.

    Raises
    ------
    ValueError
        A figure that the model looks at is not among the columns.
    """
    if missing := [name for name in stored.model.sight.expected.names if name not in rows.rows.names]:
        raise ValueError(f"the recordings lack figure {missing[0]}; make their rows with recording_rows")
    usable = (rows.about["acquisition"] != "unusable").to_numpy()
    about = known_of(rows.about, rows.rows)
    return judge(stored.model, stored.severities, stored.model.sight.look(rows.rows), about, usable, stored.coverage)


def write_faults(folder: Path, stored: StoredFaults, facts: Mapping[str, Any]) -> None:
    """Write ``model.safetensors`` and ``model.json``; ``facts`` stand in the latter beside what is needed to read."""
    model = stored.model
    arrays, compared = stored_baseline(model.sight.expected, stored.reference.of(model.sight.expected.names))
    arrays |= {"set_strangeness": model.sets.strangeness, "set_truth": model.sets.truth}
    arrays |= {f"calibration_{name}": array for name, array in model.calibration.arrays.items()}
    for k, member in enumerate(model.learner.members):
        parts: dict[str, NDArray[Any]] = {} if member.trees is None else member.trees.arrays()
        parts |= {} if member.weights is None else {"weights": member.weights}
        arrays |= {f"member_{k}_{name}": array for name, array in (parts | {"seen": member.seen}).items()}
    for condition, severity in stored.severities.items():
        arrays |= {f"severity_{condition}_{name}": array for name, array in severity.arrays().items()}
    about = {
        "model_type": model.learner.name,
        "features": list(model.sight.expected.names),
        "classes": list(model.classes),
        "members": len(model.learner.members),
        "calibration": model.calibration.kind,
        "coverage": stored.coverage,
        "severities": {condition: list(severity.figures) for condition, severity in stored.severities.items()},
        "says": SAYS,
    }
    write_contents(folder, {WEIGHTS: dump_tensors(arrays)}, {**about, **compared, **facts})


def read_faults(folder: Path) -> tuple[StoredFaults, dict[str, Any]]:
    """Model and facts of a folder that :func:`write_faults` wrote, hash checked first.

    Raises
    ------
    ModelError
        A file is missing, is not what ``model.json`` describes, or is no model of faults.
    """
    arrays, facts = read_embedding(folder)
    try:
        return _restored(arrays, facts), facts
    except (KeyError, TypeError, ValueError) as exc:
        raise ModelError(f"the files in {folder.name} make no model of faults ({exc}); train it again") from exc


def _restored(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> StoredFaults:
    expected, reference = restored_baseline(arrays, facts)
    n_features, classes = len(expected.names), tuple(facts["classes"])
    members = [_member(_with_prefix(arrays, f"member_{k}_"), n_features) for k in range(int(facts["members"]))]
    if any(member.seen.min() < 0 or member.seen.max() >= len(classes) for member in members):
        raise ValueError("a member names a class that the model has not")
    severities = {
        condition: SeverityModel(tuple(figures), **_with_prefix(arrays, f"severity_{condition}_"))
        for condition, figures in facts["severities"].items()
    }
    model = FaultModel(
        classes,
        Sight(expected, reference.rows, {}),
        Learner(facts["model_type"], len(classes), tuple(members)),
        Calibration(facts["calibration"], _with_prefix(arrays, "calibration_")),
        ConformalSets(arrays["set_strangeness"], arrays["set_truth"]),
    )
    return StoredFaults(model, severities, reference, float(facts["coverage"]))


def _member(arrays: Mapping[str, NDArray[Any]], n_features: int) -> Member:
    trees = Trees.restored(arrays, n_features) if "feature" in arrays else None
    weights = arrays.get("weights")
    if weights is not None and weights.shape != (len(arrays["seen"]), n_features + 1):
        raise ValueError(f"the weights must have shape {(len(arrays['seen']), n_features + 1)}, got {weights.shape}")
    return Member(arrays["seen"], weights, trees)


def _with_prefix(arrays: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
