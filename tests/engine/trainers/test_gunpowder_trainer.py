from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dacapo_engine.errors import ConfigError, DataError, TrainingError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDataset
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    LocalContainerIdentifier,
    ZarrArray,
)
from dacapo_engine.experiments.trainers import (
    DummyTrainer,
    DummyTrainerConfig,
    GunpowderTrainer,
    GunpowderTrainerConfig,
)
from dacapo_engine.experiments.trainers.gp_augments import SimpleAugmentConfig

Make = Callable[..., Any]
CPU = torch.device("cpu")


@pytest.fixture
def trainer(dataset: RawGTDataset, model: Any, task: Any) -> Iterator[GunpowderTrainer]:
    config = GunpowderTrainerConfig(
        num_data_fetchers=0,
        batch_size=2,
        learning_rate=1e-2,
        warmup_iterations=1,
        precision="float32",
        augments=(SimpleAugmentConfig(),),
    )
    with GunpowderTrainer(config) as made:
        made.build_batch_provider([dataset], model, task)
        yield made


def test_the_loss_falls(trainer: GunpowderTrainer, model: Any) -> None:
    optimizer = trainer.create_optimizer(model)
    stats = list(trainer.iterate(60, model, optimizer, CPU))
    losses = [entry.loss for entry in stats]
    assert np.mean(losses[-8:]) < 0.9 * np.mean(losses[:8])
    assert [entry.iteration for entry in stats] == list(range(60))
    assert all(entry.time > 0 and entry.wait >= 0 for entry in stats)
    assert trainer.iteration == 60


def test_next_gives_raw_gt_target_weight_and_mask(trainer: GunpowderTrainer) -> None:
    raw, gt, target, weight, mask = trainer.next()
    assert raw.shape == (2, 1, 16, 16, 16)
    assert gt.shape == mask.shape == (2, 16, 16, 16)
    assert target.shape == weight.shape == (2, 3, 16, 16, 16)
    assert trainer.iteration == 1
    trainer.iteration = 0
    assert torch.equal(trainer.next()[0], raw)
    for batch, _ in zip(trainer, range(2), strict=False):
        assert batch[0].shape == raw.shape


def test_the_output_of_valid_padding_is_the_middle(
    dataset: RawGTDataset, task: Any, architecture: CNNectomeUNetConfig
) -> None:
    config = architecture.replace(padding="valid", input_shape=(20, 20, 20))
    model = task.create_model(config.architecture_type(config))
    with GunpowderTrainer(GunpowderTrainerConfig(num_data_fetchers=0)) as trainer:
        trainer.build_batch_provider([dataset], model, task)
        raw, gt, *_ = trainer.next()
        assert raw.shape[2:] == (20, 20, 20)
        assert gt.shape[1:] == tuple(model.output_shape)
        list(trainer.iterate(1, model, trainer.create_optimizer(model), CPU))


def test_can_train(trainer: GunpowderTrainer, dataset: RawGTDataset, model: Any, task: Any) -> None:
    assert trainer.can_train([dataset])
    assert not trainer.can_train([])
    unlabelled = dataset.with_arrays({"raw": dataset.raw, "labels": dataset.gt})
    unlabelled.gt = None  # type: ignore[assignment]
    assert not trainer.can_train([dataset, unlabelled])
    with pytest.raises(DataError, match="needs labels"):
        trainer.build_batch_provider([unlabelled], model, task)


def test_nothing_is_drawn_before_the_provider_is_built(model: Any) -> None:
    trainer = GunpowderTrainer(GunpowderTrainerConfig())
    with pytest.raises(ConfigError, match="build_batch_provider"):
        trainer.next()
    with pytest.raises(ConfigError, match="build_batch_provider"):
        trainer.visualize_pipeline()


@pytest.mark.parametrize("count", [0, -3])
def test_the_number_of_iterations_is_positive(
    trainer: GunpowderTrainer, model: Any, count: int
) -> None:
    with pytest.raises(ValueError, match="positive"):
        next(trainer.iterate(count, model, trainer.create_optimizer(model), CPU))


def test_a_volume_smaller_than_the_patch(on_grid: Make, cubes: Make, model: Any, task: Any) -> None:
    raw, labels = cubes(12, 20, 20)
    small = RawGTDataset.from_arrays("small", on_grid(raw), on_grid(labels))
    trainer = GunpowderTrainer(GunpowderTrainerConfig())
    with pytest.raises(DataError, match="raw is 12 x 20 x 20 voxels; the model reads 16 x 16 x 16"):
        trainer.build_batch_provider([small], model, task)


def test_labels_of_another_voxel_size(on_grid: Make, cubes: Make, model: Any, task: Any) -> None:
    raw, labels = cubes(32, 32, 32)
    coarse = on_grid(labels[::2, ::2, ::2], (16, 16, 16))
    dataset = RawGTDataset.from_arrays("coarse", on_grid(raw), coarse)
    trainer = GunpowderTrainer(GunpowderTrainerConfig())
    with pytest.raises(DataError, match="voxel of labels"):
        trainer.build_batch_provider([dataset], model, task)


