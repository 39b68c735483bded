"""Gradients of several batches make one step: the same samples, about the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from dacapo_engine.experiments.datasplits.datasets import RawGTDataset
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.trainers import GunpowderTrainer, GunpowderTrainerConfig
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.train import train_run

CPU = torch.device("cpu")


def drawn(dataset: RawGTDataset, model: Any, task: Any, **fields: Any) -> list[torch.Tensor]:
    config = GunpowderTrainerConfig(num_data_fetchers=0, **fields)
    with GunpowderTrainer(config) as trainer:
        trainer.build_batch_provider([dataset], model, task)
        trainer.iteration = 1
        return [trainer.next()[0] for _ in range(2)]


def test_a_halved_batch_sees_the_same_samples(dataset: RawGTDataset, model: Any, task: Any) -> None:
    whole = drawn(dataset, model, task, batch_size=4)
    halved = drawn(dataset, model, task, batch_size=2, accumulate=2)
    for one, two in zip(whole, halved, strict=True):
        assert torch.equal(one, two)


def session(config: RunConfig, runs: Path, end: int | None) -> Run:
    """Train until the end, or for so many iterations."""
    seen: list[Any] = []
    run = Run(config)
    train_run(
        run,
        validate=False,
        runs=runs,
        device="cpu",
        on_iteration=seen.append,
        should_stop=lambda: len(seen) == end,
    )
    return run


def trained(config: RunConfig, runs: Path, stops: tuple[int, ...] = (), **fields: Any) -> Any:
    config = config.replace(
        num_iterations=4, trainer_config=config.trainer_config.replace(augments=(), **fields)
    )
    for end in (*stops, None):
        run = session(config, runs, end)
    return [stats.loss for stats in run.training_stats.iteration_stats], LocalWeightsStore(
        runs
    ).retrieve_weights(config.name, 4).model


def test_steps_are_about_those_of_the_whole_batch(tmp_path: Path, run_config: RunConfig) -> None:
    losses, weights = trained(run_config, tmp_path / "whole", batch_size=2)
    parts, halved = trained(run_config, tmp_path / "halved", batch_size=1, accumulate=2)
    # Voxels that do not count are spread unevenly over the two, no more than that.
    torch.testing.assert_close(torch.tensor(parts), torch.tensor(losses), rtol=0.02, atol=0)
    for name, value in weights.items():
        torch.testing.assert_close(halved[name], value, rtol=0, atol=5e-3)


def test_going_on_is_the_same_to_the_last_bit(tmp_path: Path, run_config: RunConfig) -> None:
    losses, weights = trained(run_config, tmp_path / "whole", accumulate=3)
    parts, again = trained(run_config, tmp_path / "parts", (1, 2), accumulate=3)
    assert parts == losses
    assert all(torch.equal(again[name], value) for name, value in weights.items())
