"""Crops listed in a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

from dacapo_engine.errors import ConfigError, NotFoundError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.setup.volume_files import Volume, VolumeFiles, parse_volume

__all__ = ["read_crops"]

_TRAIN = {"train", "training"}
_VALIDATE = {"val", "validate", "validation", "test"}


def read_crops(path: Path) -> tuple[list[VolumeFiles], list[VolumeFiles]]:
    """Crops to train on and crops to be scored on.

    A row is ``train`` or ``val``, raw, and labels: each the path of a dataset in a container
    (``crops.zarr/1/raw``) or of an image file, from the folder of the CSV on. Five columns are
    taken, too, with containers and datasets apart. A first row of headings is left out.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ConfigError
        If a row cannot be read, with its number; or no row is to train on.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
    except FileNotFoundError as error:
        raise NotFoundError("There is no such file.", place=str(path)) from error
    train: list[VolumeFiles] = []
    validate: list[VolumeFiles] = []
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        kind = cells[0].lower() if cells else ""
        if not any(cells) or (number == 1 and kind not in _TRAIN | _VALIDATE):
            continue
        if kind not in _TRAIN | _VALIDATE:
            raise ConfigError(
                f"Expected train or val in the first column, got {cells[0]!r}.",
                place=f"{path}, row {number}",
            )
        (train if kind in _TRAIN else validate).append(_crop(cells[1:], path, number))
    if not train:
        raise ConfigError("No row of this file is to train on.", place=str(path))
    return train, validate


def _crop(cells: list[str], path: Path, number: int) -> VolumeFiles:
    if len(cells) == 4:
        pairs = (cells[:2], cells[2:])
        raw, labels = (LocalArrayIdentifier(path.parent / c, d) for c, d in pairs)
        return VolumeFiles(raw, labels)
    if len(cells) != 2:
        raise ConfigError(
            f"Expected 3 or 5 columns, got {len(cells) + 1}.",
            hint="Write: train,crops.zarr/1/raw,crops.zarr/1/labels",
            place=f"{path}, row {number}",
        )
    raw_volume, labels_volume = (_volume(cell, path, number) for cell in cells)
    return VolumeFiles(raw_volume, labels_volume)


def _volume(cell: str, path: Path, number: int) -> Volume:
    try:
        return parse_volume(str(path.parent / cell))
    except ConfigError as error:
        place = f"{path}, row {number}"
        raise ConfigError(error.message, hint=error.hint, place=place) from error
