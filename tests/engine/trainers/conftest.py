"""Volumes in memory, plans over them, and networks of two features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zarr
from funlib.geometry import Coordinate

from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDataset, RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    NumpyArray,
    OnesArray,
    VoxelGrid,
    ZarrArrayConfig,
)
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.tasks.predictors.affinities_predictor import AffinitiesPredictor
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments import (
    ElasticAugmentConfig,
    NoiseAugmentConfig,
    SimpleAugmentConfig,
)
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan, SampleSource

Values = np.ndarray[Any, Any]
NEIGHBORS = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def on_grid() -> Callable[..., NumpyArray]:
    """Values, voxel sizes in nm, axes and offset in voxels to an array."""

    def make(
        values: Values,
        sizes: Sequence[float] = (8, 8, 8),
        axes: Sequence[str] | None = None,
        offset: Sequence[int] | None = None,
        name: str = "array",
    ) -> NumpyArray:
        exact = [Fraction(str(size)) for size in sizes]
        begin = [n * size for n, size in zip(offset or (0,) * len(sizes), exact, strict=True)]
        shape = values.shape[-len(sizes) :]
        grid = VoxelGrid.from_nanometres(shape, exact, begin)
        return NumpyArray.from_grid(
            values, grid, axes or ("c", "z", "y", "x")[-values.ndim :], name=name
        )

    return make


@pytest.fixture
def cubes() -> Callable[..., tuple[Values, Values]]:
    """Raw from 0 to 1 with bright cubes, and their ids."""

    def make(*shape: int, spacing: int = 8, size: int = 5) -> tuple[Values, Values]:
        labels = np.zeros(shape, np.uint32)
        corners = np.meshgrid(*[range(1, n - size, spacing) for n in shape], indexing="ij")
        for number, corner in enumerate(np.stack([c.ravel() for c in corners], 1), 1):
            labels[tuple(slice(c, c + size) for c in corner)] = number
        noise = np.random.default_rng(0).normal(0, 0.05, shape)
        return ((labels > 0) * 0.6 + 0.2 + noise).astype(np.float32), labels

    return make


@pytest.fixture
def plan_of() -> Callable[..., SamplePlan]:
    """Arrays to a plan of affinities to nearest neighbors."""

    def make(
        raw: NumpyArray,
        gt: NumpyArray,
        shape: Sequence[int],
        augments: Sequence[Any] = (),
        *,
        mask: Any = None,
        out_shape: Sequence[int] | None = None,
        neighborhood: Sequence[Sequence[int]] | None = None,
        points: Any = None,
        **fields: Any,
    ) -> SamplePlan:
        units = 1 if raw.unit == "nm" else 1000
        offsets = tuple(neighborhood or [offset[-raw.dims :] for offset in NEIGHBORS[-raw.dims :]])
        return SamplePlan(
            sources=(SampleSource(raw, gt, mask or OnesArray.like(gt), points=points),),
            predictor=AffinitiesPredictor(offsets),
            augments=tuple(augment.in_world(units) for augment in augments),
            input_size=Coordinate(shape) * raw.voxel_size,
            output_size=Coordinate(out_shape or shape) * raw.voxel_size,
            **fields,
        )

    return make


@pytest.fixture
def dataset(on_grid: Callable[..., NumpyArray], cubes: Any) -> RawGTDataset:
    """24 x 28 x 32 voxels of 8 nm with cubes to find."""
    raw, labels = cubes(24, 28, 32)
    return RawGTDataset.from_arrays("cubes", on_grid(raw), on_grid(labels))


@pytest.fixture
def task() -> Any:
    config = AffinitiesTaskConfig(neighborhood=NEIGHBORS)
    return config.task_type(config)


@pytest.fixture
def architecture() -> CNNectomeUNetConfig:
    return CNNectomeUNetConfig(
        input_shape=(16, 16, 16),
        num_fmaps=2,
        fmap_inc_factor=2,
        fmaps_out=3,
        downsample_factors=((2, 2, 2),),
        padding="same",
    )


@pytest.fixture
def model(task: Any, architecture: CNNectomeUNetConfig) -> Any:
    torch.manual_seed(0)
    return task.create_model(architecture.architecture_type(architecture))


@pytest.fixture
def run_config(tmp_path: Path, cubes: Any, architecture: CNNectomeUNetConfig) -> RunConfig:
    """A run of six iterations over a volume on disk, without workers."""
    raw, labels = cubes(24, 28, 40)
    root = zarr.open_group(str(tmp_path / "volume.zarr"), mode="w")
    arrays = {}
    for name, values in (("raw", raw), ("labels", labels)):
        root.create_dataset(name, data=values, chunks=(16, 16, 16)).attrs.update(
            voxel_size=[283.718, 126.786, 126.786], offset=[0, 1267.86, 0], units=["nm"] * 3
        )
        arrays[name] = ZarrArrayConfig(file_name=tmp_path / "volume.zarr", dataset=name)
    dataset = RawGTDatasetConfig(name="cubes", raw_config=arrays["raw"], gt_config=arrays["labels"])
    return RunConfig(
        name="try",
        num_iterations=6,
        validation_interval=1000,
        checkpoint_interval=1000,
        num_threads=1,
        seed=3,
        task_config=AffinitiesTaskConfig(
            neighborhood=NEIGHBORS,
            long_range_biases=(0.5,),
            long_range_groups=(0,),
            foreground_thresholds=(0.1, 0.3),
            agglomeration_thresholds=(1.0,),
            min_sizes=(5,),
        ),
        architecture_config=architecture,
        trainer_config=GunpowderTrainerConfig(
            num_data_fetchers=0,
            precision="float32",
            warmup_iterations=4,
            augments=(
                SimpleAugmentConfig(),
                ElasticAugmentConfig(control_point_spacing=(8, 8, 8)),
                NoiseAugmentConfig(),
            ),
        ),
        datasplit_config=TrainValidateDataSplitConfig(
            train_configs=(dataset,), validate_configs=(dataset.replace(name="held"),)
        ),
    )
