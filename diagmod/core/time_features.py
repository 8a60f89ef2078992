"""The group ``time``: moments, shape, distribution and periodicity of the samples of a phase."""

from __future__ import annotations

from diagmod.core.amplitude_distribution import HISTOGRAM_BINS, amplitude_distribution
from diagmod.core.array_namespaces import Array, is_numpy, namespace
from diagmod.core.feature_definitions import Feature, for_each_phase
from diagmod.core.periodicity import autocorrelation_of_periods
from diagmod.core.segment_batch import SegmentBatch, split_by_phase
from diagmod.core.waveshape import waveshape

#: Samples taken at a time on a processor, so that intermediates stay in its second-level cache (1 MiB).
CACHED_SAMPLES = 65_536

_GROUP = "time"
_DEFINITION, _LEI = "definition", "Lei 2008, DOI 10.1016/j.eswa.2007.08.072"
_TYPE_7 = "Hyndman and Fan 1996, type 7"
_ROWS = (
    ("mean", "A", "average, the DC offset", "mean(x)", _DEFINITION, "sensor offset, rectifying load"),
    ("std", "A", "standard deviation", "sqrt(mean((x - mean)^2))", _DEFINITION, "load"),
    ("min", "A", "smallest sample", "min(x)", _DEFINITION, "load, transients"),
    ("max", "A", "largest sample", "max(x)", _DEFINITION, "load, transients"),
    ("rms", "A", "root mean square", "sqrt(mean(x^2))", _DEFINITION, "load, unbalance"),
    ("peak", "A", "largest magnitude", "max |x|", _DEFINITION, "load, transients"),
    ("peak_to_peak", "A", "span of the samples", "max - min", _DEFINITION, "load, transients"),
    ("crest", "1", "peak over rms; a sine has 1.414", "peak / rms", _LEI, "transients, harmonics"),
    ("shape", "1", "rms over mean magnitude; a sine has 1.111", "rms / mean |x|", _LEI, "harmonics, clipping"),
    ("impulse", "1", "peak over mean magnitude; a sine has 1.571", "peak / mean |x|", _LEI, "impacts"),
    ("clearance", "1", "peak over the square of the mean root; a sine has 1.716", "peak / mean(sqrt |x|)^2", _LEI,
     "impacts"),
    ("skewness", "1", "asymmetry of the distribution; NaN for a constant", "mean((x - mean)^3) / std^3", _DEFINITION,
     "even harmonics"),
    ("kurtosis", "1", "weight of the tails; a sine has 1.5, noise 3", "mean((x - mean)^4) / std^4", _DEFINITION,
     "impacts, modulation"),
    *((f"q{k:02d}", "A", f"{k} % of the samples lie below", "linear between samples", _TYPE_7, "load, clipping")
      for k in (5, 25, 50, 75, 95)),
    ("iqr", "A", "span of the middle half", "q75 - q25", _TYPE_7, "load"),
    ("entropy", "bit", "entropy of the amplitudes; a sine has 5.72, at most 6",
     f"-sum p log2 p, {HISTOGRAM_BINS} bins from min to max", "Shannon 1948", "impacts lower it, noise and modulation"),
    ("acf_period", "1", "autocorrelation at one supply period; 1 when periodic; NaN below 5 periods",
     "sum P cos(2 pi nu / f) / sum P / taper", "Wiener-Khinchin", "noise, modulation, interharmonics lower it"),
    ("acf_half", "1", "autocorrelation at half a period; -1 without even harmonics; NaN below 5 periods",
     "sum P cos(pi nu / f) / sum P / taper", "Wiener-Khinchin", "even harmonics raise it"),
    ("zero_cross_hz", "Hz", "zero-crossing frequency", "sign changes about the mean / (2 T)", _DEFINITION,
     "supply, harmonics, noise"),
)  # fmt: skip

FEATURES = for_each_phase(
    Feature(name=name, unit=unit, group=_GROUP, meaning=meaning, formula=formula, source=source, changes=changes)
    for name, unit, meaning, formula, source, changes in _ROWS
)


def compute(batch: SegmentBatch) -> dict[str, Array]:
    """Figures of every segment by the names of :data:`FEATURES`, each of shape (n_segments,)."""
    x = batch.currents
    # A GPU wants everything at once, a processor what fits its cache.
    step = max(1, CACHED_SAMPLES // (3 * batch.n)) if is_numpy(x) else max(1, len(x))
    pieces = [waveshape(x[k : k + step], batch.fs) for k in range(0, max(1, len(x)), step)]
    xp = namespace(x)
    figures = {name: xp.concat([piece[name] for piece in pieces]) for name in pieces[0]}
    figures |= amplitude_distribution(x)
    figures |= autocorrelation_of_periods(batch.power, batch.line_hz, batch.spectrum.bin_hz)
    return split_by_phase(figures)
