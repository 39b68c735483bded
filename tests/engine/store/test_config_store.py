"""Configs by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dacapo_engine.errors import ConfigError, NotFoundError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArrayConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import DummyTrainerConfig, GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments import NoiseAugmentConfig
from dacapo_engine.store import create_config_store
from dacapo_engine.store.config_store import ConfigStore, DuplicateNameError
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, StatusWriter
from dacapo_engine.yaml_file import read_config

ARRAY = ZarrArrayConfig(name="raw", file_name=Path("volume.zarr"), dataset="raw")
DATASET = RawGTDatasetConfig(name="crop 1", raw_config=ARRAY, gt_config=ARRAY)
PARTS = {
    "task": AffinitiesTaskConfig(name="affinities"),
    "architecture": CNNectomeUNetConfig(name="unet", input_shape=(32, 32, 32)),
    "trainer": GunpowderTrainerConfig(name="trainer", augments=(NoiseAugmentConfig(std=0.2),)),
    "datasplit": TrainValidateDataSplitConfig(name="split", train_configs=(DATASET,)),
    "dataset": DATASET,
    "array": ARRAY,
}
RUN = RunConfig(
    name="run 1",
    task_config=PARTS["task"],
    architecture_config=PARTS["architecture"],
    trainer_config=PARTS["trainer"],
    datasplit_config=PARTS["datasplit"],
)


@pytest.fixture
def store(tmp_path: Path) -> ConfigStore:
    return create_config_store(tmp_path / "runs")


@pytest.mark.parametrize("kind", [*PARTS, "datasplit_dataset", "run"])
def test_stored_found_listed_deleted(store: ConfigStore, kind: str) -> None:
    config = (
        RUN if kind == "run" else PARTS[kind.removeprefix("datasplit_") if "_" in kind else kind]
    )
    names = getattr(store, f"retrieve_{kind}_config_names")
    retrieve = getattr(store, f"retrieve_{kind}_config")
    assert names() == []
    with pytest.raises(NotFoundError, match="There are: none"):
        retrieve(config.name)
    getattr(store, f"store_{kind}_config")(config)
    getattr(store, f"store_{kind}_config")(config)
    assert names() == [config.name]
    assert retrieve(config.name) == config
    getattr(store, f"delete_{kind}_config")(config.name)
    getattr(store, f"delete_{kind}_config")(config.name)
    assert names() == []


def test_kinds_do_not_share_names(store: ConfigStore) -> None:
    store.store_array_config(ARRAY)
    store.store_dataset_config(DATASET.replace(name="raw"))
    assert store.retrieve_array_config("raw") == ARRAY
    assert store.retrieve_run_config_names() == []


def test_another_config_under_an_old_name(store: ConfigStore) -> None:
    store.store_trainer_config(PARTS["trainer"])
    with pytest.raises(DuplicateNameError, match="differs in batch_size"):
        store.store_trainer_config(PARTS["trainer"].replace(batch_size=2))
    with pytest.raises(DuplicateNameError, match="its kind"):
        store.store_trainer_config(DummyTrainerConfig(name="trainer"))
    store.store_run_config(RUN)
    with pytest.raises(DuplicateNameError, match="num_iterations"):
        store.store_run_config(RUN.replace(num_iterations=7))
    assert store.retrieve_run_config("run 1") == RUN
    assert store.retrieve_trainer_config("trainer") == PARTS["trainer"]


def test_runs_are_those_of_the_run_folders(store: ConfigStore) -> None:
    store.store_run_config(RUN)
    folder = RunFolder.of(store.basedir, "run 1")
    assert read_config(folder.run_file, RunConfig) == RUN
    store.delete_run_config("run 1")
    assert not folder.path.exists()


def test_deleting_keeps_what_was_trained(store: ConfigStore) -> None:
    store.store_run_config(RUN)
    folder = RunFolder.of(store.basedir, "run 1")
    folder.training_stats_file.touch()
    store.delete_run_config("run 1")
    assert folder.training_stats_file.exists()


def test_a_run_in_training_is_not_deleted(store: ConfigStore) -> None:
    store.store_run_config(RUN)
    status = StatusWriter(RunFolder.of(store.basedir, "run 1"))
    status.update(RunState.TRAINING)
    with pytest.raises(RuntimeError, match="being trained"):
        store.delete_run_config("run 1")


@pytest.mark.parametrize("name", ["", "../out", "a/b", "nul"])
def test_names_that_cannot_be_files(store: ConfigStore, name: str) -> None:
    with pytest.raises(ConfigError):
        store.store_array_config(ARRAY.replace(name=name))
    assert not list(store.basedir.rglob("*.yaml"))
