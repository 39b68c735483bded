"""What fits the layers chosen: facts about them, and a run made from the facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.presets import LabelledVolume, suggest_run
from dacapo_napari.run_setup import free_name
from dacapo_napari.training_data import TrainingData, measure
from dacapo_napari.volume_files import safe_name

__all__ = ["Suggestion", "suggest"]


@dataclass(frozen=True)
class Suggestion:
    """A run that fits the data; its data split names no files yet.

    Attributes
    ----------
    name
        A name under which there is no run.
    """

    facts: VolumeFacts
    config: RunConfig
    name: str

    @property
    def patch(self) -> tuple[int, ...]:
        """Voxels that the suggested network sees in training, per axis."""
        return tuple(getattr(self.config.architecture_config, "input_shape", ()))


def suggest(data: TrainingData, runs: Path, device: str) -> Suggestion:
    """Measure the layers and derive a run from what was found; off the Qt thread."""
    facts = measure(data)
    nowhere = ZarrArrayConfig(file_name=Path("unwritten.zarr"), dataset="raw")
    dataset = RawGTDatasetConfig(raw_config=nowhere, gt_config=nowhere)
    name = free_name(runs, safe_name(data.first.name))
    config = suggest_run([LabelledVolume(dataset, facts)], name=name, device=device)
    return Suggestion(facts, config, name)
