"""From files to a complete run: opens, measures, checks, divides, and chooses defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets.merged_facts import merge_facts
from dacapo_engine.experiments.datasplits.datasets.patch_check import (
    check_labels_match,
    check_patch_fits,
)
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.division import Split, split_volumes
from dacapo_engine.setup.label_census import likely_zero, take_census
from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE
from dacapo_engine.setup.measured_volumes import measure_volumes, open_array
from dacapo_engine.setup.presets import LabelledVolume, PresetName, suggest_run, task_of
from dacapo_engine.setup.volume_files import VolumeFiles
from dacapo_engine.units import format_lengths

__all__ = ["Setup", "VolumeFiles", "check_volumes", "set_up_run"]

_MOST_VOXELS = 2**26


@dataclass(frozen=True)
class Setup:
    """A run, and what was found on the way to it, a sentence each."""

    config: RunConfig
    facts: VolumeFacts
    sentences: tuple[str, ...]


def set_up_run(
    train: VolumeFiles | Sequence[VolumeFiles],
    validation: VolumeFiles | Sequence[VolumeFiles] | None = None,
    *,
    name: str,
    preset: PresetName = "auto",
    num_iterations: int | None = None,
    device: str = "cpu",
    memory: int | None = None,
) -> Setup:
    """Measure the volumes and suggest a run for them.

    Without validation volumes, some of several volumes are held back whole, or a part of the
    labels of a single one. Of the preset ``auto``, `device` and `memory` see `choose_preset`.

    Raises
    ------
    DacapoError
        If a volume cannot be trained on, with what to do about it.
    """
    volumes, notes = measure_volumes(_listed(train), "train")
    split = _split(volumes, _listed(validation))
    config = suggest_run(
        split.train,
        split.validate,
        name=name,
        preset=preset,
        num_iterations=num_iterations,
        device=device,
        memory=memory,
        task=task_of(volumes),
    )
    check_volumes(config)
    facts = merge_facts([volume.facts for volume in volumes])
    return Setup(
        config,
        facts,
        (*_describe(facts, len(volumes)), *notes, *_doubts(volumes), *_linked(config), split.text),
    )


def _listed(files: VolumeFiles | Sequence[VolumeFiles] | None) -> list[VolumeFiles]:
    if isinstance(files, VolumeFiles):
        return [files]
    return list(files or ())


def _split(volumes: Sequence[LabelledVolume], validation: Sequence[VolumeFiles]) -> Split:
    if not validation:
        return split_volumes(volumes)
    scored, _ = measure_volumes(validation, "validate")
    shown = str(validation[0].labels) if len(validation) == 1 else f"{len(scored)} images"
    datasets = tuple(volume.dataset for volume in scored)
    return Split(tuple(volumes), datasets, f"Scored on {shown}.")


def check_volumes(config: RunConfig) -> None:
    """Open the volumes of a run, and let them say what does not fit before somebody starts it.

    Raises
    ------
    DacapoError
        If labels do not match raw, or raw is smaller than the model's patch.
    """
    split, network = config.datasplit_config, config.architecture_config
    for dataset in split.datasplit_type(split).train:
        check_labels_match(dataset)
        if isinstance(network, CNNectomeUNetConfig):
            check_patch_fits(dataset, network.input_shape)


def _linked(config: RunConfig) -> tuple[str, ...]:
    if not getattr(config.task_config, "link_slices", False):
        return ()
    return ("No two neighbouring slices are done: objects are found slice by slice, and linked.",)


def _doubts(volumes: Sequence[LabelledVolume]) -> list[str]:
    """A sentence about labels that look unfinished, where nobody said what their 0 is."""
    volume = volumes[0]
    labels = open_array(volume.dataset.gt_config)
    said = volume.meaning != BACKGROUND_EVERYWHERE or volume.dataset.mask_config is not None
    if len(volumes) > 1 or said or labels.num_channels is not None:
        return []
    census = take_census(labels.data, volume.meaning, _MOST_VOXELS)
    if likely_zero(census)[0] == "background":
        return []
    slices = f"{len(census.painted)} of {census.num_slices} slices"
    return [
        f"Only {slices if census.num_slices > 1 else 'a part of the image'} hold"
        f"{'' if census.num_slices > 1 else 's'} objects; 0 is taken for background everywhere."
        " Where it is not, say so with --zero and --done."
    ]


def _describe(facts: VolumeFacts, count: int) -> tuple[str, ...]:
    taken = "" if facts.axes_known else " (assumed; correct it with --axes)"
    size = format_lengths(facts.voxel_size_nm, facts.voxel_size_known)
    low, high = facts.intensity_range
    return (
        f"raw is {facts.shape_text}{taken}."
        if count == 1
        else f"{count} images, the smallest sides are {facts.shape_text}{taken}.",
        f"Voxel size: {size}.",
        f"Intensities from {low:g} to {high:g} (0.1 and 99.9 percentiles).",
        f"{facts.num_objects} objects, typically {facts.object_thickness:.0f} voxels thick, "
        f"cover {facts.foreground_share:.0%}.",
    )
