"""Images and the labels that belong to them, paired by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.setup.volume_files import VolumeFiles, is_image_file

__all__ = ["ImagePair", "find_pairs", "find_splits", "list_pairs"]

_LABEL_ENDINGS = ("_labels", "_label", "_cp_masks", "_masks", "_mask", "_seg", "_gt")
_RAW_ENDINGS = ("_img", "_image", "_raw")
_IMAGE_FOLDERS = ("images", "image", "img", "raw")
_LABEL_FOLDERS = ("labels", "masks", "label", "mask", "gt")
_TRAIN_FOLDERS = ("train", "training")
_VALIDATION_FOLDERS = ("val", "validation", "validate", "test")


def find_splits(folder: Path) -> tuple[list[VolumeFiles], list[VolumeFiles]]:
    """Pairs to train on and pairs to be scored on.

    Where `folder` holds ``train`` and ``test`` (or ``val``), as data sets for StarDist and
    Cellpose do, these are the two; otherwise all pairs are to train on.
    """
    train = _subfolder(folder, _TRAIN_FOLDERS)
    if train is None:
        return find_pairs(folder), []
    validation = _subfolder(folder, _VALIDATION_FOLDERS)
    return find_pairs(train), find_pairs(validation) if validation is not None else []


@dataclass(frozen=True)
class ImagePair:
    """An image and the labels of its name, or what is missing.

    Attributes
    ----------
    image, labels
        None where there is none.
    problem
        A sentence where they cannot be used together.
    """

    image: Path | None
    labels: Path | None
    problem: str = ""


def find_pairs(images: Path, labels: Path | None = None) -> list[VolumeFiles]:
    """Images with their labels, in the order of their names.

    ``x.tif`` belongs to ``x_labels.tif`` (or ``_masks`` and other endings) in the same folder,
    to ``labels/x.tif`` or ``masks/x.tif`` beside ``images/x.tif``, or to ``x.tif`` in the folder
    `labels`. Suffixes may differ; images without labels are left out.

    Raises
    ------
    ConfigError
        If `images` is no folder.
    DataError
        If no image has labels, or two files are the labels of one image.
    """
    images, labels = _folders(images, labels)
    known = _labels_by_stem(images, labels)
    for stem, found in known.items():
        if len(found) > 1:
            raise DataError(
                f"{_both(found)} labels of {stem}.",
                hint="Keep one of them in the folder.",
                place=str(found[0].parent),
            )
    rows = _rows(images, known)
    pairs = [VolumeFiles(row.image, row.labels) for row in rows if row.image and row.labels]
    if pairs:
        return pairs
    where = f"with {labels.name}/" if labels is not None else "such as x.tif with x_labels.tif"
    raise DataError(
        f"No image has labels of its name ({where}).",
        hint="Name labels after their images, with _labels or _masks, or put both into folders"
        " images/ and labels/.",
        place=str(images),
    )


def list_pairs(images: Path, labels: Path | None = None) -> list[ImagePair]:
    """Every image and every labels file of a folder, paired as `find_pairs` does.

    What has no partner, or two, is there with a problem.

    Raises
    ------
    ConfigError
        If `images` is no folder.
    """
    images, labels = _folders(images, labels)
    rows = _rows(images, _labels_by_stem(images, labels))
    # Labels that lie beside the images, where those of another folder are wanted, are no images.
    beside = {path for found in _labels_by_stem(images, None).values() for path in found}
    return [row for row in rows if row.image not in beside or not row.problem]


def _folders(images: Path, labels: Path | None) -> tuple[Path, Path | None]:
    """Where images lie, and where labels do if that is another folder."""
    if not images.is_dir():
        raise ConfigError("This is no folder.", place=str(images))
    if labels is not None and labels != images:
        return images, labels
    inner, beside = _subfolder(images, _IMAGE_FOLDERS), _subfolder(images, _LABEL_FOLDERS)
    return (images, None) if inner is None or beside is None else (inner, beside)


def _rows(images: Path, known: Mapping[str, list[Path]]) -> list[ImagePair]:
    taken = {path for found in known.values() for path in found}
    rows, used = [], set()
    for path in _image_files(images):
        if path not in taken:
            stem = _without(path, _RAW_ENDINGS)
            rows.append(_row(path, known.get(stem, [])))
            used.add(stem)
    rows += [
        ImagePair(None, path, "no image of this name")
        for stem, found in known.items()
        for path in found
        if stem not in used
    ]
    return rows


def _row(image: Path, found: Sequence[Path]) -> ImagePair:
    if not found:
        return ImagePair(image, None, "no labels of this name")
    if len(found) > 1:
        return ImagePair(image, None, f"{_both(found)} its labels")
    return ImagePair(image, found[0])


def _both(found: Sequence[Path]) -> str:
    return f"{found[0].name} and {found[1].name} are both"


def _image_files(folder: Path) -> list[Path]:
    found = (path for path in folder.iterdir() if path.is_file() and is_image_file(path))
    return sorted(path for path in found if not path.name.startswith("."))


def _labels_by_stem(images: Path, labels: Path | None) -> dict[str, list[Path]]:
    """Labels by the name of their image; in a folder of both, those with an ending only."""
    known: dict[str, list[Path]] = {}
    for path in _image_files(labels or images):
        stem = _without(path, _LABEL_ENDINGS)
        if labels is None and stem == _stem(path):
            continue
        known.setdefault(_without_endings(stem, _RAW_ENDINGS), []).append(path)
    return known


def _without(path: Path, endings: tuple[str, ...]) -> str:
    return _without_endings(_stem(path), endings)


def _without_endings(stem: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if stem.lower().endswith(ending) and len(stem) > len(ending):
            return stem[: -len(ending)]
    return stem


def _stem(path: Path) -> str:
    return path.stem.removesuffix(".ome")


def _subfolder(folder: Path, names: tuple[str, ...]) -> Path | None:
    if not folder.is_dir():
        raise ConfigError("This is no folder.", place=str(folder))
    there = {path.name.lower(): path for path in folder.iterdir() if path.is_dir()}
    return next((there[name] for name in names if name in there), None)
