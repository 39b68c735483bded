"""A run of a few steps over cubes on disk, and what segments with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zarr

from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    IntensitiesArrayConfig,
    ZarrArrayConfig,
)
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.store.array_store import LocalArrayIdentifier
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.train import train_run

Values = np.ndarray[Any, Any]
Put = Callable[..., LocalArrayIdentifier]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def cubes(shape: Sequence[int], spacing: int = 8, size: int = 5) -> tuple[Values, Values]:
    """Raw from 0 to 255 with bright cubes, and their ids."""
    labels = np.zeros(shape, np.uint32)
    corners = np.meshgrid(*[range(1, n - size, spacing) for n in shape], indexing="ij")
    for number, corner in enumerate(np.stack([c.ravel() for c in corners], 1), 1):
        labels[tuple(slice(c, c + size) for c in corner)] = number
    noise = np.random.default_rng(0).normal(0, 12, shape)
    return np.clip((labels > 0) * 150 + 50 + noise, 0, 255).astype(np.uint8), labels


def store(
    container: Path,
    name: str,
    values: Values,
    size: float = 8,
    offset: Sequence[float] = (0, 0, 0),
) -> LocalArrayIdentifier:
    """Write values as a dataset with cubic voxels."""
    root = zarr.open_group(str(container), mode="a")
    array = root.create_dataset(name, data=values, chunks=(16, 16, 16))
    array.attrs.update(voxel_size=[size] * 3, offset=list(offset), units=["nm"] * 3)
    return LocalArrayIdentifier(container, name)


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Store values in ``volume.zarr``."""
    return partial(store, tmp_path / "volume.zarr")


def config_of(container: Path) -> RunConfig:
    """A run over ``raw`` and ``labels`` of a container, without workers."""
    image = ZarrArrayConfig(file_name=container, dataset="raw")
    dataset = RawGTDatasetConfig(
        name="cubes",
        raw_config=IntensitiesArrayConfig(source_array_config=image, min=20, max=230),
        gt_config=ZarrArrayConfig(file_name=container, dataset="labels"),
    )
    return RunConfig(
        name="cubes",
        num_iterations=6,
        validation_interval=6,
        checkpoint_interval=1,
        keep_checkpoints=50,
        num_threads=1,
        task_config=AffinitiesTaskConfig(
            neighborhood=((1, 0, 0), (0, 1, 0), (0, 0, 1)),
            long_range_groups=(0,),
            foreground_thresholds=(0.1, 0.3),
            agglomeration_thresholds=(1.0,),
            min_sizes=(5,),
        ),
        architecture_config=CNNectomeUNetConfig(
            input_shape=(16, 16, 16),
            num_fmaps=2,
            fmap_inc_factor=2,
            fmaps_out=3,
            downsample_factors=((2, 2, 2),),
            padding="same",
        ),
        trainer_config=GunpowderTrainerConfig(
            num_data_fetchers=0, precision="float32", warmup_iterations=4, augments=()
        ),
        datasplit_config=TrainValidateDataSplitConfig(
            train_configs=(dataset,), validate_configs=(dataset.replace(name="held"),)
        ),
    )


def train_cubes(folder: Path) -> RunFolder:
    """The folder of a run after six steps over cubes of 24 x 28 x 40 voxels of 8 nm."""
    for name, values in zip(("raw", "labels"), cubes((24, 28, 40)), strict=True):
        store(folder / "volume.zarr", name, values)
    train_run(Run(config_of(folder / "volume.zarr")), runs=folder / "runs", device="cpu")
    return RunFolder.of(folder / "runs", "cubes")


@pytest.fixture
def config(tmp_path: Path, put: Put) -> RunConfig:
    """A run over 24 x 28 x 40 voxels of 8 nm."""
    for name, values in zip(("raw", "labels"), cubes((24, 28, 40)), strict=True):
        put(name, values)
    return config_of(tmp_path / "volume.zarr")


@pytest.fixture
def trained(tmp_path: Path, config: RunConfig) -> RunFolder:
    """The folder of that run after its six steps."""
    train_run(Run(config), runs=tmp_path / "runs", device="cpu")
    return RunFolder.of(tmp_path / "runs", "cubes")
