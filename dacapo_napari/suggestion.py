"""What fits the volumes chosen: facts about them, and a run made from the facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dacapo_engine.division import split_volumes
from dacapo_engine.experiments.datasplits.datasets.merged_facts import merge_facts
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.presets import suggest_run, task_of
from dacapo_napari.run_setup import free_name
from dacapo_napari.training_data import TrainingData, measure_volumes_of
from dacapo_napari.volume_files import safe_name

__all__ = ["Suggestion", "suggest"]


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
    """

    facts: VolumeFacts
    config: RunConfig
    name: str
    held_back: str = ""
    optimistic: bool = False

    @property
    def patch(self) -> tuple[int, ...]:
        """Voxels that the suggested network sees in training, per axis."""
        return tuple(getattr(self.config.architecture_config, "input_shape", ()))


def suggest(data: TrainingData, runs: Path, device: str) -> Suggestion:
    """Measure the volumes and derive a run from what was found; off the Qt thread.

    Raises
    ------
    DataError
        If a volume, or a box that was drawn in it, cannot be used.
    """
    volumes = measure_volumes_of(data)
    split = split_volumes(volumes)
    name = free_name(runs, safe_name(data.first.name))
    config = suggest_run(
        split.train, split.validate, name=name, device=device, task=task_of(volumes)
    )
    facts = merge_facts([volume.facts for volume in volumes])
    return Suggestion(facts, config, name, split.text, split.optimistic)
