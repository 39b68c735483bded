"""A script written for DaCapo, with nothing but its imports changed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import zarr
from funlib.geometry import Coordinate, Roi

from dacapo_engine.apply import apply
from dacapo_engine.experiments import Run, RunConfig
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    CropArrayConfig,
    IntensitiesArrayConfig,
    ZarrArrayConfig,
)
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig, DistanceTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments import (
    ElasticAugmentConfig,
    IntensityAugmentConfig,
    SimpleAugmentConfig,
)
from dacapo_engine.store.create_store import (
    create_array_store,
    create_config_store,
    create_stats_store,
    create_weights_store,
)
from dacapo_engine.train import train_run
from dacapo_engine.validate import validate

VOXEL = 8
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of a tiny network wait for each other more than they compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """Raw and labels, 32 x 48 x 64 at 8 nm: bright bricks with dark walls between them."""
    brick = np.pad(np.ones((6, 10, 14), np.uint8), 1)
    ids = np.arange(1, 4 * 4 * 4 + 1, dtype=np.uint32).reshape(4, 4, 4)
    labels = np.kron(ids, brick)
    noise = np.random.default_rng(0).normal(0, 12, labels.shape)
    raw = np.clip((labels > 0) * 140 + 60 + noise, 0, 255).astype(np.uint8)
    container = tmp_path / "volume.zarr"
    group = zarr.open_group(str(container), mode="w")
    for name, values in (("raw", raw), ("labels", labels)):
        array = group.create_dataset(name, data=values)
        array.attrs.update(resolution=[VOXEL] * 3, offset=[0, 0, 0])
    return container


def describe_data(container: Path) -> TrainValidateDataSplitConfig:
    raw = IntensitiesArrayConfig(
        name="raw",
        source_array_config=ZarrArrayConfig(
            name="raw_uint8", file_name=container, dataset="raw", snap_to_grid=Coordinate(8, 8, 8)
        ),
        min=0,
        max=255,
    )
    labels = ZarrArrayConfig(name="labels", file_name=container, dataset="labels")
    end = CropArrayConfig(
        name="end",
        source_array_config=labels,
        roi=Roi((0, 0, 48 * VOXEL), (32 * VOXEL, 48 * VOXEL, 16 * VOXEL)),
    )
    train = RawGTDatasetConfig(name="train", raw_config=raw, gt_config=labels, weight=1)
    held_back = RawGTDatasetConfig(name="held_back", raw_config=raw, gt_config=end)
    return TrainValidateDataSplitConfig(
        name="split", train_configs=[train], validate_configs=[held_back]
    )


def describe_run(container: Path) -> RunConfig:
    architecture = CNNectomeUNetConfig(
        name="unet",
        input_shape=Coordinate(16, 24, 24),
        eval_shape_increase=Coordinate(8, 8, 8),
        fmaps_in=1,
        num_fmaps=3,
        fmaps_out=4,
        fmap_inc_factor=2,
        downsample_factors=[Coordinate(2, 2, 2), Coordinate(2, 2, 2)],
        kernel_size_down=[[[3, 3, 3], [3, 3, 3]]] * 3,
        kernel_size_up=[[[3, 3, 3], [3, 3, 3]]] * 2,
        upsample_factors=None,
        constant_upsample=True,
        padding="same",
        use_attention=False,
        batch_norm=False,
    )
    task = AffinitiesTaskConfig(
        name="affinities",
        neighborhood=[Coordinate(1, 0, 0), Coordinate(0, 1, 0), Coordinate(0, 0, 1)],
        lsds=False,
        num_lsd_voxels=10,
        downsample_lsds=1,
        lsds_to_affs_weight_ratio=1,
    )
    trainer = GunpowderTrainerConfig(
        name="gunpowder",
        batch_size=1,
        learning_rate=0.003,
        num_data_fetchers=1,
        augments=[
            SimpleAugmentConfig(),
            ElasticAugmentConfig(
                control_point_spacing=[16, 16, 16],
                control_point_displacement_sigma=[4.0, 4.0, 4.0],
                rotation_interval=(0, math.pi / 2.0),
                subsample=4,
                uniform_3d_rotation=False,
            ),
            IntensityAugmentConfig(scale=(0.75, 1.25), shift=(-0.1, 0.1), clip=True),
        ],
        snapshot_interval=30,
        min_masked=0.05,
        clip_raw=True,
    )
    return RunConfig(
        name="reference_script",
        task_config=task,
        architecture_config=architecture,
        trainer_config=trainer,
        datasplit_config=describe_data(container),
        num_iterations=60,
        validation_interval=30,
        repetition=0,
    )


def test_the_script_runs(volume: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DACAPO_RUNS", str(tmp_path / "runs"))
    described = describe_run(volume)
    configs = create_config_store()
    configs.store_run_config(described)
    assert configs.retrieve_run_config_names() == ["reference_script"]

    run = Run(configs.retrieve_run_config("reference_script"))
    train_run(run)

    stats = create_stats_store()
    losses = stats.retrieve_training_stats(run.name).to_xarray()
    assert losses.dims == ("iterations",)
    assert losses.sizes["iterations"] == 60
    assert float(losses[-10:].mean()) < float(losses[:10].mean())

    history = Run.get_validation_scores(described)
    history = history.subscores(stats.retrieve_validation_iteration_scores(run.name))
    scores = history.to_xarray()
    assert scores.dims == ("iterations", "datasets", "parameters", "criteria")
    assert scores.iterations.values.tolist() == [30, 60]
    np.testing.assert_array_equal(scores, run.validation_scores.to_xarray())

    of_dataset = scores.sel(datasets="held_back")
    parameters, values = history.get_best(of_dataset, dim="parameters")
    assert set(parameters.dims) == set(values.dims) == {"iterations", "criteria"}
    iteration, best = history.get_best(values.sel(criteria="voi"), dim="iterations")
    assert float(best) == float(of_dataset.sel(criteria="voi").min())

    weights = create_weights_store()
    assert weights.retrieve_best(run.name, "held_back", "voi") == int(iteration)
    weights.load_best(run, run.datasplit.validate[0], "voi")
    arrays = create_array_store()
    assert arrays.snapshot_container(run.name).container.is_dir()

    crop = Roi((0, 0, 0), (16 * VOXEL, 48 * VOXEL, 32 * VOXEL))
    segmented = apply(
        run_name=run.name,
        input_container=volume,
        input_dataset="raw",
        output_path=tmp_path / "result.zarr",
        validation_dataset="held_back",
        criterion="voi",
        roi=crop,
        num_workers=2,
    )
    assert segmented.roi == crop
    assert segmented.voxel_size == Coordinate(VOXEL, VOXEL, VOXEL)
    assert segmented[crop].shape == (16, 48, 32)
    assert segmented[crop].max() > 1

    again = validate(run.name, int(iteration))
    index = scores.iterations.values.tolist().index(int(iteration))
    np.testing.assert_allclose(again.scores, scores.values[index], atol=0.02)


def test_the_later_form_of_a_run(volume: Path) -> None:
    """Batch size, learning rate, workers and snapshots on the run, as later releases have it."""
    described = describe_run(volume)
    later = RunConfig(
        name="later",
        architecture_config=described.architecture_config,
        task_config=described.task_config,
        trainer_config=GunpowderTrainerConfig(name="gunpowder", min_masked=None),
        datasplit_config=described.datasplit_config,
        num_iterations=10,
        batch_size=2,
        learning_rate=0.0005,
        num_workers=0,
        snapshot_interval=5,
        start_config=None,
    )
    trainer = later.trainer_config
    assert isinstance(trainer, GunpowderTrainerConfig)
    assert (trainer.batch_size, trainer.learning_rate) == (2, 0.0005)
    assert (trainer.num_data_fetchers, trainer.snapshot_interval) == (0, 5)


def test_the_other_task_of_the_script() -> None:
    task = DistanceTaskConfig(
        name="distances",
        channels=["cell"],
        clip_distance=80.0,
        tol_distance=80.0,
        scale_factor=160.0,
        mask_distances=True,
        clipmin=0.05,
        clipmax=0.95,
    )
    assert task.task_type(task).predictor.channels == ("cell",)


def test_what_the_network_lacks_is_said(volume: Path) -> None:
    network = describe_run(volume).architecture_config
    with pytest.raises(ValueError, match="this U-Net has no use_attention"):
        type(network).model_validate({**network.to_dict(), "use_attention": True})
    with pytest.raises(ValueError, match="eval_shape_increase has 2 axes"):
        network.replace(eval_shape_increase=(8, 8))
