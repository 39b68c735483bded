"""Whether the scores of a run still get better."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from statistics import fmean
from typing import Any

__all__ = ["ranks_of_rows", "stopped_improving"]

Row = Mapping[str, Any]


def ranks_of_rows(
    rows: Iterable[Row], rank: Callable[[Mapping[str, float]], float]
) -> dict[int, float]:
    """One number per validation, lower is better, from the rows of ``validation_scores.jsonl``.

    Of each dataset the best setting of the post-processing counts; datasets are averaged.

    Parameters
    ----------
    rank
        From the scores of a segmentation to a number; see `Evaluator.rank`.
    """
    best: dict[int, dict[str, float]] = {}
    for row in rows:
        value = rank({name: _number(score) for name, score in row["scores"].items()})
        of_datasets = best.setdefault(int(row["iteration"]), {})
        held = of_datasets.get(row["dataset"], math.nan)
        if math.isnan(held) or value < held:
            of_datasets[row["dataset"]] = value
    return {iteration: _mean(values.values()) for iteration, values in sorted(best.items())}


def stopped_improving(ranks: Mapping[int, float], patience: int, least_gain: float) -> int | None:
    """The iteration since which nothing got better, None while it does.

    Parameters
    ----------
    ranks
        A number per validation, lower is better; nan where nothing could be scored.
    patience
        So many validations in a row bring nothing better.
    least_gain
        By which share a number has to be lower to be better.
    """
    best, since, waited = math.nan, 0, 0
    for iteration, value in sorted(ranks.items()):
        if math.isnan(best) or value < best - least_gain * abs(best):
            best, since, waited = value, iteration, 0
        else:
            waited += 1
        if waited >= patience:
            return since
    return None


def _number(value: object) -> float:
    return math.nan if value is None else float(str(value))


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return fmean(known) if known else math.nan
