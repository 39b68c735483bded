"""Writes a run: its inputs, its run file; or finds that the run that is there can go on."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dacapo_engine.errors import ConfigError, DacapoError, DuplicateNameError, NotFoundError
from dacapo_engine.experiments.budgets.budget_config import BudgetConfig, TimeBudgetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.image_array_config import (
    ImageArrayConfig,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.tiff_array_config import TiffArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.descendants import with_more
from dacapo_engine.setup.measured_volumes import names_apart
from dacapo_engine.setup.setup_run import check_volumes, set_up_run
from dacapo_engine.setup.volume_files import VolumeFiles
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunStatus, read_status
from dacapo_engine.training.kept_length import kept_length
from dacapo_engine.yaml_file import read_config, to_yaml
from dacapo_napari.runs.run_origin import RunOrigin, describe_descendant
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.volumes.training_data import LabelledLayers, TrainingData, TrainingVolume
from dacapo_napari.volumes.volume_files import VolumeOnDisk, by_path, safe_name, write_volume

__all__ = [
    "RunLook",
    "TrainingRequest",
    "describe_new_run",
    "free_name",
    "has_begun",
    "has_scores",
    "look_at_run",
    "prepare_run",
    "run_names",
    "stem_of",
    "trained_runs",
]


@dataclass(frozen=True)
class TrainingRequest:
    """What Start asks for.

    Attributes
    ----------
    folder
        Where the run is kept.
    data
        Layers to learn from; None goes on with a run that has its own.
    settings
        What the forms say; None takes what fits the data.
    num_iterations, budget
        The last iteration, or with a budget the most there can be.
    origin
        The run whose weights a new one begins with; None for random ones.
    """

    folder: RunFolder
    data: TrainingData | None
    settings: RunSettings | None
    num_iterations: int
    device: str
    python: str
    in_thread: bool = False
    origin: RunOrigin | None = None
    budget: BudgetConfig | None = None


@dataclass(frozen=True)
class RunLook:
    """What is kept under a run's name.

    Attributes
    ----------
    config
        None where there is no run yet, or none whose file can be read.
    begun
        Whether it was trained.
    names
        All runs of the folder.
    problem
        A sentence where name or run file cannot be used.
    """

    folder: RunFolder | None
    config: RunConfig | None
    status: RunStatus | None
    begun: bool
    names: tuple[str, ...]
    problem: str = ""


def look_at_run(runs: Path, name: str) -> RunLook:
    """Look for the run `name`; reads files, so off the Qt thread."""
    names = run_names(runs)
    try:
        folder = RunFolder.of(runs, name)
        config = read_config(folder.run_file, RunConfig) if folder.exists() else None
    except DacapoError as error:
        sentence = " ".join(part for part in (error.message, error.hint) if part)
        return RunLook(None, None, None, False, names, sentence)
    return RunLook(folder, config, read_status(folder), has_begun(folder), names)


def run_names(runs: Path) -> tuple[str, ...]:
    """Names of the runs in a folder."""
    try:
        found = [path.name for path in runs.iterdir() if (path / "run.yaml").is_file()]
    except OSError:
        return ()
    return tuple(sorted(found))


def trained_runs(runs: Path) -> tuple[str, ...]:
    """Names of the runs in a folder that have weights, the one trained last first."""
    folders = [RunFolder(runs / name) for name in run_names(runs)]
    trained = [folder for folder in folders if folder.checkpoints.is_dir()]
    trained.sort(key=lambda folder: folder.checkpoints.stat().st_mtime, reverse=True)
    return tuple(folder.name for folder in trained)


def has_begun(folder: RunFolder) -> bool:
    """Whether a run was trained: then its settings are fixed."""
    try:
        return folder.training_stats_file.stat().st_size > 0
    except OSError:
        return False


def has_scores(folder: RunFolder) -> bool:
    """Whether a run was validated."""
    try:
        return folder.validation_scores_file.stat().st_size > 0
    except OSError:
        return False


def free_name(runs: Path, base: str) -> str:
    """`base` with the next number under which there is no run: ``nuclei-1``."""
    stem = stem_of(base)
    number = 1
    while (runs / f"{stem}-{number}").exists():
        number += 1
    return f"{stem}-{number}"


def stem_of(name: str) -> str:
    """A run's name without its number: ``nuclei``."""
    return re.sub(r"-\d+$", "", name)


def prepare_run(request: TrainingRequest, cancelled: Callable[[], bool]) -> None:
    """Write what the engine needs to start or to go on; off the Qt thread.

    Raises
    ------
    DacapoError
        If the data cannot be learnt from, or the name belongs to another run.
    """
    folder = request.folder
    folder.create()
    if has_begun(folder):
        _check_goes_on(request)
    elif request.origin is not None and (request.origin.same_data or request.data is None):
        _write_descendant(request, request.origin, cancelled)
    elif request.data is not None:
        _write_new_run(request, request.data, cancelled)
    elif not folder.exists():
        raise NotFoundError("Choose an image and its labels to learn from.", place="data")


def describe_new_run(
    request: TrainingRequest,
    data: TrainingData,
    inputs: Path,
    cancelled: Callable[[], bool] = lambda: False,
) -> RunConfig | None:
    """The run that Start would begin; layers in memory are written to the folder `inputs`.

    None where it was cancelled meanwhile.
    """
    files = _all_written(data.volumes, inputs.absolute(), cancelled)
    if cancelled():
        return None
    config = set_up_run(files, name=request.folder.name, device=request.device).config
    if request.settings is not None:
        config = request.settings.applied_to(config)
        check_volumes(config)
    start = request.origin.start_config if request.origin is not None else None
    return config.replace(start_config=start, **_length(request))


