"""What to do about a motor: the entry of the defect catalogue at its grade, and words where no fault is named.

An entry that asks for much more than the grade does is taken one step lower: "stop the motor" is no advice on evidence
that says "plan". Whatever is still open after the diagnosis stands beside it, with what to measure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diagmod.io.defect_catalogue import GRADES as DEFECT_GRADES
from diagmod.io.defect_catalogue import URGENCIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagmod.io.defect_catalogue import Defect

#: Grade of a defect for each grade of risk.
_DEFECT_GRADE = {"watch": "low", "plan": "moderate", "act": "severe"}

#: Most urgent advice that a grade of risk carries.
_MOST_URGENT = {"watch": "plan", "plan": "soon", "act": "at_once"}

#: Another cause in the text of a diagnosis, with how it stands.
_CAUSE = re.compile(r"(?:^|; )([^;:]+?) \((supported|not supported|cannot decide)\): ")

#: Remark in brackets.
_BRACKETS = re.compile(r" \([^()]*\)")

#: Causes that a sentence names at most.
_MOST_NAMED = 2


@dataclass(frozen=True)
class Advice:
    """How soon to act, as in the catalogue of defects, and what to do."""

    urgency: str
    action: str


def advice_for(grade: str, fault: str, defects: Mapping[str, Defect]) -> Advice:
    """Recommended action.

    Parameters
    ----------
    grade : str
        Grade of risk of the motor.
    fault : str
        Most likely fault; empty where none is named.
    defects : mapping of str to Defect
        Catalogue; a fault that it does not know gets the words for an unnamed one.
    """
    if grade == "good":
        return Advice("observe", "Go on measuring at the usual interval.")
    if grade not in _DEFECT_GRADE:
        return Advice("", "Record again; what to change in the acquisition stands with each recording.")
    if fault in defects:
        return _of_catalogue(defects[fault], grade)
    return Advice(*_UNNAMED[grade])


#: Urgency and action where something is wrong and no known fault is named.
_UNNAMED = {
    "watch": ("observe", "Record again soon under the same load, and look at what drove the result."),
    "plan": ("plan", "Examine the motor in the next planned stop (vibration, temperature, voltages, insulation)."),
    "act": ("soon", "Examine the motor at the first occasion (vibration, temperature, voltages, insulation)."),
}


def _of_catalogue(defect: Defect, grade: str) -> Advice:
    wanted = defect.at(_DEFECT_GRADE[grade])
    most = URGENCIES.index(_MOST_URGENT[grade])
    milder = [
        step for step in defect.severities if DEFECT_GRADES.index(step.grade) <= DEFECT_GRADES.index(wanted.grade)
    ]
    fitting = [step for step in milder if URGENCIES.index(step.urgency) <= most]
    chosen = fitting[-1] if fitting else milder[0]
    return Advice(chosen.urgency, chosen.action)


def open_causes(competing: str, fault: str, defects: Mapping[str, Defect]) -> list[str]:
    """Other causes of the same picture that were not excluded, or those of the catalogue where none was tested.

    Parameters
    ----------
    competing : str
        Text of a diagnosis.
    fault : str
    defects : mapping of str to Defect

    Examples
    --------
    >>> open_causes("a load that swings (not supported): no; a supply that flickers (cannot decide): yes", "", {})
    ['a supply that flickers']
    """
    tested = _CAUSE.findall(competing)
    if tested:
        return [name for name, verdict in tested if verdict != "not supported"]
    return list(defects[fault].other_causes) if fault in defects else []


def listed(causes: list[str]) -> str:
    """The first causes as a person lists them, without what stands in brackets.

    Examples
    --------
    >>> listed(["a load that swings", "a supply (measure it)", "a belt"])
    'a load that swings; or a supply'
    """
    return "; or ".join(_BRACKETS.sub("", cause) for cause in causes[:_MOST_NAMED])


def fault_words(fault: str, defects: Mapping[str, Defect]) -> str:
    """Name of a fault for people, as in the middle of a sentence."""
    if fault in defects:
        name = defects[fault].name
        return name if name[:2].isupper() else name[:1].lower() + name[1:]
    return fault.replace("_", " ")
