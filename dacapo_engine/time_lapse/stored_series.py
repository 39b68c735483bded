"""The frames of a fixed region as whoever watches a run finds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import zarr
from numpy.typing import NDArray

from dacapo_engine.errors import NotFoundError
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["Frame", "StoredSeries", "frames_of", "open_series"]


@dataclass(frozen=True)
class Frame:
    """One look at the region.

    Attributes
    ----------
    series, index
        Which series of frames, and which of its frames.
    iteration
        Steps that were made before.
    trained
        Seconds that these took.
    objects
        How many were found.
    offset, shape
        Of the region, in voxels of its dataset's raw.
    held_back
        Whether nothing is learnt from labels there.
    """

    series: int
    index: int
    iteration: int
    trained: float
    objects: int
    dataset: str
    offset: tuple[int, ...]
    shape: tuple[int, ...]
    held_back: bool

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """A frame as a row of ``fixed_region.jsonl`` tells it."""
        return cls(
            series=int(row["series"]),
            index=int(row["index"]),
            iteration=int(row["iteration"]),
            trained=float(row.get("trained", 0)),
            objects=int(row.get("objects", 0)),
            dataset=str(row.get("dataset", "")),
            offset=tuple(int(n) for n in row["offset"]),
            shape=tuple(int(n) for n in row["shape"]),
            held_back=bool(row.get("held_back", False)),
        )


def frames_of(rows: Iterable[Mapping[str, Any]]) -> list[Frame]:
    """The frames that rows tell of; other rows tell of problems."""
    return [Frame.of_row(row) for row in rows if "index" in row]


@dataclass(frozen=True)
class StoredSeries:
    """The arrays of one series, read frame by frame; nothing is read before it is asked for.

    Attributes
    ----------
    path
        ``fixed_region.zarr/<number>``.
    frames
        Those that are complete, in their order.
    """

    path: Path
    frames: tuple[Frame, ...]

    @property
    def raw(self) -> NDArray[np.uint8]:
        """Raw from 0 to 255, ``[(z,) y, x]``."""
        return np.asarray(self.open("raw")[...])

    @property
    def truth(self) -> NDArray[np.uint32]:
        """The labels, ``[(z,) y, x]``."""
        return np.asarray(self.open("gt")[...])

    @property
    def title(self) -> str:
        """What ``boundary`` shows."""
        return str(self.open("boundary").attrs.get("title", "boundaries"))

    def boundary(self, frame: Frame) -> NDArray[np.uint8]:
        """Boundaries or foreground, 0 to 255, ``[(z,) y, x]``."""
        return np.asarray(self.open("boundary")[frame.index])

    def objects(self, frame: Frame) -> NDArray[np.uint32]:
        """Ids, 0 for background, ``[(z,) y, x]``."""
        return np.asarray(self.open("segmentation")[frame.index])

    def open(self, name: str) -> Any:
        """The stored array of that name; NotFoundError where it is not there."""
        try:
            return zarr.open_array(str(self.path / name), mode="r")
        except (OSError, KeyError, ValueError) as error:
            raise NotFoundError(
                "The frames of the fixed region are no longer there.", place=str(self.path)
            ) from error


def open_series(folder: RunFolder, number: int | None = None) -> StoredSeries:
    """The frames of a run.

    Parameters
    ----------
    number
        Which series; the newest if None. A new one begins whenever the region is moved.

    Raises
    ------
    NotFoundError
        If there are none.
    """
    frames = frames_of(read_rows(folder.fixed_region_file))
    numbers = sorted({frame.series for frame in frames})
    if not numbers or (number is not None and number not in numbers):
        raise NotFoundError(
            f"{folder.name} has no time lapse{'' if number is None else f' of number {number}'}.",
            hint=_what_is_there(numbers),
            place=str(folder.path),
        )
    chosen = numbers[-1] if number is None else number
    return StoredSeries(
        folder.fixed_region_container / str(chosen),
        tuple(frame for frame in frames if frame.series == chosen),
    )


def _what_is_there(numbers: Sequence[int]) -> str:
    if not numbers:
        return "It is made while a run trains, unless time_lapse_frames is 0."
    return f"There are {', '.join(map(str, numbers))}."
