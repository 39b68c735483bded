"""The contract of every trainer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from dacapo_engine.errors import ConfigError

if TYPE_CHECKING:
    import torch

    from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
        LocalContainerIdentifier,
    )
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.model import Model
    from dacapo_engine.experiments.tasks.task import Task
    from dacapo_engine.experiments.trainers.pipeline_view import PipelineView
    from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats

__all__ = ["Trainer"]


class Trainer(ABC):
    """Draws samples and moves the weights of a model.

    Attributes
    ----------
    iteration : int
        The iteration that comes next; setting it makes the trainer go on from there.
    batch_size : int
        Samples per iteration.
    seed : int
        What the samples are a function of, with their number.
    learning_rate : float
        The full learning rate, after warm-up.
    num_iterations : int or None
        Where the run ends, for schedules that have to know; set before the optimizer is made.
    """

    iteration: int
    batch_size: int
    seed: int
    learning_rate: float
    num_iterations: int | None

    @abstractmethod
    def create_optimizer(self, model: Model) -> torch.optim.Optimizer:
        """An optimizer for the parameters of `model`."""

    @abstractmethod
    def iterate(
        self,
        num_iterations: int,
        model: Model,
        optimizer: torch.optim.Optimizer,
        device: torch.device,
    ) -> Iterator[TrainingIterationStats]:
        """Train for `num_iterations`, and yield the stats of each when it is done.

        Raises
        ------
        ValueError
            If `num_iterations` is not positive.
        """

    @abstractmethod
    def can_train(self, datasets: Sequence[Dataset]) -> bool:
        """Whether all `datasets` have what this trainer needs."""

    @abstractmethod
    def build_batch_provider(
        self,
        datasets: Sequence[Dataset],
        model: Model,
        task: Task,
        snapshot_container: LocalContainerIdentifier | None = None,
    ) -> None:
        """Prepare to draw samples of the sizes of `model` for the targets of `task`.

        Parameters
        ----------
        datasets
            Where samples come from.
        snapshot_container
            Where samples and their predictions are stored to be looked at; nowhere if None.
        """

    def visualize_pipeline(
        self,
        bind_address: str = "127.0.0.1",
        bind_port: int = 0,
        *,
        seed: int | None = None,
        first: int = 0,
    ) -> AbstractContextManager[PipelineView]:
        """Show samples in Neuroglancer; a trainer without a pipeline raises ConfigError."""
        raise ConfigError(f"{type(self).__name__} has no pipeline to show.")
