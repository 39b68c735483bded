"""Configs by name, in the runs folder."""

from __future__ import annotations

from pathlib import Path

from dacapo_engine.errors import DuplicateNameError, NotFoundError, StoreError
from dacapo_engine.experiments.architectures.architecture_config import ArchitectureConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.experiments.datasplits.datasets.dataset_config import DatasetConfig
from dacapo_engine.experiments.datasplits.datasplit_config import DataSplitConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.task_config import TaskConfig
from dacapo_engine.experiments.trainers.trainer_config import TrainerConfig
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.config_collection import ConfigCollection, check_same
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import read_status
from dacapo_engine.yaml_file import read_config, to_yaml

__all__ = ["ConfigStore", "DuplicateNameError"]

_PARTS = ".configs"


class ConfigStore:
    """Stores run configs as ``<runs>/<name>/run.yaml``, and parts of them beside the runs.

    Parts (tasks, architectures, trainers, data splits, datasets, arrays) are for scripts that
    put runs together; a run's file is complete without them. Storing an equal config again
    changes nothing; another one under the same name raises DuplicateNameError.

    Parameters
    ----------
    basedir
        The runs folder.
    """

    def __init__(self, basedir: Path | str) -> None:
        self.basedir = Path(basedir)
        parts = self.basedir / _PARTS
        self._tasks = ConfigCollection(parts / "tasks", TaskConfig)
        self._architectures = ConfigCollection(parts / "architectures", ArchitectureConfig)
        self._trainers = ConfigCollection(parts / "trainers", TrainerConfig)
        self._datasplits = ConfigCollection(parts / "datasplits", DataSplitConfig)
        self._datasets = ConfigCollection(parts / "datasets", DatasetConfig)
        self._arrays = ConfigCollection(parts / "arrays", ArrayConfig)

    def store_run_config(self, run_config: RunConfig) -> None:
        """Store a run under its name, in a folder of its own."""
        folder = RunFolder.of(self.basedir, run_config.name)
        if folder.exists():
            check_same(read_config(folder.run_file, RunConfig), run_config, folder.run_file)
            return
        folder.create()
        write_text(folder.run_file, to_yaml(run_config))

    def retrieve_run_config(self, run_name: str) -> RunConfig:
        """The run stored under `run_name`; NotFoundError where there is none."""
        folder = RunFolder.of(self.basedir, run_name)
        if not folder.exists():
            stored = ", ".join(self.retrieve_run_config_names()) or "none"
            raise NotFoundError(
                f"No run is stored as {run_name!r}.",
                hint=f"There are: {stored}.",
                place=str(self.basedir),
            )
        return read_config(folder.run_file, RunConfig)

    def retrieve_run_config_names(self) -> list[str]:
        """Names of all stored runs, sorted."""
        return sorted(path.parent.name for path in self.basedir.glob("*/run.yaml"))

    def delete_run_config(self, run_name: str) -> None:
        """Delete the config of a run; weights and scores that are there stay.

        Raises
        ------
        StoreError
            If the run is being trained.
        """
        folder = RunFolder.of(self.basedir, run_name)
        status = read_status(folder)
        if status is not None and status.alive:
            raise StoreError(
                f"{run_name} is being trained.", hint="Stop it first.", place=str(folder.path)
            )
        folder.run_file.unlink(missing_ok=True)
        if folder.path.is_dir() and not any(folder.path.iterdir()):
            folder.path.rmdir()

    def store_task_config(self, task_config: TaskConfig) -> None:
        """Store a task under its name."""
        self._tasks.store(task_config)

    def retrieve_task_config(self, task_name: str) -> TaskConfig:
        """The task stored under `task_name`."""
        return self._tasks.retrieve(task_name)

    def retrieve_task_config_names(self) -> list[str]:
        """Names of all stored tasks, sorted."""
        return self._tasks.names()

    def delete_task_config(self, task_name: str) -> None:
        """Delete the task stored under `task_name`."""
        self._tasks.delete(task_name)

    def store_architecture_config(self, architecture_config: ArchitectureConfig) -> None:
        """Store an architecture under its name."""
        self._architectures.store(architecture_config)

    def retrieve_architecture_config(self, architecture_name: str) -> ArchitectureConfig:
        """The architecture stored under `architecture_name`."""
        return self._architectures.retrieve(architecture_name)

    def retrieve_architecture_config_names(self) -> list[str]:
        """Names of all stored architectures, sorted."""
        return self._architectures.names()

    def delete_architecture_config(self, architecture_name: str) -> None:
        """Delete the architecture stored under `architecture_name`."""
        self._architectures.delete(architecture_name)

    def store_trainer_config(self, trainer_config: TrainerConfig) -> None:
        """Store a trainer under its name."""
        self._trainers.store(trainer_config)

    def retrieve_trainer_config(self, trainer_name: str) -> TrainerConfig:
        """The trainer stored under `trainer_name`."""
        return self._trainers.retrieve(trainer_name)

    def retrieve_trainer_config_names(self) -> list[str]:
        """Names of all stored trainers, sorted."""
        return self._trainers.names()

    def delete_trainer_config(self, trainer_name: str) -> None:
        """Delete the trainer stored under `trainer_name`."""
        self._trainers.delete(trainer_name)

    def store_datasplit_config(self, datasplit_config: DataSplitConfig) -> None:
        """Store a data split under its name."""
        self._datasplits.store(datasplit_config)

    def retrieve_datasplit_config(self, datasplit_name: str) -> DataSplitConfig:
        """The data split stored under `datasplit_name`."""
        return self._datasplits.retrieve(datasplit_name)

    def retrieve_datasplit_config_names(self) -> list[str]:
        """Names of all stored data splits, sorted."""
        return self._datasplits.names()

    def delete_datasplit_config(self, datasplit_name: str) -> None:
        """Delete the data split stored under `datasplit_name`."""
        self._datasplits.delete(datasplit_name)

    def store_dataset_config(self, dataset_config: DatasetConfig) -> None:
        """Store a dataset under its name."""
        self._datasets.store(dataset_config)

    def retrieve_dataset_config(self, dataset_name: str) -> DatasetConfig:
        """The dataset stored under `dataset_name`."""
        return self._datasets.retrieve(dataset_name)

    def retrieve_dataset_config_names(self) -> list[str]:
        """Names of all stored datasets, sorted."""
        return self._datasets.names()

    def delete_dataset_config(self, dataset_name: str) -> None:
        """Delete the dataset stored under `dataset_name`."""
        self._datasets.delete(dataset_name)

    def store_array_config(self, array_config: ArrayConfig) -> None:
        """Store an array under its name."""
        self._arrays.store(array_config)

    def retrieve_array_config(self, array_name: str) -> ArrayConfig:
        """The array stored under `array_name`."""
        return self._arrays.retrieve(array_name)

    def retrieve_array_config_names(self) -> list[str]:
        """Names of all stored arrays, sorted."""
        return self._arrays.names()

    def delete_array_config(self, array_name: str) -> None:
        """Delete the array stored under `array_name`."""
        self._arrays.delete(array_name)

    # The name of datasets in some versions of the reference.
    store_datasplit_dataset_config = store_dataset_config
    retrieve_datasplit_dataset_config = retrieve_dataset_config
    retrieve_datasplit_dataset_config_names = retrieve_dataset_config_names
    delete_datasplit_dataset_config = delete_dataset_config
