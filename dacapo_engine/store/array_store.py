"""Where the arrays of runs lie."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dacapo_engine.config import Config
from dacapo_engine.errors import NotFoundError, StoreError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
    LocalContainerIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import read_config

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
        PostProcessorParameters,
    )

__all__ = ["ArrayStore", "LocalArrayIdentifier", "LocalContainerIdentifier"]


class ArrayStore:
    """Names the arrays that runs write: snapshots, predictions and segmentations.

    Parameters
    ----------
    basedir
        The runs folder.
    """

    def __init__(self, basedir: Path | str) -> None:
        self.basedir = Path(basedir)

    def snapshot_container(self, run_name: str) -> LocalContainerIdentifier:
        """The container of the snapshots of a run."""
        return LocalContainerIdentifier(self._folder(run_name).snapshot_container)

    def validation_container(self, run_name: str) -> LocalContainerIdentifier:
        """The container of what validations of a run predicted."""
        return LocalContainerIdentifier(self._folder(run_name).validation_container)

    def validation_prediction_array(
        self, run_name: str, iteration: int, dataset: Dataset | str
    ) -> LocalArrayIdentifier:
        """The prediction over a validation dataset; kept for the last and the best iteration."""
        return self._validated(run_name, iteration, dataset, "prediction")

    def validation_output_array(
        self,
        run_name: str,
        iteration: int,
        parameters: PostProcessorParameters | None,
        dataset: Dataset | str,
    ) -> LocalArrayIdentifier:
        """The segmentation of a validation dataset.

        Parameters
        ----------
        parameters
            None names the segmentation that a validation keeps: that of the best parameters.
            Others name a place to which a script may write.
        """
        part = "segmentation" if parameters is None else f"output/{parameters.id}"
        return self._validated(run_name, iteration, dataset, part)

    def validation_input_arrays(
        self, run_name: str, index: int | None = None
    ) -> tuple[LocalArrayIdentifier, LocalArrayIdentifier]:
        """Raw and labels that a run is scored on, where they were recorded.

        Parameters
        ----------
        index
            Which of the validation datasets; the first one if None.

        Raises
        ------
        NotFoundError
            If there is no such dataset, or its arrays are not stored in a container.
        """
        config = read_config(self._folder(run_name).run_file, RunConfig)
        datasets = getattr(config.datasplit_config, "validate_configs", ())
        number = index or 0
        if not 0 <= number < len(datasets):
            raise NotFoundError(
                f"{run_name} has {len(datasets)} validation datasets, none of number {number}."
            )
        raw, labels = (
            next(_stored_arrays(getattr(datasets[number], field)), None)
            for field in ("raw_config", "gt_config")
        )
        if raw is None or labels is None:
            raise NotFoundError(f"The arrays of {datasets[number].name} are in no container.")
        return raw, labels

    def remove(self, array_identifier: LocalArrayIdentifier) -> None:
        """Delete an array of a run, where it is there.

        Raises
        ------
        StoreError
            If it lies outside of the runs folder: what a run was trained on is never deleted.
        """
        path = array_identifier.container / array_identifier.dataset
        runs = self.basedir.resolve()
        inside = path.resolve().is_relative_to(runs) and bool(array_identifier.dataset)
        if not inside or array_identifier.container.resolve() == runs:
            raise StoreError(
                "This is no array of a run.",
                hint=f"Only arrays below {self.basedir} can be removed.",
                place=str(array_identifier),
            )
        if path.is_dir():
            shutil.rmtree(path)

    def _validated(
        self, run_name: str, iteration: int, dataset: Dataset | str, part: str
    ) -> LocalArrayIdentifier:
        name = dataset if isinstance(dataset, str) else dataset.name
        container = self.validation_container(run_name)
        return container.array_identifier(f"{iteration}/{name}/{part}")

    def _folder(self, run_name: str) -> RunFolder:
        return RunFolder.of(self.basedir, run_name)


def _stored_arrays(config: Config | None) -> Iterator[LocalArrayIdentifier]:
    """Arrays in containers that `config` is made of, however deep."""
    if isinstance(config, ZarrArrayConfig):
        yield LocalArrayIdentifier(config.file_name, config.dataset)
    elif config is not None:
        for name in type(config).model_fields:
            value = getattr(config, name)
            if isinstance(value, Config):
                yield from _stored_arrays(value)
