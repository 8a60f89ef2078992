"""Sets of conditions that hold the true one in a stated share of cases, whatever the condition.

A probability says how sure a model is; a set says what it cannot exclude. Every condition has its own scale
(class-conditional, Mondrian), so that a rare fault is covered like the healthy recordings. One condition in the set is
an answer; several are "cannot tell between", and none is "fits nothing that is known".

References
----------
Vovk, V., Gammerman, A., Shafer, G., Algorithmic Learning in a Random World, 2005, section 4.5 (Mondrian predictors).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Answers that name no condition.
CANNOT_TELL, ABSTAINED = "cannot_tell", "abstained"


@dataclass(frozen=True)
class ConformalSets:
    """Strangeness of recordings under their true condition, by models that had not seen their split group.

    Attributes
    ----------
    strangeness : ndarray, shape (n,)
        1 less the calibrated probability of the true class.
    truth : ndarray of int, shape (n,)
    """

    strangeness: NDArray[np.float64]
    truth: NDArray[np.int64]

    @classmethod
    def fit(cls, probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> ConformalSets:
        """From cross-fitted, calibrated probabilities, shape (n, k), and true classes."""
        return cls(1 - probabilities[np.arange(len(truth)), truth], truth)

    def p_values(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """How usual every class would be for every recording, shape (n, k).

        A class stays in the set of coverage c where its value exceeds 1 - c. A class with few recordings is rarely
        excluded, and one without any never: nothing says what it looks like on a motor that was not seen.
        """
        from crepes import ConformalClassifier

        found = np.ones_like(probabilities)
        for k in np.unique(self.truth) if len(probabilities) else ():
            own = ConformalClassifier().fit(self.strangeness[self.truth == k])
            found[:, k] = own.predict_p(1 - probabilities[:, [k]], smoothing=False)[:, 0]
        return found


def answer_of(members: Sequence[str], predicted: str) -> str:
    """The condition that a set names and that is the most probable as well; else that it cannot tell.

    With few recordings of a condition the set may exclude the most probable one as strange for its kind and keep
    another that nothing is known of: that is no answer.
    """
    return predicted if list(members) == [predicted] else CANNOT_TELL


def set_in_words(members: Sequence[str], coverage: float) -> str:
    """What a set says that gives no answer, without a full stop.

    Examples
    --------
    >>> set_in_words(["broken_bar", "healthy"], 0.9)
    'cannot tell between broken_bar and healthy: neither can be excluded at 90 %'
    """
    if len(members) == 1:
        return (
            f"cannot tell: at {100 * coverage:.0f} % only {members[0]} is not excluded, which is not the most probable"
        )
    if not members:
        return f"cannot tell: at {100 * coverage:.0f} % it fits none of the conditions that were learned"
    named = ", ".join(members[:-1]) + f" and {members[-1]}"
    none = "neither" if len(members) == 2 else "none of them"
    return f"cannot tell between {named}: {none} can be excluded at {100 * coverage:.0f} %"