def _write_new_run(
    request: TrainingRequest, data: TrainingData, cancelled: Callable[[], bool]
) -> None:
    config = describe_new_run(request, data, request.folder.inputs, cancelled)
    if config is not None:
        write_text(request.folder.run_file, to_yaml(config))


def _length(request: TrainingRequest) -> dict[str, Any]:
    """How long a new run trains: how fast it is was not measured yet."""
    budget = request.budget
    if isinstance(budget, TimeBudgetConfig):
        budget = budget.unmeasured()
    return {"num_iterations": request.num_iterations, "budget_config": budget}


def _write_descendant(
    request: TrainingRequest, origin: RunOrigin, cancelled: Callable[[], bool]
) -> None:
    folder, length = request.folder, request.num_iterations
    config = describe_descendant(origin, folder, request.settings, length, cancelled)
    if origin.more:
        files = _all_written(origin.more, folder.inputs.absolute() / "more", cancelled)
        split: Any = set_up_run(files, name=folder.name).config.datasplit_config
        config = with_more(config, split.train_configs, split.validate_configs)
        check_volumes(config)
    if not cancelled():
        write_text(folder.run_file, to_yaml(config.replace(**_length(request))))


def _all_written(
    volumes: Sequence[TrainingVolume], inputs: Path, cancelled: Callable[[], bool]
) -> list[VolumeFiles]:
    names = names_apart([safe_name(volume.name) for volume in volumes])
    return [
        _written(volume, inputs / f"{name}.zarr", cancelled)
        for volume, name in zip(volumes, names, strict=True)
    ]


def _written(volume: TrainingVolume, container: Path, cancelled: Callable[[], bool]) -> VolumeFiles:
    """Where a volume lies once the engine can open it."""
    if isinstance(volume, VolumeFiles):
        return volume
    raw, layers = volume.raw, {"labels": volume.labels, "mask": volume.mask}
    image = by_path(raw) or _identifier(write_volume(raw, container, "raw", cancelled=cancelled))
    # What is painted exists only in memory: labels of a layer are written, whatever it shows.
    found = {
        dataset: layer.file
        or _identifier(write_volume(layer, container, dataset, cancelled=cancelled))
        for dataset, layer in layers.items()
        if layer is not None
    }
    return VolumeFiles(
        image,
        found["labels"],
        found.get("mask"),
        meaning=volume.meaning,
        intensity_range=raw.intensity_range,
    )


def _identifier(volume: VolumeOnDisk) -> LocalArrayIdentifier:
    return LocalArrayIdentifier(volume.container, volume.dataset)


def _check_goes_on(request: TrainingRequest) -> None:
    """A run goes on with its own settings and data only."""
    folder = request.folder
    stored = read_config(folder.run_file, RunConfig)
    changed = []
    if request.settings is not None:
        changed = request.settings.differences(RunSettings.of(stored))
    if request.data is not None and _is_other_data(request.data, stored):
        changed.append("the data")
    if changed:
        raise DuplicateNameError(
            f"There is a run {folder.name!r} already, trained with other settings "
            f"({', '.join(dict.fromkeys(changed))}).",
            hint=f"Choose another name, such as {free_name(folder.path.parent, folder.name)!r}.",
            place="train.run_name",
        )
    length = {"num_iterations": request.num_iterations, "budget_config": request.budget}
    config = kept_length(stored.replace(**length), folder)
    status = read_status(folder)
    if status is not None and status.iteration >= config.train_until:
        raise ConfigError(
            f"This run has trained {status.iteration:,} iterations already.",
            hint="Enter a longer time, or more iterations, to go on.",
            place="train.iterations",
        )
    if config != stored:
        write_text(folder.run_file, to_yaml(config))


def _is_other_data(data: TrainingData, stored: RunConfig) -> bool:
    """Whether layers cannot be what a run was trained on: another shape or voxel size."""
    arrays = list(_stored_images(stored))
    return bool(arrays) and not all(
        any(_is_alike(layers, array) for array in arrays) for layers in data.layers
    )


def _stored_images(stored: RunConfig) -> Iterator[Array]:
    split = stored.datasplit_config
    datasets = (getattr(split, name, ()) for name in ("train_configs", "validate_configs"))
    for dataset in itertools.chain(*datasets):
        config = getattr(dataset.raw_config, "source_array_config", dataset.raw_config)
        if isinstance(config, ZarrArrayConfig | TiffArrayConfig | ImageArrayConfig):
            try:
                yield config.array_type(config)
            except (DacapoError, OSError):
                continue


def _is_alike(layers: LabelledLayers, array: Array) -> bool:
    sizes = [float(size) for size in layers.raw.voxel_size]
    same_size = len(sizes) == len(array.voxel_size_nm) and all(
        math.isclose(a, b, rel_tol=1e-6) for a, b in zip(sizes, array.voxel_size_nm, strict=True)
    )
    return same_size and _shape(array) == layers.raw.shape


def _shape(array: Array) -> tuple[int, ...]:
    """Extent of each axis; the data of an image file would be read for it."""
    extents = dict(zip(array.spatial_axes, array.grid.shape, strict=True))
    return tuple(extents.get(axis, array.num_channels or 1) for axis in array.axes)
