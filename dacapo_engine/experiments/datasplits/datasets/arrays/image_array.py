"""A picture in a file."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.calibration import Calibration
from dacapo_engine.experiments.datasplits.datasets.arrays.image_array_config import (
    ImageArrayConfig,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.image_file_array import (
    ImageFileArray,
    existing,
    given_calibration,
)

__all__ = ["ImageArray"]

# What each of Pillow's modes is read as: channels, and type of values.
_MODES: dict[str, tuple[int, Any]] = {
    "1": (1, np.bool_),
    "L": (1, np.uint8),
    "P": (1, np.uint8),
    "I;16": (1, np.uint16),
    "I;16B": (1, np.uint16),
    "I": (1, np.int32),
    "F": (1, np.float32),
    "RGB": (3, np.uint8),
}
_ALIKE = {"RGBA": "RGB", "LA": "L", "CMYK": "RGB", "YCbCr": "RGB", "PA": "P"}


class ImageArray(ImageFileArray):
    """A picture of height and width, with three channels where it has colours.

    Transparency is left out. The colours of a palette are not looked up: its indices are ids.

    Raises
    ------
    NotFoundError
        If the file is not there.
    DataError
        If it is no picture.
    """

    def __init__(self, array_config: ImageArrayConfig) -> None:
        config = array_config
        self.file = existing(config.file)
        self.name = config.name or self.file.stem
        with self._open() as picture:
            width, height = picture.size
            self._mode = _ALIKE.get(picture.mode, picture.mode)
        if self._mode not in _MODES:
            raise DataError(f"Pictures of kind {self._mode} are not read.", place=str(self.file))
        channels, dtype = _MODES[self._mode]
        axes = ("y", "x") if channels == 1 else ("y", "x", "c")
        shape = (height, width) if channels == 1 else (height, width, channels)
        said = given_calibration(
            Calibration(axes), config.voxel_size, None, config.units, str(self.file)
        )
        self._take(shape, dtype, said)

    def _open(self) -> Image.Image:
        try:
            return Image.open(self.file)
        except (UnidentifiedImageError, OSError) as error:
            raise DataError("This is no picture that can be read.", place=str(self.file)) from error

    def _read(self) -> np.ndarray[Any, Any]:
        with self._open() as picture:
            plain = picture if picture.mode == self._mode else picture.convert(self._mode)
            return np.array(plain)
