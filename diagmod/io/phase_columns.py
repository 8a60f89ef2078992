"""Which columns of a table are the currents of R, S and T.

A column is taken where its name says what it is, or where there is no choice. Columns that can be no
current (another quantity, a counter, a few side notes) are left out and noted. Where choices
remain, the refusal names them: a wrong order of phases reverses the rotation, and a voltage is no current.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from diagmod.core.recording import PHASES
from diagmod.io.column_names import (
    PHASE_NAMES,
    bare_name,
    phase_of_name,
    plain_name,
    says_counter,
    says_current,
    says_other,
)
from diagmod.io.column_tables import Column, Table
from diagmod.io.declarations import ABSENT
from diagmod.io.refusals import UnreadableRecording

#: A column with fewer numbers than this share of the fullest one is a note beside the table.
MIN_FILLED_SHARE = 0.5


def declared_phase_columns(table: Table, declared: tuple[str, ...], *, may_lack: bool = False) -> list[int | None]:
    """Columns that the user named for R, S, T; None for an absent phase.

    Parameters
    ----------
    table : Table
    declared : tuple of str
        Names or numbers; "-" for an absent phase.
    may_lack : bool
        Whether a phase whose column is not there, or is empty, is absent, as long as another is there.

    Raises
    ------
    UnreadableRecording
        A column is not there, is named twice, or holds no numbers.
    """
    if may_lack and (there := [wanted for wanted in declared if wanted != ABSENT and _has_numbers(table, wanted)]):
        declared = tuple(wanted if wanted in there else ABSENT for wanted in declared)
    found = [None if wanted == ABSENT else table.find(wanted, "--phase-columns") for wanted in declared]
    given = [k for k in found if k is not None]
    if len(set(given)) < len(given):
        raise UnreadableRecording(f"--phase-columns names a column of {table.source} twice: {table.listed(given)}")
    for k in given:
        if not table.columns[k].n_numbers:
            raise UnreadableRecording(
                f"column {table.listed([k])} of {table.source} holds no numbers; choose another by --phase-columns"
            )
    return [*found, None, None][: len(PHASES)]


def _has_numbers(table: Table, wanted: str) -> bool:
    return table.has(wanted) and table.columns[table.find(wanted, "--phase-columns")].n_numbers > 0


def find_phase_columns(
    table: Table, times: set[int], notes: list[str], *, takes_order: bool = True
) -> list[int | None]:
    """Columns of R, S, T by their names, or because there is no choice; None for an absent phase.

    Parameters
    ----------
    table : Table
    times : set of int
        Columns that hold times and are no phase.
    notes : list of str
        Gets a sentence for every conclusion.
    takes_order : bool
        Whether three columns without the names of phases may be taken as R, S, T in their order.

    Raises
    ------
    UnreadableRecording
        There is no column of numbers, or more than one choice.
    """
    numeric = [k for k, column in enumerate(table.columns) if k not in times and column.n_numbers]
    texts = [k for k, column in enumerate(table.columns) if k not in times and column.values is None]
    if texts:
        notes.append(f"column {table.listed(texts)} holds text and was left out")
    if not numeric:
        raise UnreadableRecording(f"{table.source} holds no column of numbers that could be a current; export it again")
    return _Candidates(table, numeric, notes, takes_order).choose()


def is_phase_t(table: Table, k: int) -> bool:
    """Whether a column called t or T is the third phase: R and S are there too, and it goes up and down."""
    names = {bare_name(column.name) for column in table.columns}
    return bare_name(table.columns[k].name) == "t" and {"r", "s"} <= names and not table.columns[k].is_rising


@dataclass
class _Candidates:
    """Columns of numbers among which the phases are looked for."""

    table: Table
    numeric: list[int]
    notes: list[str]
    takes_order: bool = True

    def choose(self) -> list[int | None]:
        self._drop(self._is_side_note, "holds few numbers and was left out")
        other = self._without_other_quantities()
        if found := self._complete_set(other, bare_name) or self._complete_set(other, plain_name):
            return found
        if found := self._complete_set(self.numeric, plain_name):
            return found
        self.numeric = self._noted(other, "is no current by its name and was left out")
        self._drop(self._is_counter, "counts the samples and was left out")
        if found := self._clear_phases():
            return found
        plain = [k for k in self.numeric if says_current(self._column(k).name, self._column(k).unit)]
        if len(plain) in (1, len(PHASES)) and len(plain) < len(self.numeric):
            self.numeric = self._noted(plain, "does not say that it is a current and was left out")
        return self._without_choice()

    def _column(self, k: int) -> Column:
        return self.table.columns[k]

    def _noted(self, kept: list[int], why: str) -> list[int]:
        if left := [k for k in self.numeric if k not in kept]:
            self.notes.append(f"column {self.table.listed(left)} {why}")
        return kept

    def _drop(self, is_out: Callable[[int], bool], why: str) -> None:
        """Leave out the columns of which a claim is true, unless it is true of all."""
        if kept := [k for k in self.numeric if not is_out(k)]:
            self.numeric = self._noted(kept, why)

    def _is_side_note(self, k: int) -> bool:
        most = max(self._column(other).n_numbers for other in self.numeric)
        return self._column(k).n_numbers < MIN_FILLED_SHARE * most

    def _is_counter(self, k: int) -> bool:
        """Counts by one, and is named so, or has no name and begins at 0 or 1."""
        column = self._column(k)
        if column.values is None or not column.is_counting:
            return False
        return says_counter(column.name) or (not plain_name(column.name) and float(column.values[0]) in (0.0, 1.0))

    def _without_other_quantities(self) -> list[int]:
        """All columns but those of voltage, speed and the like; a lone U or V is a voltage and no phase."""
        names = {bare_name(self._column(k).name) for k in self.numeric}
        voltages = set() if {"u", "v", "w"} <= names else {"u", "v"}

        def is_other(column: Column) -> bool:
            return says_other(column.name, column.unit) or bare_name(column.name) in voltages

        return [k for k in self.numeric if not is_other(self._column(k))] or self.numeric

    def _complete_set(self, among: list[int], reading: Callable[[str], str]) -> list[int | None] | None:
        """The only columns whose names are all three phases of one kind."""
        sets = [s for s in self._sets(among, reading) if all(s)]
        several = sorted({k for found in sets for ks in found for k in ks})
        if len(sets) > 1 or len(several) > len(PHASES):
            raise UnreadableRecording(
                f"{self.table.source} has more than one set of columns that look like phases "
                f"({self.table.listed(several)}); choose by --phase-columns, for example --phase-columns "
                f"{self.table.asked_by(ks[0] for ks in sets[0])}"
            )
        return [ks[0] for ks in sets[0]] if sets else None

    def _clear_phases(self) -> list[int | None] | None:
        """One or two columns that are named for phases and can be nothing else."""
        partial = [s for s in self._sets(self.numeric, bare_name) if any(s)]
        if len(partial) != 1 or any(len(ks) > 1 for ks in partial[0]):
            return None
        names = [phase_of_name(bare_name(self._column(k).name)) for ks in partial[0] for k in ks]
        is_clear = all(name is not None and name.is_clear for name in names)
        if not is_clear and not (len(names) > 1 and all(name is not None and name.letter in "rst" for name in names)):
            return None
        absent = [phase for phase, ks in zip(PHASES, partial[0], strict=True) if not ks]
        self.notes.append(f"no column is named for phase {' and '.join(absent)}; it counts as absent")
        self._noted([k for ks in partial[0] for k in ks], "is not named for a phase and was left out")
        return [ks[0] if ks else None for ks in partial[0]]

    def _sets(self, among: list[int], reading: Callable[[str], str]) -> list[list[list[int]]]:
        """For every kind of phase names, the columns of its three phases."""
        phases = {k: phase.letter for k in among if (phase := phase_of_name(reading(self._column(k).name)))}
        return [[[k for k in phases if phases[k] == name] for name in names] for names in PHASE_NAMES]

    def _without_choice(self) -> list[int | None]:
        """One column, or three that are taken in their order."""
        rising = [k for k in self.numeric if self._column(k).is_rising]
        if len(self.numeric) == 1 and not rising:
            self.notes.append(f"the only column of numbers ({self.table.listed(self.numeric)}) was taken as phase R")
            return [self.numeric[0], None, None]
        if len(self.numeric) == len(PHASES) and not rising and not self.takes_order:
            raise UnreadableRecording(
                f"{self.table.source} has three columns of numbers that are not named for phases "
                f"({self.table.listed(self.numeric)}), so their order is not known; give R,S,T by --phase-columns, for "
                f"example --phase-columns {self.table.asked_by(self.numeric)}"
            )
        if len(self.numeric) == len(PHASES) and not rising:
            self.notes.append(f"columns {self.table.listed(self.numeric)} were taken as R, S, T in this order")
            return list(self.numeric)
        likely = [k for k in self.numeric if k not in rising] or self.numeric
        hint = f"; column {self.table.listed(rising)} rises steadily: time is chosen by --time-column" if rising else ""
        raise UnreadableRecording(
            f"{self.table.source} has {len(self.numeric)} column(s) of numbers and none is clearly a phase "
            f"({self.table.listed(self.numeric)}); choose R,S,T by --phase-columns, for example --phase-columns "
            f"{self.table.asked_by(likely[: len(PHASES)])}{hint}"
        )
