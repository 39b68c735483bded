"""What a trainer promises beyond single features: order, one pipeline, inputs left alone."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dacapo_engine.apply import choose_weights, segment_volume
from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.experiments.datasplits.datasets import RawGTDataset
from dacapo_engine.experiments.datasplits.datasets.arrays import LocalArrayIdentifier
from dacapo_engine.experiments.model import Model
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.post_processors import WatershedPostProcessor
from dacapo_engine.experiments.trainers import (
    DummyTrainer,
    DummyTrainerConfig,
    GunpowderTrainer,
    GunpowderTrainerConfig,
    Trainer,
)
from dacapo_engine.experiments.trainers.gp_augments import (
    ElasticAugmentConfig,
    GammaAugmentConfig,
    IntensityAugmentConfig,
    IntensityScaleShiftAugmentConfig,
    NoiseAugmentConfig,
    SimpleAugmentConfig,
)
from dacapo_engine.experiments.trainers.sample_pipeline import SamplePipeline
from dacapo_engine.predict import predict
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.train import train_run

Make = Callable[..., Any]
CPU = torch.device("cpu")


def made(dataset: RawGTDataset, model: Any, task: Any, **fields: Any) -> GunpowderTrainer:
    config = GunpowderTrainerConfig(num_data_fetchers=0, precision="float32", **fields)
    trainer = GunpowderTrainer(config)
    trainer.build_batch_provider([dataset], model, task)
    return trainer


def test_a_trainer_of_ones_own_needs_every_method() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Trainer()  # type: ignore[abstract]


def test_the_pipeline_is_shown_to_this_machine_alone() -> None:
    for cls in (Trainer, GunpowderTrainer):
        parameters = inspect.signature(cls.visualize_pipeline).parameters
        assert parameters["bind_address"].default == "127.0.0.1"
        assert parameters["bind_port"].default == 0
    with pytest.raises(ConfigError, match="no pipeline"):
        DummyTrainer(DummyTrainerConfig()).visualize_pipeline()


def test_augments_are_applied_in_their_order(
    on_grid: Make, cubes: Make, model: Any, task: Any
) -> None:
    """First shifted and then scaled is not first scaled and then shifted."""
    _, labels = cubes(24, 24, 24)
    even = on_grid(np.full(labels.shape, 0.5, np.float32))
    dataset = RawGTDataset.from_arrays("even", even, on_grid(labels))
    shift = IntensityScaleShiftAugmentConfig(scale=1, shift=1)
    scale = IntensityScaleShiftAugmentConfig(scale=3, shift=0)
    for augments, expected in (((shift, scale), 4.5), ((scale, shift), 2.5)):
        with made(dataset, model, task, augments=augments) as trainer:
            raw = trainer.next()[0]
        torch.testing.assert_close(raw, torch.full_like(raw, expected))


def test_gt_min_reject_is_a_share_of_objects(
    on_grid: Make, cubes: Make, model: Any, task: Any
) -> None:
    """Whatever the ids are: their mean is far above any share."""
    raw, labels = cubes(32, 32, 32)
    labels[:, :, :16] = 0
    share = float((labels > 0).mean())
    dataset = RawGTDataset.from_arrays("large", on_grid(raw), on_grid(labels * 10**6))
    with made(dataset, model, task, gt_min_reject=share, min_masked=None) as trainer:
        for _ in range(10):
            _, gt, *_ = trainer.next()
            assert float((gt > 0).float().mean()) >= share * 0.7
    with (
        made(dataset, model, task, gt_min_reject=0.9) as trainer,
        pytest.raises(DataError, match="None of 200 random patches"),
    ):
        trainer.next()


def test_the_pipeline_is_built_once(
    dataset: RawGTDataset, model: Any, task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[SamplePipeline] = []
    build = SamplePipeline._build

    def counted(self: SamplePipeline) -> Any:
        built.append(self)
        return build(self)

    monkeypatch.setattr(SamplePipeline, "_build", counted)
    with made(dataset, model, task) as trainer:
        list(trainer.iterate(4, model, trainer.create_optimizer(model), CPU))
    assert len(built) == 1


def test_arrays_in_memory_are_left_alone(dataset: RawGTDataset, model: Any, task: Any) -> None:
    assert dataset.gt is not None
    before = dataset.raw.data.copy(), dataset.gt.data.copy()
    augments = (
        SimpleAugmentConfig(),
        GammaAugmentConfig(),
        IntensityAugmentConfig(),
        IntensityScaleShiftAugmentConfig(scale=2, shift=1),
        NoiseAugmentConfig(),
        ElasticAugmentConfig(control_point_spacing=(8, 8, 8)),
    )
    for some in (augments, augments[1:], augments[:1], ()):
        with made(dataset, model, task, augments=some) as trainer:
            for tensor in [t for _ in range(6) for t in trainer.next()]:
                tensor.zero_()
    np.testing.assert_array_equal(dataset.raw.data, before[0])
    np.testing.assert_array_equal(dataset.gt.data, before[1])


def test_how_long_steps_take_is_logged(
    dataset: RawGTDataset, model: Any, task: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with made(dataset, model, task) as trainer, caplog.at_level(logging.INFO, "dacapo_engine"):
        assert trainer.print_profiling == 100
        trainer.print_profiling = 2
        list(trainer.iterate(4, model, trainer.create_optimizer(model), CPU))
    told = [entry.getMessage() for entry in caplog.records if "waiting for data" in entry.message]
    assert [text.split(":")[0] for text in told] == ["iteration 0", "iteration 2"]


def test_a_model_keeps_the_weights_of_its_parts(model: Any) -> None:
    """Weights that somebody has trained are not drawn anew."""
    parts = model.architecture, torch.nn.Conv3d(3, 2, 1)
    before = [p.clone() for part in parts for p in part.parameters()]
    again = Model(*parts)
    assert all(map(torch.equal, again.parameters(), before))
    assert all(p.requires_grad for p in again.parameters())


def test_predictions_are_those_of_the_stored_weights(
    tmp_path: Path, run_config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(run_config.replace(num_iterations=2))
    train_run(run, validate=False, runs=tmp_path, device="cpu")
    path = RunFolder.of(tmp_path, "try").checkpoints / "2"
    expected = torch.load(path, weights_only=True)["average"]["average"]
    seen: list[torch.Tensor] = []
    forward = Model.forward

    def watched(self: Model, raw: torch.Tensor) -> torch.Tensor:
        assert not self.training
        seen[:] = [parameter.detach().clone() for parameter in self.parameters()]
        return forward(self, raw)

    monkeypatch.setattr(Model, "forward", watched)
    predict("try", 2, tmp_path / "volume.zarr", "raw", tmp_path / "o.zarr", runs=tmp_path,
            device="cpu")  # fmt: skip
    assert len(seen) == len(expected)
    assert all(map(torch.equal, seen, expected))


def test_the_best_segments_with_its_weights_and_its_parameters(
    tmp_path: Path, run_config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = run_config.replace(num_iterations=2, checkpoint_interval=1)
    run = Run(config)
    train_run(run, validate=False, runs=tmp_path, device="cpu")
    folder = RunFolder.of(tmp_path, "try")
    chosen = run.task.parameters[-1]
    assert chosen.id > 0
    LocalWeightsStore(tmp_path).store_best("try", 1, "held", "ap50", chosen.to_dict(), 0.5)
    expected = torch.load(folder.checkpoints / "1", weights_only=True)["average"]["average"]
    weights: list[torch.Tensor] = []
    parameters: list[Any] = []
    forward, segment = Model.forward, WatershedPostProcessor.segment

    def watched_forward(self: Model, raw: torch.Tensor) -> torch.Tensor:
        weights[:] = [parameter.detach().clone() for parameter in self.parameters()]
        return forward(self, raw)

    def watched_segment(self: Any, prediction: Any, with_these: Any) -> Any:
        parameters.append(with_these)
        return segment(self, prediction, with_these)

    monkeypatch.setattr(Model, "forward", watched_forward)
    monkeypatch.setattr(WatershedPostProcessor, "segment", watched_segment)
    choice = choose_weights(folder, "best", "ap50", "held")
    raw = LocalArrayIdentifier(tmp_path / "volume.zarr", "raw")
    target = LocalArrayIdentifier(tmp_path / "out.zarr", "objects")
    segment_volume(folder, raw, target, choice, device="cpu")
    assert parameters == [chosen]
    assert all(map(torch.equal, weights, expected))
