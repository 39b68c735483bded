"""What is drawn of losses and scores: averages, outliers, fewer points; knows no Qt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import numpy.typing as npt

from dacapo_napari.run_updates import ValidationPoint
from dacapo_napari.runs.run_follower import higher_is_better, main_score

__all__ = [
    "OverlayCurve",
    "ScoreCurve",
    "Values",
    "running_average",
    "score_curve",
    "thinned",
    "without_outliers",
]

Values = npt.NDArray[np.float64]

_MOST_POINTS = 2000
_WHISKER = 1.5
_FEWEST_TO_JUDGE = 8


@dataclass(frozen=True)
class OverlayCurve:
    """The curve of another run, drawn thinner beside the one that is followed.

    Attributes
    ----------
    iterations, losses
        Of one length.
    points
        Its validations, one for each iteration and dataset.
    """

    iterations: Values
    losses: Values
    points: tuple[ValidationPoint, ...] = ()


@dataclass(frozen=True)
class ScoreCurve:
    """One score over the iterations at which it was measured, the mean of all datasets.

    Attributes
    ----------
    best
        Index of the best value; None where there is no value.
    """

    score: str
    iterations: Values
    values: Values
    best: int | None

    @property
    def since_best(self) -> int:
        """How many validations came after the best one."""
        return len(self.values) - 1 - self.best if self.best is not None else 0

    def since(self, first: float) -> ScoreCurve:
        """Without the validations before the iteration `first`; the best one is that of all."""
        kept = self.iterations >= first
        shown = self.best is not None and bool(kept[self.best])
        best = int(kept[: self.best].sum()) if shown else None
        return ScoreCurve(self.score, self.iterations[kept], self.values[kept], best)


def score_curve(points: Sequence[ValidationPoint], score: str = "") -> ScoreCurve:
    """The curve of `score`, or of the main one of the first validation."""
    score = score or (main_score(points[0].scores) if points else "")
    found: dict[int, list[float]] = defaultdict(list)
    for point in points:
        if score in point.scores:
            found[point.iteration].append(point.scores[score])
    table = np.array([(n, fmean(values)) for n, values in sorted(found.items())], dtype=float)
    iterations, values = table.reshape(-1, 2).T
    if not len(values):
        return ScoreCurve(score, iterations, values, None)
    best = values.argmax() if higher_is_better(score) else values.argmin()
    return ScoreCurve(score, iterations, values, int(best))


def running_average(values: Values) -> Values:
    """Average of each value with those before it, over a twentieth of all (5 to 200 of them)."""
    if not len(values):
        return values
    width = int(np.clip(len(values) // 20, 5, 200))
    finite = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(finite, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(finite)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - width)
    number = counts[ends] - counts[starts]
    with np.errstate(invalid="ignore"):
        average: Values = (sums[ends] - sums[starts]) / np.where(number, number, np.nan)
    return average


def without_outliers(values: Values) -> Values:
    """`values` with NaN for those far from the others: 1.5 times the quartiles' distance away.

    Logarithms are compared, since a loss falls by factors: the first steps are no outliers.
    """
    usable = np.isfinite(values) & (values > 0)
    if usable.sum() < _FEWEST_TO_JUDGE:
        return values
    powers = np.log(values, where=usable, out=np.full_like(values, np.nan))
    low, high = np.nanpercentile(powers, (25, 75))
    reach = _WHISKER * (high - low)
    return np.where((powers >= low - reach) & (powers <= high + reach), values, np.nan)


def thinned(*columns: Values) -> tuple[Values, ...]:
    """Every n-th value of each column, so that about 2000 are left; the newest is kept."""
    step = max(1, -(-len(columns[0]) // _MOST_POINTS))
    return tuple(column[::-step][::-1] for column in columns)
