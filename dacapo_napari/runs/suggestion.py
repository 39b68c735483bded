"""What fits the volumes chosen: facts about them, and a run made from the facts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import psutil

from dacapo_engine.experiments.datasplits.datasets.merged_facts import merge_facts
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.boxes import Box
from dacapo_engine.setup.division import split_volumes
from dacapo_engine.setup.holdout import voxels_of
from dacapo_engine.setup.network_presets import PresetName
from dacapo_engine.setup.preset_choice import choose_preset
from dacapo_engine.setup.presets import suggest_run, task_of
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_setup import free_name
from dacapo_napari.volumes.measured_parts import measure_parts
from dacapo_napari.volumes.training_data import TrainingData
from dacapo_napari.volumes.volume_files import safe_name

__all__ = ["DataProblems", "Suggestion", "suggest"]


@dataclass(frozen=True)
class Suggestion:
    """A run that fits the data; its data split names no files of layers yet.

    Attributes
    ----------
    name
        A name under which there is no run.
    held_back
        A sentence about what is held back to be scored on.
    optimistic
        Whether scores are those of data that is trained on.
    each
        What was measured of each part of the data.
    train_facts
        What was measured of the volumes that are trained on, together.
    preset
        The size of network that fits them and this computer.
    """

    facts: VolumeFacts
    config: RunConfig
    name: str
    held_back: str = ""
    optimistic: bool = False
    each: tuple[VolumeFacts | Failed, ...] = ()
    train_facts: VolumeFacts | None = None
    preset: str = "small"

    @property
    def held_boxes(self) -> tuple[Box, ...]:
        """What is held back of a single volume, in voxels of its labels."""
        datasets = getattr(self.config.datasplit_config, "validate_configs", ())
        boxes = (voxels_of(dataset.gt_config) for dataset in datasets)
        return () if len(self.each) != 1 else tuple(box for box in boxes if box is not None)

    @property
    def patch(self) -> tuple[int, ...]:
        """Voxels that the suggested network sees in training, per axis."""
        return tuple(getattr(self.config.architecture_config, "input_shape", ()))


@dataclass(frozen=True)
class DataProblems:
    """What was measured of each part of the data, one of which at least cannot be learnt from."""

    each: tuple[VolumeFacts | Failed, ...]


def suggest(
    parts: Sequence[TrainingData],
    runs: Path,
    device: str,
    memory: int | None = None,
    preset: PresetName = "auto",
) -> Suggestion | DataProblems:
    """Measure the volumes and derive a run from what was found; off the Qt thread.

    Parameters
    ----------
    device, memory
        The kind of device, and the bytes that are free there; None where not known.
    preset
        The size of network that the user wants.

    Raises
    ------
    DataError
        If a box that was drawn in a volume cannot be used.
    """
    measured = measure_parts(parts)
    each = tuple(part.outcome for part in measured)
    if any(isinstance(outcome, Failed) for outcome in each):
        return DataProblems(each)
    volumes = [volume for part in measured for volume in part.volumes]
    split = split_volumes(volumes)
    name = free_name(runs, safe_name(parts[0].first.name))
    train_facts = merge_facts([volume.facts for volume in split.train])
    fitting = choose_preset("auto", train_facts, device, _free(device, memory), os.cpu_count() or 1)
    config = suggest_run(
        split.train,
        split.validate,
        name=name,
        preset=cast(PresetName, fitting) if preset == "auto" else preset,
        device=device,
        task=task_of(volumes),
    )
    facts = merge_facts([volume.facts for volume in volumes])
    return Suggestion(facts, config, name, split.text, split.optimistic, each, train_facts, fitting)


def _free(device: str, memory: int | None) -> int | None:
    """Free bytes; those of the computer for its processor, which the engine does not tell."""
    return int(psutil.virtual_memory().available) if device == "cpu" else memory
