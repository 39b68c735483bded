"""The volumes that were chosen, measured each on its own, so that each has its own problem."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dacapo_engine.errors import DacapoError, DataError
from dacapo_engine.experiments.datasplits.datasets.merged_facts import merge_facts
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.setup.measured_volumes import names_apart
from dacapo_engine.setup.presets import LabelledVolume
from dacapo_engine.units import format_lengths
from dacapo_napari.run_updates import Failed
from dacapo_napari.volumes.training_data import TrainingData, measure_volumes_of

__all__ = ["MeasuredPart", "measure_parts"]


@dataclass(frozen=True)
class MeasuredPart:
    """One volume that was chosen, or one folder of images.

    Attributes
    ----------
    volumes
        What a run learns from.
    outcome
        What was measured, of a folder of all images together; or why it cannot be learnt from.
    """

    volumes: tuple[LabelledVolume, ...]
    outcome: VolumeFacts | Failed


def measure_parts(parts: Sequence[TrainingData]) -> list[MeasuredPart]:
    """Measure each part; reads a bounded part of each volume, so off the Qt thread."""
    found = [_measured(part) for part in parts]
    first = next((each.outcome for each in found if isinstance(each.outcome, VolumeFacts)), None)
    if first is not None:
        name = parts[[each.outcome for each in found].index(first)].first.name
        found = [_compared(each, first, name) for each in found]
    return _named_apart(found, parts) if len(parts) > 1 else found


def _measured(part: TrainingData) -> MeasuredPart:
    try:
        volumes = tuple(measure_volumes_of(part))
    except DacapoError as error:
        return MeasuredPart((), Failed.of(error))
    return MeasuredPart(volumes, merge_facts([volume.facts for volume in volumes]))


def _compared(part: MeasuredPart, first: VolumeFacts, name: str) -> MeasuredPart:
    """The part, or why one network cannot learn from it and the first one."""
    if not isinstance(part.outcome, VolumeFacts):
        return part
    try:
        _check_alike(part.outcome, first, name)
    except DataError as error:
        return replace(part, outcome=Failed.of(error))
    return part


def _check_alike(facts: VolumeFacts, first: VolumeFacts, name: str) -> None:
    if facts.axes != first.axes or facts.num_channels != first.num_channels:
        raise DataError(
            f"This volume is {facts.shape_text}, {name} is {first.shape_text}.",
            hint="One network learns from volumes with the same axes and channels: correct the "
            "first axis, or remove one of them.",
        )
    pairs = zip(facts.voxel_size_nm, first.voxel_size_nm, strict=True)
    if all(math.isclose(a, b, rel_tol=1e-3) for a, b in pairs):
        return
    sizes = (format_lengths(f.voxel_size_nm, f.voxel_size_known) for f in (facts, first))
    mine, its = sizes
    raise DataError(
        f"A voxel of this volume is {mine} large, one of {name} {its}.",
        hint="Correct the voxel size, resample one of them, or remove one.",
    )


def _named_apart(
    found: Sequence[MeasuredPart], parts: Sequence[TrainingData]
) -> list[MeasuredPart]:
    """The same with names that tell the volumes of all parts apart."""
    counts = [len(each.volumes) for each in found]
    names = iter(
        names_apart(
            [
                part.first.name if count == 1 else volume.dataset.name
                for part, each, count in zip(parts, found, counts, strict=True)
                for volume in each.volumes
            ]
        )
    )
    return [
        replace(each, volumes=tuple(_named(v, next(names)) for v in each.volumes)) for each in found
    ]


def _named(volume: LabelledVolume, name: str) -> LabelledVolume:
    return replace(volume, dataset=volume.dataset.replace(name=name))
