"""How the labels of a volume are divided into some to train on and some to be scored on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import (
    CropArrayConfig,
    RegionConfig,
)
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.setup.boxes import Box, overlap
from dacapo_engine.setup.drawn_boxes import divide_as_drawn
from dacapo_engine.setup.holdout import Division, choose_holdout, held_back, middle_box
from dacapo_engine.setup.label_meaning import LabelMeaning, region
from dacapo_engine.setup.measured_volumes import names_apart, open_array
from dacapo_engine.setup.partial_holdout import choose_partial_holdout
from dacapo_engine.setup.presets import LabelledVolume

__all__ = ["NOTHING_HELD_BACK", "Split", "choose_division", "split_volumes"]

Datasets = tuple[RawGTDatasetConfig, ...]

_LEAST_LEFT = 16

NOTHING_HELD_BACK = "Too few labels to hold any back: scores are those of the training data."


@dataclass(frozen=True)
class Split:
    """What is trained on, what is scored on, and a sentence about it.

    Attributes
    ----------
    optimistic
        Whether scores are those of data that is trained on.
    """

    train: tuple[LabelledVolume, ...]
    validate: Datasets
    text: str
    optimistic: bool = False


def split_volumes(volumes: Sequence[LabelledVolume]) -> Split:
    """Hold some of the labels back: as somebody drew it, else some of several volumes as a whole.

    Raises
    ------
    DataError
        If labels have channels, or a box that was drawn cannot be used.
    """
    if len(volumes) == 1:
        return _split_one(volumes[0], "train", "validate")
    if any(volume.meaning.train or volume.meaning.validate for volume in volumes):
        return _split_as_drawn(volumes)
    held = set(held_back(len(volumes)))
    scored_on = [volumes[n].dataset for n in sorted(held)]
    names = ", ".join(dataset.name for dataset in scored_on[:3])
    more = f" and {len(scored_on) - 3} more" if len(scored_on) > 3 else ""
    return Split(
        tuple(volume for n, volume in enumerate(volumes) if n not in held),
        tuple(_middle(volumes[n]) for n in sorted(held)),
        f"Held back to be scored on: {len(held)} of {len(volumes)} images ({names}{more}).",
    )


def _split_as_drawn(volumes: Sequence[LabelledVolume]) -> Split:
    train: list[LabelledVolume] = []
    validate: list[RawGTDatasetConfig] = []
    for volume in volumes:
        if volume.meaning.train or volume.meaning.validate:
            name = volume.dataset.name
            part = _split_one(volume, name, f"{name}_validate")
            train += part.train
            validate += () if part.optimistic else part.validate
        else:
            train.append(volume)
    if not validate:
        scored = tuple(volume.dataset for volume in train)
        return Split(tuple(train), scored, NOTHING_HELD_BACK, optimistic=True)
    boxes = "a box" if len(validate) == 1 else f"{len(validate)} boxes"
    return Split(tuple(train), tuple(validate), f"Held back to be scored on: {boxes}.")


def _split_one(volume: LabelledVolume, train: str, validate: str) -> Split:
    labels, axes = _labels(volume)
    division = choose_division(labels, axes, volume.meaning)
    dataset = volume.dataset
    if division is not None and division.validate:
        return Split(
            _volumes(volume, _cropped(dataset, division.train, train)),
            _cropped(dataset, division.validate, validate),
            f"Held back to be scored on: {division.text}.",
        )
    kept = (dataset,) if division is None else _cropped(dataset, division.train, train)
    names = names_apart([validate] * len(kept))
    scored = tuple(one.replace(name=name) for one, name in zip(kept, names, strict=True))
    return Split(_volumes(volume, kept), scored, NOTHING_HELD_BACK, optimistic=True)


def _volumes(volume: LabelledVolume, datasets: Datasets) -> tuple[LabelledVolume, ...]:
    return tuple(replace(volume, dataset=dataset) for dataset in datasets)


def _middle(volume: LabelledVolume) -> RawGTDatasetConfig:
    """So much of a held-back volume that a validation takes seconds."""
    labels, _ = _labels(volume)
    box = middle_box(labels.shape)
    if box[1] == tuple(labels.shape):
        return volume.dataset
    return _crop(volume.dataset, box, volume.dataset.name)


def choose_division(labels: Any, axes: Sequence[str], meaning: LabelMeaning) -> Division | None:
    """Boxes as they were drawn, else as fits what is labelled.

    Parameters
    ----------
    labels
        Array-like of ids, spatial axes only.
    axes
        Their names.
    meaning
        What 0 is, what is done, and what was drawn.

    Returns
    -------
    Division or None
        None where too few labels are there to hold any back.
    """
    least = _least_left(axes)
    if meaning.train or meaning.validate:
        return divide_as_drawn(labels, axes, meaning, least)
    if meaning.zero != "background":
        return choose_partial_holdout(labels, axes, meaning, least=least)
    found = choose_holdout(labels, axes, least=least, fewest=meaning.fewest_objects)
    if found is None:
        return None
    return Division((found.train,), (found.validate,), f"{found.text} of the labels")


def _least_left(axes: Sequence[str]) -> list[int]:
    """Voxels per axis that have to be left on both sides of a cut."""
    return [1 if axis in "st" else _LEAST_LEFT for axis in axes]


def _labels(volume: LabelledVolume) -> tuple[Any, list[str]]:
    """Ids of a volume, and what their axes are."""
    if volume.labels is not None:
        return volume.labels, [axis for axis in volume.facts.axes if axis != "c"]
    labels = open_array(volume.dataset.gt_config)
    if labels.num_channels is None:
        return labels.data, labels.spatial_axes
    raise DataError(
        f"labels has {labels.num_channels} channels; objects need ids without channels.",
        hint="Choose one channel, or name the axes.",
        place=labels.name,
    )


def _cropped(dataset: RawGTDatasetConfig, boxes: Sequence[Box], name: str) -> Datasets:
    names = names_apart([name] * len(boxes))
    return tuple(_crop(dataset, box, each) for box, each in zip(boxes, names, strict=True))


def _crop(dataset: RawGTDatasetConfig, box: Box, name: str) -> RawGTDatasetConfig:
    labels = CropArrayConfig(source_array_config=dataset.gt_config, roi=region(box))
    return dataset.replace(name=name, gt_config=labels, done=_done_in(dataset, box))


def _done_in(dataset: RawGTDatasetConfig, box: Box) -> tuple[RegionConfig, ...] | None:
    """What is finished of a box; it counts from the first voxel of that box."""
    if dataset.done is None:
        return None
    kept: list[RegionConfig] = []
    for one in dataset.done:
        if one.unit != "voxels":
            kept.append(one)
            continue
        common = overlap((_whole(one.offset), _whole(one.shape)), box)
        if common is not None:
            begin = tuple(a - b for a, b in zip(common[0], box[0], strict=True))
            kept.append(region((begin, common[1])))
    return tuple(kept)


def _whole(numbers: Sequence[float]) -> tuple[int, ...]:
    return tuple(round(number) for number in numbers)
