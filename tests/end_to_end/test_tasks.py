"""Each task from labels to a segmentation: train, stop, resume, validate, use the best."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zarr

from dacapo_engine.apply import choose_weights, segment_volume
from dacapo_engine.errors import DataError
from dacapo_engine.experiments import Run, RunConfig
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    CropArrayConfig,
    IntensitiesArrayConfig,
    LocalArrayIdentifier,
    RegionConfig,
    ZarrArray,
    ZarrArrayConfig,
)
from dacapo_engine.experiments.tasks import (
    AffinitiesTaskConfig,
    DistanceTaskConfig,
    DummyTaskConfig,
    HotDistanceTaskConfig,
    OneHotTaskConfig,
    TaskConfig,
)
from dacapo_engine.experiments.trainers import GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments import SimpleAugmentConfig
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.train import train_run

SIZES = (16, 8, 8)
SHAPE = (16, 64, 96)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of a tiny network wait for each other more than they compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bricks, half of them brighter than the rest, at 16 x 8 x 8 nm; a class and an id for each."""
    brick = np.pad(np.ones((6, 12, 12), np.uint8), ((1, 1), (2, 2), (2, 2)))
    ids = np.arange(1, 2 * 4 * 6 + 1, dtype=np.uint32).reshape(2, 4, 6)
    kinds = 1 + np.indices(ids.shape).sum(axis=0) % 2
    objects, classes = (np.kron(values, brick).astype(np.uint32) for values in (ids, kinds))
    noise = np.random.default_rng(0).normal(0, 8, SHAPE)
    raw = np.clip(np.array([40, 120, 200])[classes] + noise, 0, 255).astype(np.uint8)
    sparse = objects.copy()
    sparse[:, :, :8] = 1000
    container = tmp_path_factory.mktemp("tasks") / "volume.zarr"
    group = zarr.open_group(str(container), mode="w")
    overlapping = np.stack([classes > 0, classes == 2]).astype(np.uint8)
    arrays = {
        "raw": raw,
        "objects": objects,
        "classes": classes,
        "sparse": sparse,
        "overlapping": overlapping,
    }
    for name, values in arrays.items():
        array = group.create_dataset(name, data=values)
        axes = ["c^", "z", "y", "x"][4 - values.ndim :]
        array.attrs.update(
            voxel_size=list(SIZES), offset=[0, 0, 0], units=["nm"] * 3, axis_names=axes
        )
    return container


@dataclass(frozen=True)
class Case:
    """A task, the labels it learns, and what it has to reach."""

    task: TaskConfig
    labels: str
    criterion: str
    reached: Callable[[float], bool]
    iterations: int = 60
    dataset: dict[str, Any] = field(default_factory=dict)


NEAREST = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
AFFINITIES = {
    "biases": (0.5,),
    "foreground_thresholds": (0.3, 0.5, 0.7),
    "long_range_groups": (0,),
    "min_sizes": (30,),
    "agglomeration_thresholds": (1.0,),
}
CASES = {
    "affinities": Case(
        AffinitiesTaskConfig(neighborhood=(*NEAREST, (0, 4, 0), (0, 0, 4)), **AFFINITIES),
        "objects",
        "ap50",
        lambda value: value > 0.8,
    ),
    "sparse affinities": Case(
        AffinitiesTaskConfig(neighborhood=NEAREST, **AFFINITIES),
        "sparse",
        "ap50",
        lambda value: value > 0.8,
        dataset={"unlabelled_value": 1000},
    ),
    "linked slices": Case(
        AffinitiesTaskConfig(neighborhood=((0, 1, 0), (0, 0, 1)), link_slices=True, **AFFINITIES),
        "objects",
        "ap50",
        lambda value: value > 0.8,
        dataset={
            "done": tuple(
                RegionConfig(offset=(z, 0, 0), shape=(1, 64, 96), unit="voxels")
                for z in (3, 7, 11, 15)
            )
        },
    ),
    "shape descriptors": Case(
        AffinitiesTaskConfig(neighborhood=NEAREST, lsds=True, num_lsd_voxels=2, **AFFINITIES),
        "objects",
        "ap50",
        lambda value: value > 0.8,
    ),
    "distance": Case(
        DistanceTaskConfig(channels=("dark", "bright"), scale_factor=24, tol_distance=8),
        "classes",
        "bright__f1_score",
        lambda value: value > 0.8,
    ),
    "distance of objects": Case(
        DistanceTaskConfig(instances=True, scale_factor=24),
        "objects",
        "ap50",
        lambda value: value > 0.8,
    ),
    "hot distance": Case(
        HotDistanceTaskConfig(channels=("dark", "bright"), scale_factor=24),
        "classes",
        "f1_score",
        lambda value: value > 0.8,
    ),
    "overlapping classes": Case(
        HotDistanceTaskConfig(channels=("brick", "bright"), scale_factor=24),
        "overlapping",
        "brick__f1_score",
        lambda value: value > 0.8,
    ),
    "one hot": Case(
        OneHotTaskConfig(classes=("background", "dark", "bright"), dice_weight=0.5),
        "classes",
        "f1_score",
        lambda value: value > 0.8,
    ),
    "dummy": Case(
        DummyTaskConfig(embedding_dims=2),
        "classes",
        "frizz_level",
        lambda value: 0 <= value <= 1,
        iterations=10,
    ),
}


