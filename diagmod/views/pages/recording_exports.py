"""Tables of one recording that a viewer takes home, each made only when it is asked for."""

from __future__ import annotations

from collections.abc import KeysView
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.verdicts import Reason
from diagmod.views.pages import recording_rows as rows
from diagmod.views.pages.downloads import Tables
from diagmod.views.pages.recording_parts import range_of

if TYPE_CHECKING:
    from diagmod.views.pages.recording import RecordingPage

#: Samples of each phase that a file takes; a text of more is a burden to browser and spreadsheet.
MOST_SAMPLES = 500_000

#: Samples beyond which a workbook or JSON of all tables leaves them out.
MOST_IN_ALL = 100_000


class Exports(Tables):
    """Samples and spectrum of what is looked at, features, verdicts and evidence."""

    def __init__(self, page: RecordingPage) -> None:
        self._page = page
        super().__init__(
            {
                "waveform": self._waveform,
                "spectrum": self._spectrum,
                "features": self._features,
                "verdicts": self._verdicts,
                "evidence": self._evidence,
            }
        )

    def keys(self) -> KeysView[str]:
        """What goes into a workbook or JSON of all: everything, but for samples that are too many for it."""
        first, last = self._samples()
        return dict.fromkeys(name for name in self if name != "waveform" or last - first <= MOST_IN_ALL).keys()

    def _samples(self) -> tuple[int, int]:
        look, (begin_s, end_s) = self._page.look, self._page.part.time_s
        return int(np.ceil(begin_s * look.fs - 1e-6)), min(int(end_s * look.fs + 1e-6) + 1, int(look.row["n_samples"]))

    def _waveform(self) -> pd.DataFrame:
        """Samples of the chosen phases in the visible range, as they were recorded."""
        look, part = self._page.look, self._page.part
        first, last = self._samples()
        if last - first > MOST_SAMPLES:
            raise ValueError(
                f"the visible range has {last - first} samples, a file takes {MOST_SAMPLES}; zoom in, or take all of "
                f"them from data/interim/waveforms/{look.waveform.name}"
            )
        shown = {f"current_{phase}": look.phase(phase)[first:last] for phase in part.phases}
        return pd.DataFrame({"time_s": np.arange(first, last) / look.fs, **shown})

    def _spectrum(self) -> pd.DataFrame:
        """Level of every bin in the visible range of frequencies."""
        look = self._page.look
        found = look.examination
        spectrum = found if isinstance(found, Reason) else found.spectrum
        if isinstance(spectrum, Reason) or isinstance(found, Reason):
            return pd.DataFrame({"frequency_hz": [], "level_dbc": []}, dtype="float64")
        low_hz, high_hz = range_of(look, self._page.part)
        first, last = int(np.ceil(low_hz / spectrum.bin_hz)), int(high_hz / spectrum.bin_hz) + 1
        power = np.maximum(spectrum.power[first:last].astype(np.float64), 1e-30)
        level = 10 * np.log10(power) - 20 * np.log10(found.carrier_amplitude)
        return pd.DataFrame({"frequency_hz": (first + np.arange(len(level))) * spectrum.bin_hz, "level_dbc": level})

    def _features(self) -> pd.DataFrame:
        look = self._page.look
        return rows.features(self._page.results, look.row, look.unit)

    def _verdicts(self) -> pd.DataFrame:
        return rows.verdicts(self._page.results, self._page.look.row)

    def _evidence(self) -> pd.DataFrame:
        return rows.evidence(self._page.results, self._page.look.row)
