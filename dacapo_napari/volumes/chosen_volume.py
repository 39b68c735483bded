"""What somebody chose to learn from: one volume of layers or files, or a folder of images."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from dacapo_engine.errors import DataError
from dacapo_engine.setup.image_pairs import ImagePair
from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning
from dacapo_napari.run_updates import Failed
from dacapo_napari.volumes.file_volume import BETWEEN_PATHS, FileLook
from dacapo_napari.volumes.layer_volume import LayerVolume, guess_axes, layer_volume

if TYPE_CHECKING:
    from napari.layers import Image, Labels

__all__ = ["ROLES", "ChosenVolume", "Files", "Source", "raw_axes", "raw_volume", "source_name"]

Source: TypeAlias = "Image | Labels | str | None"
"""A layer, the path of a file or a folder of images, or nothing."""

Files: TypeAlias = Mapping[tuple[str, str], "FileLook | Failed"]
"""What was found where paths lead, by path and role; what is missing is still being looked at."""

ROLES = ("raw", "labels", "mask")


@dataclass(frozen=True)
class ChosenVolume:
    """One volume as it was chosen, and what was said of it.

    Attributes
    ----------
    raw, labels, mask
        Where raw is a folder of images, labels are found by name: in it, or in the folder that
        labels is.
    first_axis
        What the first axis of raw is; None: as it seems.
    voxel_size
        In nanometres, for each of z, y, x that raw has; None: as layer or file say.
    anisotropy
        How far slices are apart, compared with pixels; counts where no voxel size is known.
    intensity_range
        What becomes 0 and 1; None: as measured.
    meaning
        What the labels mean.
    closed
        Name of a layer that was chosen here and is no longer open.
    """

    raw: Source = None
    labels: Source = None
    mask: Source = None
    first_axis: str | None = None
    voxel_size: tuple[Fraction, ...] | None = None
    anisotropy: Fraction | None = None
    intensity_range: tuple[float, float] | None = None
    meaning: LabelMeaning = BACKGROUND_EVERYWHERE
    closed: str = ""

    def sources(self) -> Iterator[tuple[str, Source]]:
        """What is chosen, by role."""
        for role in ROLES:
            yield role, getattr(self, role)

    def paths(self) -> list[tuple[str, str]]:
        """The files chosen: path and role; two paths where image and labels may be folders."""
        found = [(source, role) for role, source in self.sources() if isinstance(source, str)]
        both = self._both()
        return found if both is None else [*found, both]

    def look(self, files: Files, role: str = "raw") -> FileLook | None:
        """What was found of a file that is chosen; None for a layer, or where it was not yet.

        Raises
        ------
        DataError
            If it cannot be opened.
        """
        source = getattr(self, role)
        if not isinstance(source, str):
            return None
        found = files.get((source, role))
        if isinstance(found, Failed):
            raise DataError(found.message, hint=found.hint, place=f"data.{role}")
        return found

    def is_folder(self, files: Files) -> bool:
        """Whether it is a folder of images, paired by name."""
        found = files.get((self.raw, "raw")) if isinstance(self.raw, str) else None
        return isinstance(found, FileLook) and found.is_folder

    def pairs(self, files: Files) -> tuple[ImagePair, ...]:
        """Images of a folder with their labels: of the same folder, or of one of labels."""
        both = self._both()
        key = (self.raw, "raw") if both is None else both
        found = files.get(key) if isinstance(self.raw, str) else None  # type: ignore[arg-type]
        return (found.pairs or ()) if isinstance(found, FileLook) else ()

    def _both(self) -> tuple[str, str] | None:
        if isinstance(self.raw, str) and isinstance(self.labels, str):
            return f"{self.raw}{BETWEEN_PATHS}{self.labels}", "pairs"
        return None

    def missing(self, files: Files) -> str:
        """What is still to be chosen, in words; empty where nothing is."""
        if self.raw is None:
            return "an image"
        if self.labels is None and not self.is_folder(files):
            return "its labels"
        return ""

    def is_opening(self, files: Files) -> bool:
        """Whether a file of it has not been looked at yet."""
        return any(each not in files for each in self.paths())

    def without_closed(self, layers: Collection[Any]) -> ChosenVolume:
        """The same without what is no longer among `layers`; itself where all of it is."""
        gone = {
            role: source
            for role, source in self.sources()
            if source is not None and not isinstance(source, str) and source not in layers
        }
        if not gone:
            return self
        names = [source.name for source in gone.values()]
        left: dict[str, Any] = dict.fromkeys(gone)
        return replace(self, **left, closed=str(names[0]))

    @property
    def name(self) -> str:
        """A short name, that of its image."""
        return source_name(self.raw) or self.closed or "new volume"


def source_name(source: Source) -> str:
    """Name of a layer or of a file, with the dataset in it; empty for nothing."""
    if not isinstance(source, str):
        return "" if source is None else str(source.name)
    parts = Path(source).parts
    inner = (n for n, part in enumerate(parts) if part.lower().endswith((".zarr", ".n5")))
    return "/".join(parts[next(inner, -1) :])


def raw_axes(chosen: ChosenVolume, files: Files) -> tuple[str, ...]:
    """What the axes of the image are, colours of an RGB layer left out; none while it is opened.

    Raises
    ------
    DataError
        If its file cannot be opened.
    """
    if isinstance(chosen.raw, str):
        look = chosen.look(files)
        guessed = look.volume.axes if look is not None and look.volume is not None else ()
    elif chosen.raw is None:
        return ()
    else:
        guessed = _guess(chosen.raw, chosen.labels)
    count, first = len(guessed), chosen.first_axis
    if first is None or count <= 2 or first == guessed[0]:
        return guessed
    # What was second stays second: 4D is something, depth, height, width.
    return (first, *("z", "y", "x")[1 - count :])


def _guess(raw: Image | Labels, labels: Source) -> tuple[str, ...]:
    guessed = guess_axes(raw)
    said = [str(label).lower() for label in raw.axis_labels]
    unlabelled = all(label.lstrip("-").isdigit() for label in said[:1])
    fewer = labels is not None and not isinstance(labels, str) and labels.ndim == raw.ndim - 1
    if unlabelled and fewer and raw.ndim > 2:
        return ("c", *("z", "y", "x")[1 - raw.ndim :])
    return guessed


def raw_volume(chosen: ChosenVolume, files: Files) -> LayerVolume | None:
    """The image as layer or file say, but for the names of its axes; None while it is opened.

    Raises
    ------
    DataError
        If it cannot be used.
    """
    axes = raw_axes(chosen, files)
    if isinstance(chosen.raw, str):
        look = chosen.look(files)
        if look is None or look.volume is None:
            return None
        return look.volume if axes == look.volume.axes else look.volume.named(axes)
    return None if chosen.raw is None else layer_volume(chosen.raw, axes)