def describe(case: Case, container: Path, name: str) -> RunConfig:
    raw = IntensitiesArrayConfig(
        source_array_config=ZarrArrayConfig(file_name=container, dataset="raw"), min=0, max=255
    )
    train, held_back = (
        RawGTDatasetConfig(
            name=part,
            raw_config=raw,
            gt_config=CropArrayConfig(
                source_array_config=ZarrArrayConfig(file_name=container, dataset=case.labels),
                roi=RegionConfig(offset=(0, 0, start), shape=(16, 64, end - start), unit="voxels"),
            ),
            **case.dataset,
        )
        for part, start, end in (("train", 0, 64), ("held_back", 64, 96))
    )
    return RunConfig(
        name=name,
        num_iterations=case.iterations,
        validation_interval=case.iterations // 2,
        checkpoint_interval=10,
        task_config=case.task,
        architecture_config=CNNectomeUNetConfig(
            input_shape=(8, 32, 32),
            num_fmaps=8,
            fmaps_out=8,
            fmap_inc_factor=2,
            downsample_factors=((1, 2, 2),),
            padding="same",
        ),
        trainer_config=GunpowderTrainerConfig(
            learning_rate=0.01,
            optimizer="adamw",
            warmup_iterations=5,
            num_data_fetchers=0,
            augments=(SimpleAugmentConfig(),),
            average_decay=0.9,
            snapshot_interval=20,
        ),
        datasplit_config=TrainValidateDataSplitConfig(
            train_configs=(train,), validate_configs=(held_back,)
        ),
    )


@pytest.mark.parametrize("name", CASES)
def test_a_task_from_labels_to_a_segmentation(name: str, volume: Path, tmp_path: Path) -> None:
    case, folder = CASES[name], RunFolder.of(tmp_path, name.replace(" ", "_"))
    config = describe(case, volume, folder.name)
    seen: list[int] = []
    train_run(
        Run(config),
        runs=tmp_path,
        device="cpu",
        on_iteration=lambda stats: seen.append(stats.iteration),
        should_stop=lambda: len(seen) >= case.iterations // 2 + 3,
    )
    assert seen[-1] == case.iterations // 2 + 2
    resumed = Run(config)
    train_run(resumed, runs=tmp_path, device="cpu", on_iteration=lambda s: seen.append(s.iteration))
    assert seen == list(range(case.iterations))
    rows = read_rows(folder.validation_scores_file)
    assert {row["iteration"] for row in rows} == {case.iterations // 2, case.iterations}
    assert all(list(row["scores"]) == resumed.task.evaluator.criteria for row in rows)
    values = [row["scores"][case.criterion] for row in rows]
    higher = resumed.task.evaluator.higher_is_better(case.criterion)
    best = max(values) if higher else min(values)
    assert math.isfinite(best)
    assert case.reached(best), best

    choice = choose_weights(folder, "best", case.criterion)
    target = LocalArrayIdentifier(tmp_path / "out.zarr", "segmentation")
    segment_volume(folder, LocalArrayIdentifier(volume, "raw"), target, choice, device="cpu")
    found = ZarrArray.open_from_array_identifier(target)
    (held_back,) = resumed.datasplit.validate
    scores = resumed.task.evaluator.evaluate(found, held_back.gt, held_back.mask).as_dict()
    assert scores[case.criterion] == pytest.approx(best, abs=0.1)


def test_single_slices_are_refused_before_training(volume: Path, tmp_path: Path) -> None:
    """Where nothing but two slices far apart is painted, nothing across them can be learnt."""
    painted = tmp_path / "painted.zarr"
    whole, group = zarr.open(str(volume), mode="r"), zarr.open_group(str(painted), mode="w")
    for name in ("raw", "objects"):
        values = whole[name][:]
        if name == "objects":
            values[[z for z in range(16) if z not in (3, 11)]] = 0
        group.create_dataset(name, data=values).attrs.update(whole[name].attrs.asdict())
    slices = tuple(
        RegionConfig(offset=(z, 0, 0), shape=(1, 64, 96), unit="voxels") for z in (3, 11)
    )
    across = Case(AffinitiesTaskConfig(), "objects", "voi", math.isfinite, dataset={"done": slices})
    with pytest.raises(DataError, match=r"along z \(offset 1, 0, 0\)"):
        train_run(Run(describe(across, painted, "across")), runs=tmp_path, device="cpu")
    status = read_json(RunFolder.of(tmp_path, "across").status_file)
    assert status["state"] == "failed"
    assert "link_slices" in status["error"]["hint"]
