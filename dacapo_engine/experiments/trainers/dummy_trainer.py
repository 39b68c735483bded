"""The trainer for tests of what is around a trainer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

import torch

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.trainers.optimizers import create_optimizer
from dacapo_engine.experiments.trainers.trainer import Trainer
from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
        LocalContainerIdentifier,
    )
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.model import Model
    from dacapo_engine.experiments.tasks.losses.loss import Loss
    from dacapo_engine.experiments.tasks.task import Task
    from dacapo_engine.experiments.trainers.dummy_trainer_config import DummyTrainerConfig

__all__ = ["DummyTrainer"]


class DummyTrainer(Trainer):
    """Makes real steps on random raw and a target of zeros, without any volume."""

    iteration = 0
    seed = 0
    num_iterations: int | None = None

    def __init__(self, trainer_config: DummyTrainerConfig) -> None:
        self.learning_rate = trainer_config.learning_rate
        self.batch_size = trainer_config.batch_size
        self.mirror_augment = trainer_config.mirror_augment
        self._loss: Loss | None = None

    def create_optimizer(self, model: Model) -> torch.optim.Optimizer:
        """RAdam over all parameters."""
        return create_optimizer("radam", model.parameters(), self.learning_rate)

    def iterate(
        self,
        num_iterations: int,
        model: Model,
        optimizer: torch.optim.Optimizer,
        device: torch.device,
    ) -> Iterator[TrainingIterationStats]:
        """Make `num_iterations` steps; ValueError if that is not positive."""
        if num_iterations <= 0:
            raise ConfigError(f"Expected a positive number of iterations, got {num_iterations}.")
        if self._loss is None:
            raise ConfigError("build_batch_provider has to be called before iterate.")
        for _ in range(num_iterations):
            started = time.perf_counter()
            loss = self._step(self._loss, model, optimizer, device)
            yield TrainingIterationStats(self.iteration, loss, time.perf_counter() - started)
            self.iteration += 1

    def build_batch_provider(
        self,
        datasets: Sequence[Dataset],
        model: Model,
        task: Task,
        snapshot_container: LocalContainerIdentifier | None = None,
    ) -> None:
        """Remember the loss of `task`; no data is looked at."""
        self._loss = task.loss

    def can_train(self, datasets: Sequence[Dataset]) -> bool:
        """Noise needs no data."""
        return True

    def __enter__(self) -> DummyTrainer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def _step(
        self, loss: Loss, model: Model, optimizer: torch.optim.Optimizer, device: torch.device
    ) -> float:
        model.train()
        shape = (self.batch_size, model.num_in_channels, *model.input_shape)
        raw = torch.rand(shape, device=device)
        if self.mirror_augment and torch.rand(()) < 0.5:
            raw = raw.flip(-1)
        optimizer.zero_grad()
        prediction = model(raw)
        value = loss.compute(prediction, torch.zeros_like(prediction))
        value.backward()
        optimizer.step()
        return float(value.detach())
