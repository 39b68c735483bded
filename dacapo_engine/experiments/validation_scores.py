"""The history of all validations of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.validation_iteration_scores import ValidationIterationScores

if TYPE_CHECKING:
    import xarray as xr

    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.tasks.evaluators.evaluation_scores import EvaluationScores
    from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
        PostProcessorParameters,
    )

__all__ = ["ValidationScores"]


@dataclass
class ValidationScores:
    """Scores over iterations, datasets, post-processing parameters and criteria.

    Attributes
    ----------
    parameters
        What was tried in post-processing.
    datasets
        What was scored on.
    evaluation_scores
        Names the criteria and says which direction is better.
    scores
        One entry per validation.
    """

    parameters: Sequence[PostProcessorParameters]
    datasets: Sequence[Dataset]
    evaluation_scores: EvaluationScores
    scores: list[ValidationIterationScores] = field(default_factory=list)

    @property
    def criteria(self) -> list[str]:
        """Names of the criteria."""
        return list(self.evaluation_scores.criteria)

    @property
    def parameter_names(self) -> list[str]:
        """Names of what can be set in post-processing."""
        return list(self.parameters[0].parameter_names) if self.parameters else []

    def subscores(self, iteration_scores: Sequence[ValidationIterationScores]) -> ValidationScores:
        """The same datasets, parameters and criteria with other scores."""
        return ValidationScores(
            self.parameters, self.datasets, self.evaluation_scores, list(iteration_scores)
        )

    def add_iteration_scores(self, iteration_scores: ValidationIterationScores) -> None:
        """Append the scores of a validation."""
        self.scores.append(iteration_scores)

    def delete_after(self, iteration: int) -> None:
        """Keep the scores of iterations before `iteration` only."""
        self.scores = [scores for scores in self.scores if scores.iteration < iteration]

    def validated_until(self) -> int:
        """One more than the newest validated iteration; 0 where nothing was validated."""
        return max((scores.iteration + 1 for scores in self.scores), default=0)

    def compare(
        self, existing_iteration_scores: Sequence[ValidationIterationScores]
    ) -> tuple[bool, int]:
        """How what is stored relates to these scores.

        Returns
        -------
        tuple of bool and int
            Whether the stored scores reach further and have to be replaced, and the iteration
            from which these have to be stored.
        """
        if not existing_iteration_scores:
            return False, 0
        existing_until = max(scores.iteration + 1 for scores in existing_iteration_scores)
        if existing_until > self.validated_until():
            return True, 0
        return False, existing_until

    def to_xarray(self) -> xr.DataArray:
        """All scores with dimensions iterations, datasets, parameters and criteria."""
        import xarray as xr

        shape = (len(self.scores), len(self.datasets), len(self.parameters), len(self.criteria))
        return xr.DataArray(
            np.array([scores.scores for scores in self.scores], dtype=float).reshape(shape),
            dims=("iterations", "datasets", "parameters", "criteria"),
            coords={
                "iterations": [scores.iteration for scores in self.scores],
                "datasets": [dataset.name for dataset in self.datasets],
                "parameters": [parameters.id for parameters in self.parameters],
                "criteria": self.criteria,
            },
        )

    def get_best(self, data: xr.DataArray, dim: str) -> tuple[xr.DataArray, xr.DataArray]:
        """Where along `dim` each criterion is best, and its value there.

        Parameters
        ----------
        data
            Scores as `to_xarray` gives them, or a part of them; ``criteria`` may be a dimension
            or a single coordinate.
        dim
            The dimension to choose along.

        Returns
        -------
        tuple of DataArray
            Coordinates along `dim`, and values. Where all values are nan, so are both.

        Raises
        ------
        ValueError
            If `data` has no coordinate ``criteria``.
        """
        if "criteria" not in data.coords:
            raise DataError("Expected scores with a coordinate 'criteria', found none.")
        if "criteria" not in data.dims:
            return self._best_of(data, dim, str(data.coords["criteria"].item()))
        import xarray as xr

        names = [str(name) for name in data.coords["criteria"].values]
        found = [self._best_of(data.sel(criteria=name), dim, name) for name in names]
        where, value = zip(*found, strict=True)
        return xr.concat(where, dim=data.criteria), xr.concat(value, dim=data.criteria)

    def _best_of(
        self, data: xr.DataArray, dim: str, criterion: str
    ) -> tuple[xr.DataArray, xr.DataArray]:
        if self.evaluation_scores.higher_is_better(criterion):
            return data.idxmax(dim), data.max(dim)
        return data.idxmin(dim), data.min(dim)
