"""The next smaller run: fewer at a time, then a smaller patch, then a smaller network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.unet_sizes import check_input_shape
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArrayConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import DummyTrainerConfig, GunpowderTrainerConfig
from dacapo_engine.setup.model_cost import model_cost
from dacapo_engine.setup.smaller_run import SmallerRun, smaller


def run_of(trainer: Any = None, **network: Any) -> RunConfig:
    array = ZarrArrayConfig(file_name=Path("v.zarr"), dataset="raw")
    dataset = RawGTDatasetConfig(raw_config=array, gt_config=array)
    shape = network.get("input_shape", (96, 96, 96))
    dims = len(shape)
    fields = {
        "input_shape": shape,
        "num_fmaps": 32,
        "downsample_factors": ((2,) * dims,) * 2,
        "padding": "same",
    } | network
    return RunConfig(
        task_config=AffinitiesTaskConfig(neighborhood=((1,) + (0,) * (dims - 1),)),
        architecture_config=CNNectomeUNetConfig(**fields),
        trainer_config=trainer or GunpowderTrainerConfig(batch_size=4),
        datasplit_config=TrainValidateDataSplitConfig(train_configs=(dataset,)),
    )


def chain(config: RunConfig) -> Iterator[SmallerRun]:
    while (found := smaller(config)) is not None:
        yield found
        config = found.config


def unet_of(config: RunConfig) -> CNNectomeUNetConfig:
    network = config.architecture_config
    assert isinstance(network, CNNectomeUNetConfig)
    return network


def trainer_of(config: RunConfig) -> GunpowderTrainerConfig:
    trainer = config.trainer_config
    assert isinstance(trainer, GunpowderTrainerConfig)
    return trainer


def memory(config: RunConfig) -> int:
    return model_cost(unet_of(config), config.trainer_config.batch_size).training_bytes


@pytest.mark.parametrize(
    "network",
    [
        {},
        {"input_shape": (60, 148, 148), "padding": "valid"},
        {"input_shape": (512, 512)},
        {"input_shape": (1, 256, 256), "downsample_factors": ((1, 2, 2),) * 2},
    ],
)
def test_each_is_smaller_and_can_be_built(network: dict[str, Any]) -> None:
    before = run_of(**network)
    kinds = []
    for found in chain(before):
        unet = unet_of(found.config)
        check_input_shape(unet, unet.input_shape)
        assert memory(found.config) < 0.9 * memory(before)
        assert found.sentence.endswith(".")
        before = found.config
        kinds.append(found.kind)
    assert kinds[:2] == ["batch", "batch"]
    assert kinds[-1] == "model"
    assert kinds == sorted(kinds, key=["batch", "patch", "model"].index)
    assert trainer_of(before).batch_size * trainer_of(before).accumulate == 4


def test_the_batch_stays_whole() -> None:
    found = smaller(run_of(GunpowderTrainerConfig(batch_size=9, accumulate=2)))
    assert found is not None
    trainer = trainer_of(found.config)
    assert (trainer.batch_size, trainer.accumulate) == (3, 6)
    assert "18 samples" in found.sentence
    assert found.button == "Use smaller batch"


def test_far_neighbors_keep_the_patch_large() -> None:
    config = run_of(GunpowderTrainerConfig(), input_shape=(64, 64, 64), num_fmaps=8)
    far = config.replace(task_config=AffinitiesTaskConfig(neighborhood=((1, 0, 0), (30, 0, 0))))
    found = smaller(far)
    assert found is not None
    assert unet_of(found.config).input_shape[0] == 64
    assert unet_of(found.config).input_shape[1] < 64


def test_what_cannot_be_smaller() -> None:
    trainer = DummyTrainerConfig(batch_size=8)
    assert smaller(run_of(trainer, input_shape=(32, 32, 32), num_fmaps=8)) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"input_shape": (32, 32, 32)},
        {"input_shape": (100, 100, 100), "padding": "valid", "fmaps_in": 2},
        {"input_shape": (64, 64), "constant_upsample": False, "batch_norm": True},
        {"input_shape": (20, 20, 20), "downsample_factors": ()},
    ],
)
def test_parameters_are_counted_without_building(fields: dict[str, Any]) -> None:
    config = run_of(**({"num_fmaps": 4} | fields)).architecture_config
    assert isinstance(config, CNNectomeUNetConfig)
    built = config.architecture_type(config)
    cost = model_cost(config, 2)
    assert cost.parameters == sum(parameter.numel() for parameter in built.parameters())
    sides = zip(cost.field_of_view, built.context, strict=True)
    assert all(seen <= 2 * reach + 1 for seen, reach in sides)
    assert cost.training_bytes > 20 * cost.parameters
