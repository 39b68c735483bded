"""Labels that tell classes, not objects, apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.errors import DataError

__all__ = ["ClassLabels", "check_class_names"]

# Names of classes become parts of file names and of the names of criteria.
_ALLOWED = re.compile(r"[^/\\:*?\"<>|]+")


def check_class_names(names: Sequence[str]) -> None:
    """ValueError unless the names tell the classes apart, in scores and in file names."""
    if len(set(names)) < len(names):
        raise ValueError("a class is given twice")
    for name in names:
        if not _ALLOWED.fullmatch(name) or "__" in name or name != name.strip():
            raise ValueError(
                f"{name!r} cannot name a class: no /, \\, :, *, ?, quotes, <, >, | or double"
                " underscores"
            )


@dataclass(frozen=True)
class ClassLabels:
    """Which voxels belong to which class.

    Labels with a channel axis have one channel per class, above 0 where the class is; classes
    may overlap. Labels without one hold ids of classes. Where there is only one class besides
    background, every id above 0 belongs to it.

    Attributes
    ----------
    names
        Of the classes, in the order of the channels.
    first_id
        The id of the first class in labels without channels: 1, or 0 where background is a
        class of its own.
    """

    names: tuple[str, ...]
    first_id: int = 1

    @property
    def last_id(self) -> int:
        """The largest id that names a class."""
        return self.first_id + len(self.names) - 1

    def masks(self, labels: NDArray[Any], dims: int) -> NDArray[np.bool_]:
        """Where each class is: ``[class, (z,) y, x]`` of labels ``[(class,) (z,) y, x]``.

        Raises
        ------
        DataError
            If labels have a channel axis that is not as long as there are classes.
        """
        if labels.ndim > dims:
            return self._channels(labels)
        masks = np.empty((len(self.names), *labels.shape), dtype=bool)
        for number, mask in enumerate(masks, start=self.first_id):
            if number == self.last_id == 1:
                np.greater(labels, 0, out=mask)
            else:
                np.equal(labels, number, out=mask)
        return masks

    def check_ids(self, largest: int, place: str) -> None:
        """DataError if labels without channels hold an id that names no class."""
        if largest > self.last_id > 1:
            raise DataError(
                f"Labels of {len(self.names)} classes have ids up to {self.last_id}, these have"
                f" {largest}.",
                hint="Name all classes in the order of their ids, or name one class only: then"
                " every id above 0 belongs to it.",
                place=place,
            )

    def check_channels(self, channels: int, place: str) -> None:
        """DataError unless labels have one channel per class."""
        if channels != len(self.names):
            raise DataError(
                f"Expected labels with one channel for each of {len(self.names)} classes"
                f" ({', '.join(self.names)}), got {channels}.",
                hint="Name as many classes as there are channels.",
                place=place,
            )

    def _channels(self, labels: NDArray[Any]) -> NDArray[np.bool_]:
        if len(labels) == 1 and len(self.names) > 1:
            return self.masks(labels[0], labels.ndim - 1)
        self.check_channels(len(labels), "labels")
        return labels > 0