def test_a_loss_that_is_no_number_keeps_the_weights(
    trainer: GunpowderTrainer, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    optimizer = trainer.create_optimizer(model)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    compute = type(trainer._loss).compute
    monkeypatch.setattr(
        type(trainer._loss), "compute", lambda *values: compute(*values) * float("nan")
    )
    with pytest.raises(TrainingError, match=r"iteration 0 is not a number \(sample 0\)"):
        next(trainer.iterate(5, model, optimizer, CPU))
    for name, value in model.named_parameters():
        assert torch.equal(value, before[name])


@pytest.mark.parametrize("clip", [None, 1.0])
def test_a_gradient_that_is_no_number_keeps_the_weights(
    dataset: RawGTDataset, model: Any, task: Any, clip: float | None
) -> None:
    config = GunpowderTrainerConfig(num_data_fetchers=0, gradient_clip=clip, precision="float32")
    with GunpowderTrainer(config) as trainer:
        trainer.build_batch_provider([dataset], model, task)
        optimizer = trainer.create_optimizer(model)
        before = {name: value.clone() for name, value in model.named_parameters()}
        last = list(model.parameters())[-1]
        last.register_hook(lambda gradient: gradient * float("inf"))
        with pytest.raises(TrainingError, match="gradient of iteration 0 is not a number"):
            next(trainer.iterate(5, model, optimizer, CPU))
    for name, value in model.named_parameters():
        assert torch.equal(value, before[name])


def test_the_rate_warms_up(dataset: RawGTDataset, model: Any, task: Any) -> None:
    config = GunpowderTrainerConfig(
        num_data_fetchers=0, warmup_iterations=4, learning_rate=0.4, precision="float32"
    )
    with GunpowderTrainer(config) as trainer:
        trainer.build_batch_provider([dataset], model, task)
        optimizer = trainer.create_optimizer(model)
        for group in optimizer.param_groups:
            group["weight_decay"] = 0.0
        rates = [s.learning_rate for s in trainer.iterate(6, model, optimizer, CPU)]
    assert rates == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.4])


def test_snapshots_lie_where_the_sample_was(
    tmp_path: Path, on_grid: Make, task: Any, architecture: CNNectomeUNetConfig
) -> None:
    sizes, offset = (283.718, 126.786, 126.786), (3, 10, 0)
    rng = np.random.default_rng(1)
    values = rng.random((24, 28, 32), dtype=np.float32)
    raw = on_grid(values, sizes, offset=offset)
    gt = on_grid(rng.integers(1, 4, values.shape, dtype=np.uint32), sizes, offset=offset)
    dataset = RawGTDataset.from_arrays("random", raw, gt)
    padded = architecture.replace(padding="valid", input_shape=(20, 20, 20))
    model = task.create_model(padded.architecture_type(padded))
    container = LocalContainerIdentifier(tmp_path / "snapshots.zarr")
    config = GunpowderTrainerConfig(num_data_fetchers=0, snapshot_interval=3, min_masked=0.9)
    with GunpowderTrainer(config) as trainer:
        trainer.build_batch_provider([dataset], model, task, container)
        optimizer = trainer.create_optimizer(model)
        for stats in trainer.iterate(6, model, optimizer, CPU):
            if stats.iteration == 3:
                trainer.ask_for_snapshot()
    assert sorted(int(path.name) for path in container.container.iterdir() if path.is_dir()) == [
        0, 3, 4,
    ]  # fmt: skip
    for iteration in (0, 3, 4):
        stored = {
            name: ZarrArray.open_from_array_identifier(
                container.array_identifier(f"{iteration}/{name}")
            )
            for name in ("raw", "gt", "mask", "target", "weight", "prediction", "gradients")
        }
        shown = stored["raw"]
        assert shown.voxel_size_nm == sizes
        assert shown.roi.shape / shown.voxel_size == (20, 20, 20)
        inner = shown.roi.intersect(raw.roi)
        np.testing.assert_allclose(np.squeeze(shown[inner]), raw[inner], atol=1e-6)
        truth = stored["gt"].roi.intersect(gt.roi)
        np.testing.assert_array_equal(stored["gt"][truth], gt[truth])
        assert all(stored[name].roi == stored["gt"].roi for name in stored if name != "raw")
        assert stored["prediction"][stored["prediction"].roi].min() >= 0
        assert np.abs(stored["gradients"][stored["gradients"].roi]).max() > 0


def test_without_an_average(dataset: RawGTDataset, model: Any, task: Any) -> None:
    config = GunpowderTrainerConfig(num_data_fetchers=0, average_decay=None, optimizer="adamw")
    with GunpowderTrainer(config) as trainer:
        trainer.build_batch_provider([dataset], model, task)
        list(trainer.iterate(1, model, trainer.create_optimizer(model), CPU))
        assert trainer.average is None


def test_the_average_follows_the_weights(trainer: GunpowderTrainer, model: Any) -> None:
    optimizer = trainer.create_optimizer(model)
    assert trainer.average is not None
    parameter = next(iter(model.parameters()))
    expected = parameter.detach().clone()
    for step, _ in enumerate(trainer.iterate(5, model, optimizer, CPU), 1):
        decay = min(0.995, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * parameter.detach()
    live = parameter.detach().clone()
    with trainer.average.applied():
        assert torch.allclose(parameter, expected, atol=1e-6)
    assert torch.equal(parameter, live)


class TestDummyTrainer:
    def test_steps(self, model: Any, task: Any) -> None:
        with DummyTrainer(DummyTrainerConfig(mirror_augment=True)) as trainer:
            optimizer = trainer.create_optimizer(model)
            with pytest.raises(ConfigError, match="build_batch_provider"):
                next(trainer.iterate(1, model, optimizer, CPU))
            trainer.build_batch_provider([], model, task)
            stats = list(trainer.iterate(3, model, optimizer, CPU))
            assert [entry.iteration for entry in stats] == [0, 1, 2]
            assert trainer.can_train([])
            with pytest.raises(ValueError, match="positive"):
                next(trainer.iterate(0, model, optimizer, CPU))

    def test_nothing_is_learned_from_noise(self) -> None:
        assert not DummyTrainerConfig().verify()[0]
        assert GunpowderTrainerConfig().verify()[0]
