"""Scores as rows of a file, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dacapo_engine.experiments.validation_iteration_scores import ValidationIterationScores

if TYPE_CHECKING:
    from dacapo_engine.experiments.validation_scores import ValidationScores

__all__ = ["rows_of_scores", "scores_of_rows"]

Row = dict[str, Any]


def rows_of_scores(scores: ValidationScores, since: int = 0) -> Iterator[Row]:
    """A row for each iteration from `since` on, dataset and setting of the post-processing."""
    for entry in scores.scores:
        if entry.iteration < since:
            continue
        for dataset, of_dataset in zip(scores.datasets, entry.scores, strict=True):
            for parameters, values in zip(scores.parameters, of_dataset, strict=True):
                yield {
                    "iteration": entry.iteration,
                    "dataset": dataset.name,
                    "parameters": parameters.to_dict(),
                    "scores": dict(zip(scores.criteria, values, strict=True)),
                }


def scores_of_rows(rows: Iterable[Row]) -> list[ValidationIterationScores]:
    """Scores by iteration; datasets and settings in the order in which they were first scored.

    Where something was scored twice, the later row counts.
    """
    by_iteration: dict[int, dict[str, dict[int, list[float]]]] = {}
    for row in rows:
        datasets = by_iteration.setdefault(int(row["iteration"]), {})
        of_dataset = datasets.setdefault(row["dataset"], {})
        of_dataset[int(row["parameters"]["id"])] = [float(v) for v in row["scores"].values()]
    return [
        ValidationIterationScores(
            iteration, [[values[key] for key in sorted(values)] for values in datasets.values()]
        )
        for iteration, datasets in sorted(by_iteration.items())
    ]
