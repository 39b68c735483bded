"""An image in a TIFF file."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import tifffile

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.axis_order import default_axes
from dacapo_engine.experiments.datasplits.datasets.arrays.calibration import Calibration
from dacapo_engine.experiments.datasplits.datasets.arrays.image_file_array import (
    ImageFileArray,
    existing,
    given_calibration,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.tiff_array_config import TiffArrayConfig
from dacapo_engine.units import exact_number, nanometres_per

__all__ = ["TiffArray"]

logger = logging.getLogger(__name__)

# tifffile's letters; Q, I and others say nothing.
_AXES = {"X": "x", "Y": "y", "Z": "z", "T": "t", "C": "c", "S": "c"}
_LARGE = 2**26
_INCH_NM, _CENTIMETRE_NM = 25_400_000, 10_000_000


class TiffArray(ImageFileArray):
    """The first series of images in a TIFF file.

    Raises
    ------
    NotFoundError
        If the file is not there.
    DataError
        If it is no TIFF, or its metadata do not fit it.
    """

    def __init__(self, array_config: TiffArrayConfig) -> None:
        config = array_config
        self.file = existing(config.file)
        self.name = config.name or self.file.stem
        try:
            with tifffile.TiffFile(self.file) as tiff:
                series = tiff.series[0]
                shape, dtype, found = series.shape, series.dtype, _calibration(tiff, series.axes)
        except (tifffile.TiffFileError, IndexError, ValueError) as error:
            raise DataError(f"This is no TIFF image: {error}.", place=str(self.file)) from error
        said = given_calibration(
            found, config.voxel_size, config.offset, config.units, str(self.file)
        )
        self._take(shape, dtype, said, config.axis_names)

    def _read(self) -> np.ndarray[Any, Any]:
        # A mapped file that somebody saves anew would end the process: only large ones are mapped.
        if self.file.stat().st_size >= _LARGE:
            try:
                return np.asarray(tifffile.memmap(self.file, mode="r"))
            except ValueError:
                logger.info("%s is read whole: compressed values cannot be mapped", self.file)
        return np.asarray(tifffile.imread(self.file, series=0))


def _calibration(tiff: tifffile.TiffFile, letters: str) -> Calibration:
    axes = tuple(_AXES.get(letter, "") for letter in letters)
    known = all(axes) and len(set(axes)) == len(axes)
    sizes = _ome_sizes(tiff) or _resolution(tiff)
    if sizes is None:
        return Calibration(axes if known else None, is_ome=tiff.is_ome)
    names = axes if known else default_axes(len(axes))
    # Where only the distance of pixels is known, planes are taken to be as far apart.
    sizes = {"z": sizes["x"], **sizes}
    return Calibration(
        axes if known else None,
        tuple(sizes.get(axis, Fraction(1)) for axis in names),
        None,
        tuple("nm" if axis in sizes else "" for axis in names),
        is_ome=tiff.is_ome,
    )


def _ome_sizes(tiff: tifffile.TiffFile) -> dict[str, Fraction] | None:
    """Nanometres by axis from the first image of OME-XML."""
    pixels = re.search(r"<(?:\w+:)?Pixels\b[^>]*>", tiff.ome_metadata or "")
    if pixels is None:
        return None
    told = dict(re.findall(r'(PhysicalSize[XYZ](?:Unit)?)="([^"]*)"', pixels.group()))
    found = {}
    for axis in "zyx":
        name = f"PhysicalSize{axis.upper()}"
        factor = _nanometres(told.get(f"{name}Unit", "µm"))
        if name in told and factor is not None and float(told[name]) > 0:
            found[axis] = exact_number(told[name]) * factor
    return found if {"y", "x"} <= found.keys() else None


def _resolution(tiff: tifffile.TiffFile) -> dict[str, Fraction] | None:
    """Nanometres by axis from the resolution tags, where they have a unit of length."""
    page: Any = tiff.pages[0]
    imagej: Mapping[str, Any] = tiff.imagej_metadata or {}
    factor = _nanometres(str(imagej.get("unit", "")))
    if factor is None and not imagej:
        unit = page.tags.get("ResolutionUnit")
        factors = {2: _INCH_NM, 3: _CENTIMETRE_NM}
        chosen = factors.get(int(unit.value)) if unit is not None else None
        factor = Fraction(chosen) if chosen else None
    found = {}
    for axis in "yx":
        tag = page.tags.get(f"{axis.upper()}Resolution")
        if factor is None or tag is None or 0 in tag.value:
            return None
        pixels, length = tag.value
        found[axis] = Fraction(int(length), int(pixels)) * factor
    if factor is not None and float(imagej.get("spacing", 0)) > 0:
        found["z"] = exact_number(imagej["spacing"]) * factor
    return found


def _nanometres(unit: str) -> Fraction | None:
    # ImageJ writes the letter of micro as an escape sequence.
    word = unit.replace("\\u00B5", "µ").replace("\\u00b5", "µ")
    try:
        return nanometres_per(word)
    except DataError:
        return None
