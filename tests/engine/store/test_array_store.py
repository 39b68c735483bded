"""Where the arrays of runs lie."""

from __future__ import annotations

from pathlib import Path

import pytest
import zarr

from dacapo_engine.errors import NotFoundError, StoreError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    CropArrayConfig,
    IntensitiesArrayConfig,
    RegionConfig,
    ZarrArrayConfig,
)
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.tasks.post_processors import PostProcessorParameters
from dacapo_engine.experiments.trainers import DummyTrainerConfig
from dacapo_engine.store import create_array_store, create_config_store
from dacapo_engine.store.array_store import ArrayStore, LocalArrayIdentifier


@pytest.fixture
def store(tmp_path: Path) -> ArrayStore:
    return create_array_store(tmp_path / "runs")


def test_names_are_those_of_the_run_folder(store: ArrayStore) -> None:
    run = store.basedir / "run"
    assert store.snapshot_container("run").container == run / "snapshots.zarr"
    validation = run / "validation.zarr"
    assert store.validation_container("run").container == validation
    assert store.validation_prediction_array("run", 20, "crop") == LocalArrayIdentifier(
        validation, "20/crop/prediction"
    )
    best = store.validation_output_array("run", 20, None, "crop")
    assert best == LocalArrayIdentifier(validation, "20/crop/segmentation")
    other = store.validation_output_array("run", 20, PostProcessorParameters(id=3), "crop")
    assert other == LocalArrayIdentifier(validation, "20/crop/output/3")


def test_inputs_are_where_they_were_recorded(store: ArrayStore, tmp_path: Path) -> None:
    raw = ZarrArrayConfig(file_name=tmp_path / "a.zarr", dataset="raw")
    labels = ZarrArrayConfig(file_name=tmp_path / "b.zarr", dataset="x/labels")
    dataset = RawGTDatasetConfig(
        name="crop",
        raw_config=IntensitiesArrayConfig(source_array_config=raw, min=0, max=1),
        gt_config=CropArrayConfig(
            source_array_config=labels, roi=RegionConfig(offset=(0, 0), shape=(1, 1))
        ),
    )
    split = TrainValidateDataSplitConfig(train_configs=(dataset,), validate_configs=(dataset,))
    run = RunConfig(
        name="run",
        task_config=AffinitiesTaskConfig(),
        architecture_config=CNNectomeUNetConfig(input_shape=(32, 32, 32)),
        trainer_config=DummyTrainerConfig(),
        datasplit_config=split,
    )
    create_config_store(store.basedir).store_run_config(run)
    expected = (
        LocalArrayIdentifier(tmp_path / "a.zarr", "raw"),
        LocalArrayIdentifier(tmp_path / "b.zarr", "x/labels"),
    )
    assert store.validation_input_arrays("run") == expected
    assert store.validation_input_arrays("run", 0) == expected
    with pytest.raises(NotFoundError, match="none of number 1"):
        store.validation_input_arrays("run", 1)


def test_arrays_of_runs_can_be_removed(store: ArrayStore) -> None:
    array = store.validation_prediction_array("run", 2, "crop")
    group = zarr.open_group(str(array.container), mode="w")
    group.create_dataset(array.dataset, shape=(2, 2))
    group.create_dataset("2/crop/segmentation", shape=(2, 2))
    store.remove(array)
    store.remove(array)
    assert array.dataset not in group
    assert "2/crop/segmentation" in group


@pytest.mark.parametrize("dataset", ["raw", "", "../../volume.zarr/raw"])
def test_nothing_else_can_be_removed(store: ArrayStore, tmp_path: Path, dataset: str) -> None:
    inside = "volume" in dataset
    container = store.basedir / "a.zarr" if inside else tmp_path / "volume.zarr"
    (tmp_path / "volume.zarr" / "raw").mkdir(parents=True)
    with pytest.raises(StoreError, match="no array of a run"):
        store.remove(LocalArrayIdentifier(container, dataset))
    assert (tmp_path / "volume.zarr" / "raw").is_dir()
