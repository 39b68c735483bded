"""The history of a training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["TrainingStats"]


@dataclass
class TrainingStats:
    """Stats of every iteration, in order; rows lost in a crash leave a gap.

    Attributes
    ----------
    iteration_stats
        One entry per iteration.
    """

    iteration_stats: list[TrainingIterationStats] = field(default_factory=list)

    def add_iteration_stats(self, iteration_stats: TrainingIterationStats) -> None:
        """Append the stats of a later iteration; ValueError where it is an earlier one."""
        expected = self.trained_until()
        if iteration_stats.iteration < expected:
            raise DataError(
                f"Expected the stats of iteration {expected}, got {iteration_stats.iteration}."
            )
        self.iteration_stats.append(iteration_stats)

    def delete_after(self, iteration: int) -> None:
        """Keep the stats of iterations before `iteration` only."""
        self.iteration_stats = [s for s in self.iteration_stats if s.iteration < iteration]

    def trained_until(self) -> int:
        """The iteration that comes next; 0 where nothing was trained yet."""
        return self.iteration_stats[-1].iteration + 1 if self.iteration_stats else 0

    def to_xarray(self) -> xr.DataArray:
        """The losses along a dimension ``iterations`` with the iteration numbers."""
        import xarray as xr

        return xr.DataArray(
            [stats.loss for stats in self.iteration_stats],
            dims=("iterations",),
            coords={"iterations": [stats.iteration for stats in self.iteration_stats]},
            name="loss",
        )
