"""Where a new run comes from: weights of another one, its data, labels that have grown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.starts.start_config import StartConfig
from dacapo_engine.setup.descendants import branch, with_arrays, with_meaning
from dacapo_engine.setup.label_meaning import LabelMeaning
from dacapo_engine.setup.measured_volumes import names_apart
from dacapo_engine.setup.setup_run import check_volumes
from dacapo_engine.setup.volume_files import array_config
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.volumes.layer_volume import LayerVolume
from dacapo_napari.volumes.training_data import TrainingVolume
from dacapo_napari.volumes.volume_files import VolumeOnDisk, safe_name, write_volume

__all__ = ["GrownLabels", "RunOrigin", "describe_descendant", "weights_words"]


@dataclass(frozen=True)
class GrownLabels:
    """Labels that a run learnt from, and the layer in which there are more by now.

    Attributes
    ----------
    meaning
        What is said of them in Data; None where nothing is, so that what the run was told holds.
    """

    old: ArrayConfig
    new: LayerVolume
    meaning: LabelMeaning | None = None


@dataclass(frozen=True)
class RunOrigin:
    """The run that a new one begins with.

    Attributes
    ----------
    criterion
        Which weights: an iteration, best, or latest.
    same_data
        Whether the new run learns from the data of the old one, not from the layers chosen.
    grown
        Labels that take the place of those of the old run.
    more
        Volumes that the old run has not learnt from.
    """

    folder: RunFolder
    criterion: str
    same_data: bool = True
    grown: tuple[GrownLabels, ...] = ()
    more: tuple[TrainingVolume, ...] = ()

    @property
    def start_config(self) -> StartConfig:
        """The lineage, as the run file keeps it."""
        return StartConfig(run=str(self.folder.path.resolve()), criterion=self.criterion)

    def __str__(self) -> str:
        return f"{self.folder.name}, {weights_words(self.criterion)}"


def weights_words(criterion: str) -> str:
    """Which weights a criterion stands for: ``iteration 1,500``, ``best weights``."""
    if criterion.isdecimal():
        return f"iteration {int(criterion):,}"
    known = {"best": "best weights", "latest": "newest weights"}
    return known.get(criterion, f"best weights by {criterion}")


def describe_descendant(
    origin: RunOrigin,
    folder: RunFolder,
    settings: RunSettings | None,
    num_iterations: int,
    cancelled: Callable[[], bool],
) -> RunConfig:
    """A run on the data of `origin`; labels that have grown are written to its inputs.

    Raises
    ------
    DacapoError
        If the old run cannot be read, or does not fit the settings.
    """
    config = branch(origin.folder, folder.name, origin.criterion, num_iterations=num_iterations)
    if settings is not None:
        config = settings.applied_to(config)
    written = _written(origin.grown, folder.inputs.absolute(), cancelled)
    config = with_arrays(config, written)
    for grown, (_, labels) in zip(origin.grown, written, strict=True):
        if grown.meaning is not None:
            config = with_meaning(config, labels, grown.meaning)
    check_volumes(config)
    return config


def _written(
    grown: Sequence[GrownLabels], inputs: Path, cancelled: Callable[[], bool]
) -> list[tuple[ArrayConfig, ArrayConfig]]:
    names = names_apart([safe_name(each.new.name) for each in grown])
    written = [
        write_volume(each.new, inputs / f"{name}.zarr", "labels", cancelled=cancelled)
        for each, name in zip(grown, names, strict=True)
    ]
    return [
        (each.old, _as_array(each.old, where)) for each, where in zip(grown, written, strict=True)
    ]


def _as_array(old: ArrayConfig, volume: VolumeOnDisk) -> ArrayConfig:
    if isinstance(old, ZarrArrayConfig):
        where = {"file_name": volume.container, "dataset": volume.dataset, "axes": volume.axes}
        return old.replace(**where)
    return array_config(LocalArrayIdentifier(volume.container, volume.dataset), volume.axes)
