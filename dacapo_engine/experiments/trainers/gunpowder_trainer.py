"""The trainer that draws random patches through gunpowder."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

import torch
from funlib.geometry import Coordinate
from torch.optim.lr_scheduler import LRScheduler

from dacapo_engine.errors import ConfigError, DataError, DivergedError
from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
from dacapo_engine.experiments.datasplits.datasets.arrays.ones_array import OnesArray
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray
from dacapo_engine.experiments.trainers.optimizers import create_optimizer, create_schedule
from dacapo_engine.experiments.trainers.pipeline_view import PipelineView
from dacapo_engine.experiments.trainers.precision import to_fast_layout
from dacapo_engine.experiments.trainers.sample_loader import SampleBatch, SampleLoader
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan
from dacapo_engine.experiments.trainers.sample_planning import plan_samples
from dacapo_engine.experiments.trainers.snapshot_writer import SnapshotWriter
from dacapo_engine.experiments.trainers.trainer import Trainer
from dacapo_engine.experiments.trainers.training_step import Batch, take_step
from dacapo_engine.experiments.trainers.weight_average import WeightAverage
from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats
from dacapo_engine.gp import CopyMask, DaCapoArraySource, DaCapoTargetFilter, GraphSource, Product

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
        LocalContainerIdentifier,
    )
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.model import Model
    from dacapo_engine.experiments.tasks.losses.loss import Loss
    from dacapo_engine.experiments.tasks.task import Task
    from dacapo_engine.experiments.trainers.gunpowder_trainer_config import (
        GunpowderTrainerConfig,
    )

__all__ = [
    "CopyMask",
    "DaCapoArraySource",
    "DaCapoTargetFilter",
    "GraphSource",
    "GunpowderTrainer",
    "NumpyArray",
    "OnesArray",
    "Product",
    "Trainer",
    "TrainingIterationStats",
    "ZarrArray",
]

logger = logging.getLogger(__name__)


class GunpowderTrainer(Trainer):
    """Trains on patches that a gunpowder pipeline draws and augments.

    Use it as a context manager, so that its data workers end with the block.

    Attributes
    ----------
    accumulate : int
        Batches of one iteration.
    num_data_fetchers : int
        Processes that prepare samples.
    print_profiling : int
        How often, in iterations, the share of waiting is logged.
    snapshot_iteration : int or None
        How often a snapshot is written.
    min_masked, augments, clip_raw, gt_min_reject
        As in the config.
    mask_integral_downsample_factor : int
        By how much the mask of a large volume is coarser where sampling looks it up.
    scheduler : torch.optim.lr_scheduler.LRScheduler or None
        Made with the optimizer; it counts iterations.
    average : WeightAverage or None
        Made with the optimizer, where the config asks for it.
    snapshot_taken : int or None
        Iteration of the newest snapshot.
    label_version : callable
        Says which version of the labels samples are drawn from.
    """

    def __init__(self, trainer_config: GunpowderTrainerConfig) -> None:
        self.config = trainer_config
        self.learning_rate = trainer_config.learning_rate
        self.batch_size = trainer_config.batch_size
        self.accumulate = trainer_config.accumulate
        self.num_data_fetchers = trainer_config.num_data_fetchers
        self.snapshot_iteration = trainer_config.snapshot_interval
        self.min_masked = trainer_config.min_masked
        self.augments = trainer_config.augments
        self.clip_raw = trainer_config.clip_raw
        self.gt_min_reject = trainer_config.gt_min_reject
        self.print_profiling = 100
        self.mask_integral_downsample_factor = 4
        self.scheduler: LRScheduler | None = None
        self.average: WeightAverage | None = None
        self.snapshot_taken: int | None = None
        self.label_version: Callable[[], int] = lambda: 0
        self.seed = 0
        self.num_iterations: int | None = None
        self._iteration = 0
        self._loader: SampleLoader | None = None
        self._plan: SamplePlan | None = None
        self._loss: Loss | None = None
        self._snapshots: SnapshotWriter | None = None
        self._snapshot_asked = False

    @property
    def iteration(self) -> int:
        """The iteration that comes next."""
        return self._iteration

    @iteration.setter
    def iteration(self, value: int) -> None:
        self._iteration = value
        if self._loader is not None:
            self._loader.restart(value * self.accumulate)

    def create_optimizer(self, model: Model) -> torch.optim.Optimizer:
        """The optimizer of the config, with its schedule and the average of the weights."""
        optimizer = create_optimizer(self.config.optimizer, model.parameters(), self.learning_rate)
        self.scheduler = create_schedule(
            optimizer,
            self.config.schedule,
            self.config.warmup_iterations,
            lambda: self.num_iterations,
        )
        decay = self.config.average_decay
        self.average = WeightAverage(model, decay) if decay is not None else None
        return optimizer

    def can_train(self, datasets: Sequence[Dataset]) -> bool:
        """Whether all `datasets` have labels."""
        return bool(datasets) and all(dataset.gt is not None for dataset in datasets)

    def build_batch_provider(
        self,
        datasets: Sequence[Dataset],
        model: Model,
        task: Task,
        snapshot_container: LocalContainerIdentifier | None = None,
    ) -> None:
        """Prepare to draw samples; raises DataError where a volume is too small for the model."""
        if not self.can_train(datasets):
            raise DataError("Every dataset to train on needs labels.", place="datasplit_config")
        plan = plan_samples(
            datasets,
            model,
            task,
            self.config,
            self.seed,
            self.mask_integral_downsample_factor,
        )
        self.close()
        self._plan = plan
        self._loader = SampleLoader(
            plan, self.batch_size, self.num_data_fetchers, lambda: self.label_version()
        )
        self._loader.restart(self._iteration * self.accumulate)
        self._loss = task.loss
        if snapshot_container is not None:
            self._snapshots = SnapshotWriter(snapshot_container, datasets[0].raw.grid)

    def next(self) -> tuple[torch.Tensor, ...]:
        """The samples of the next iteration as raw, gt, target, weight and mask.

        Each has a batch axis first, along which accumulated batches follow each other.
        """
        batches = [self._next_batch() for _ in range(self.accumulate)]
        self._iteration += 1
        names = ("raw", "gt", "target", "weight", "mask")
        return tuple(torch.cat([getattr(batch, name) for batch in batches]) for name in names)

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
        ConfigError
            If `num_iterations` is not positive.
        TrainingError
            If the loss is not a finite number; the weights are those before that step.
        """
        if num_iterations <= 0:
            raise ConfigError(f"Expected a positive number of iterations, got {num_iterations}.")
        model.to(device)
        to_fast_layout(model, model.architecture.dims)
        for _ in range(num_iterations):
            waiting = time.perf_counter()
            batches = [self._next_batch() for _ in range(self.accumulate)]
            started = time.perf_counter()
            rate = float(optimizer.param_groups[0]["lr"])
            loss = self._step(batches, model, optimizer, device)
            finished = time.perf_counter()
            stats = TrainingIterationStats(
                iteration=self._iteration,
                loss=loss,
                time=finished - started,
                wait=started - waiting,
                learning_rate=rate,
                label_version=batches[-1].label_version,
            )
            self._log_profile(stats)
            self._iteration += 1
            yield stats

    def visualize_pipeline(
        self,
        bind_address: str = "127.0.0.1",
        bind_port: int = 0,
        *,
        seed: int | None = None,
        first: int = 0,
    ) -> PipelineView:
        """Show samples after every node in Neuroglancer, from a second pipeline in a process.

        Parameters
        ----------
        bind_address
            Only programs of this computer reach the default.
        bind_port
            A free one if 0.
        seed
            Another seed than that of the run.
        first
            Number of the sample that is shown first.
        """
        if self._plan is None:
            raise ConfigError("build_batch_provider has to be called before the view.")
        plan = self._plan if seed is None else replace(self._plan, seed=seed)
        return PipelineView(plan, self.batch_size, first, bind_address, bind_port)

    def ask_for_snapshot(self) -> None:
        """Write a snapshot at the next iteration."""
        self._snapshot_asked = True

    def close(self) -> None:
        """End the data workers."""
        if self._loader is not None:
            self._loader.close()
            self._loader = None

    def __iter__(self) -> Iterator[tuple[torch.Tensor, ...]]:
        """Batches as `next` gives them, without end."""
        while True:
            yield self.next()

    def __enter__(self) -> GunpowderTrainer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the data workers."""
        self.close()

    def _next_batch(self) -> SampleBatch:
        if self._loader is None:
            raise ConfigError("build_batch_provider has to be called before samples are drawn.")
        return self._loader.next()

    def step_on(
        self,
        raw: torch.Tensor,
        target: torch.Tensor,
        weight: torch.Tensor,
        loss: Loss,
        model: Model,
        optimizer: torch.optim.Optimizer,
        keep_gradient: bool = False,
    ) -> tuple[float, torch.Tensor]:
        """One step on tensors with a batch axis; see `take_step`."""
        value, prediction = take_step(
            model, optimizer, loss, [(raw, target, weight)], self.config, keep_gradient
        )
        self._after_step()
        return value, prediction

    def _after_step(self) -> None:
        if self.scheduler is not None:
            self.scheduler.step()
        if self.average is not None:
            self.average.update()

    def _step(
        self,
        batches: Sequence[SampleBatch],
        model: Model,
        optimizer: torch.optim.Optimizer,
        device: torch.device,
    ) -> float:
        if self._loss is None:
            raise ConfigError("build_batch_provider has to be called before iterate.")
        moved = (_on_device(batch, device) for batch in batches)
        snapshot = self._wants_snapshot()
        try:
            loss, prediction = take_step(
                model, optimizer, self._loss, moved, self.config, snapshot, count=len(batches)
            )
        except FloatingPointError as error:
            first = self._iteration * self.accumulate * self.batch_size
            raise DivergedError(
                f"The {error} of iteration {self._iteration} is not a number (sample {first}).",
                hint="Lower the learning rate, or look at that sample; the last weights are kept.",
            ) from error
        self._after_step()
        if snapshot:
            self._write_snapshot(batches[-1], prediction, model)
        return loss

    def _wants_snapshot(self) -> bool:
        if self._snapshots is None:
            return False
        interval = self.snapshot_iteration
        regular = interval is not None and self._iteration % interval == 0
        return regular or self._snapshot_asked

    def _write_snapshot(self, batch: SampleBatch, prediction: torch.Tensor, model: Model) -> None:
        if self._snapshots is None or prediction.grad is None:
            return
        shown = prediction.detach()[0].float()
        if model.eval_activation is not None:
            shown = model.eval_activation(shown[None])[0]
        arrays = {
            "raw": batch.raw[0].float(),
            "gt": batch.gt[0],
            "mask": batch.mask[0].to(torch.uint8),
            "target": batch.target[0].float(),
            "weight": batch.weight[0].float(),
            "prediction": shown,
            "gradients": prediction.grad[0].float(),
        }
        plain = {name: tensor.cpu().contiguous().numpy() for name, tensor in arrays.items()}
        center = Coordinate(int(c) for c in batch.location[0])
        self._snapshots.write(self._iteration, plain, center)
        self.snapshot_taken = self._iteration
        self._snapshot_asked = False

    def _log_profile(self, stats: TrainingIterationStats) -> None:
        if self.print_profiling and stats.iteration % self.print_profiling == 0:
            logger.info(
                "iteration %d: %.3f s for the step, %.3f s waiting for data",
                stats.iteration,
                stats.time,
                stats.wait,
            )


def _on_device(batch: SampleBatch, device: torch.device) -> Batch:
    return (
        batch.raw.to(device, torch.float32, non_blocking=True),
        batch.target.to(device, non_blocking=True),
        batch.weight.to(device, non_blocking=True),
    )
