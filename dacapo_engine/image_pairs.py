"""Images and the labels that belong to them, paired by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.volume_files import VolumeFiles, is_image_file

__all__ = ["find_pairs", "find_splits"]

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
    if not images.is_dir():
        raise ConfigError("This is no folder.", place=str(images))
    if labels is None:
        inner, labels = _subfolder(images, _IMAGE_FOLDERS), _subfolder(images, _LABEL_FOLDERS)
        if inner is None or labels is None:
            labels = None
        else:
            images = inner
    known = _by_stem(_image_files(labels or images), _LABEL_ENDINGS, needed=labels is None)
    pairs = [
        VolumeFiles(path, found)
        for path in _image_files(images)
        if (found := known.get(_without(path, _RAW_ENDINGS))) is not None and found != path
    ]
    if pairs:
        return pairs
    where = f"with {labels.name}/" if labels is not None else "such as x.tif with x_labels.tif"
    raise DataError(
        f"No image has labels of its name ({where}).",
        hint="Name labels after their images, with _labels or _masks, or put both into folders"
        " images/ and labels/.",
        place=str(images),
    )


def _image_files(folder: Path) -> list[Path]:
    found = (path for path in folder.iterdir() if path.is_file() and is_image_file(path))
    return sorted(path for path in found if not path.name.startswith("."))


def _by_stem(paths: Iterable[Path], endings: tuple[str, ...], needed: bool) -> Mapping[str, Path]:
    """Labels by the name of their image; those without an ending only where none is `needed`."""
    known: dict[str, Path] = {}
    for path in paths:
        stem = _without(path, endings)
        if needed and stem == _stem(path):
            continue
        stem = _without_endings(stem, _RAW_ENDINGS)
        if stem in known:
            raise DataError(
                f"{known[stem].name} and {path.name} are both labels of {stem}.",
                hint="Keep one of them in the folder.",
                place=str(path.parent),
            )
        known[stem] = path
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
