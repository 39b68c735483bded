"""What a layer is to the engine: an array with axes, voxel size and place; or why it is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.lazy_data import as_lazy
from dacapo_engine.setup.volume_files import CorrectedVolume, Volume
from dacapo_engine.units import exact_number, nanometres_per

if TYPE_CHECKING:
    from napari.layers import Image, Labels

__all__ = ["FIRST_AXES", "LayerVolume", "guess_axes", "layer_data", "layer_volume", "nanometres_of"]

FIRST_AXES = {"z": "depth", "t": "time", "c": "channels", "s": "separate images"}
"""What the first axis of a stack may be, in the words of the dock."""

_AXIS_WORDS = {
    "z": "z", "depth": "z", "plane": "z", "slice": "z",
    "t": "t", "time": "t", "frame": "t",
    "c": "c", "channel": "c", "channels": "c",
    "s": "s", "sample": "s", "image": "s", "images": "s",
}  # fmt: skip
_WORLD_AXES = frozenset("zyx")
# napari keeps sizes as binary floats: 0.283718 um is 283.71799999999996 nm until it is rounded.
_DIGITS = 12


@dataclass(frozen=True)
class LayerVolume:
    """The data of a layer or a file, and where it lies.

    Attributes
    ----------
    name : str
        Name of the layer or file, for sentences.
    data : array-like
        In the order of `axes`; may be a view of the layer's data, a dask or a zarr array.
    axes : tuple[str, ...]
        Some of s, t, c, z, y, x, in this order.
    voxel_size, offset : tuple[Fraction, ...]
        In nanometres, for each axis but channels; 1 for an axis that is no length.
    known : bool
        False where the layer has no unit and a scale of 1.
    has_unit : bool
        False where the layer tells proportions but no unit; they count as nanometres.
    source_path : str
        Where the layer was opened from, empty where that is not known.
    file : Volume or None
        Where the engine finds the same array; None for a layer.
    intensity_range : tuple[float, float] or None
        What becomes 0 and 1; measured where nobody says it.
    """

    name: str
    data: Any
    axes: tuple[str, ...]
    voxel_size: tuple[Fraction, ...]
    offset: tuple[Fraction, ...]
    known: bool
    has_unit: bool
    source_path: str = ""
    file: Volume | None = None
    intensity_range: tuple[float, float] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Extent of each axis."""
        return tuple(int(extent) for extent in self.data.shape)

    @property
    def spatial_axes(self) -> tuple[str, ...]:
        """All axes but channels."""
        return tuple(axis for axis in self.axes if axis != "c")

    def placed(
        self, voxel_size: Sequence[Fraction], offset: Sequence[Fraction], *, has_unit: bool = True
    ) -> LayerVolume:
        """The same data at another place, which the engine is told, too."""
        sizes, begins = tuple(voxel_size), tuple(offset)
        return replace(
            self,
            voxel_size=sizes,
            offset=begins,
            known=True,
            has_unit=has_unit,
            file=self._corrected(
                voxel_size=tuple(map(float, sizes)), offset=tuple(map(float, begins))
            ),
        )

    def named(self, axes: tuple[str, ...]) -> LayerVolume:
        """The same data with other names of its axes, as many as before."""
        places = zip(self.spatial_axes, self.voxel_size, self.offset, strict=True)
        known = {axis: (size, begin) for axis, size, begin in places}
        nowhere = (Fraction(1), Fraction(0))
        grid = [
            known.get(axis, nowhere) if axis in _WORLD_AXES else nowhere
            for axis in axes
            if axis != "c"
        ]
        return replace(
            self,
            axes=axes,
            voxel_size=tuple(size for size, _ in grid),
            offset=tuple(begin for _, begin in grid),
            file=self._corrected(axes=axes),
        )

    def _corrected(self, **said: Any) -> Volume | None:
        if self.file is None:
            return None
        if isinstance(self.file, CorrectedVolume):
            return replace(self.file, **said)
        return CorrectedVolume(self.file, **said)

    @property
    def attributes(self) -> dict[str, Any]:
        """Metadata under which the array is written, readable with any zarr."""
        attributes: dict[str, Any] = {"axis_names": list(self.axes)}
        attributes["voxel_size"] = [float(size) for size in self.voxel_size]
        attributes["offset"] = [float(begin) for begin in self.offset]
        if self.known:
            attributes["units"] = [
                "nm" if axis in _WORLD_AXES else "" for axis in self.spatial_axes
            ]
        return attributes


def layer_data(layer: Image | Labels) -> Any:
    """The array of a layer, of its finest level where there are several."""
    return layer.data[0] if layer.multiscale else layer.data


def guess_axes(layer: Image | Labels) -> tuple[str, ...]:
    """What the axes of a layer seem to be: as its axis labels say, depth where they say nothing."""
    ndim = layer.ndim
    said = [_AXIS_WORDS.get(str(label).lower()) for label in layer.axis_labels]
    leading = [axis for axis in said[: ndim - 2] if axis]
    if len(leading) == ndim - 2 and len(set(leading)) == len(leading):
        return (*leading, "y", "x")
    return ("t", "z", "y", "x")[-ndim:] if ndim <= 4 else ("s", "c", "z", "y", "x")[-ndim:]


def nanometres_of(units: Any) -> Fraction | None:
    """Nanometres in a layer's unit; None for pixels and what is no length."""
    try:
        return nanometres_per(str(units))
    except DataError:
        return None


def layer_volume(layer: Image | Labels, axes: tuple[str, ...]) -> LayerVolume:
    """Read a layer's place off the layer; its values are not touched.

    Parameters
    ----------
    layer
        An image (several levels and RGB are fine) or labels layer.
    axes
        What the axes of the layer are, without the colours of an RGB image.

    Raises
    ------
    DataError
        If the layer is rotated, sheared or mirrored, or its axes cannot be used.
    """
    if len(axes) != layer.ndim or len(set(axes)) != len(axes):
        raise DataError(f"{layer.name} has {layer.ndim} axes; {', '.join(axes)} does not fit it.")
    steps, begins = _grid(layer)
    factors = [nanometres_of(unit) for unit in layer.units]
    data = layer_data(layer)
    places = {
        axis: (_in_nanometres(step, factor), _in_nanometres(begin, factor))
        for axis, step, begin, factor in zip(axes, steps, begins, factors, strict=True)
        if axis in _WORLD_AXES
    }
    if getattr(layer, "rgb", False):
        data, axes = _colours_as_channels(data, axes, layer.name)
    order = tuple(sorted(axes, key="stczyx".index))
    if order != axes:
        # An array of zarr cannot be transposed.
        plain = data if hasattr(data, "transpose") else as_lazy(data)
        data = plain.transpose([axes.index(axis) for axis in order])
    # A step along time or a row of separate images is no length.
    grid = [places.get(axis, (Fraction(1), Fraction(0))) for axis in order if axis != "c"]
    return LayerVolume(
        name=layer.name,
        data=data,
        axes=order,
        voxel_size=tuple(size for size, _ in grid),
        offset=tuple(begin for _, begin in grid),
        known=factors[-1] is not None or any(size != 1 for size, _ in grid),
        has_unit=factors[-1] is not None,
        source_path=str(layer.source.path or ""),
    )


def _grid(layer: Image | Labels) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Scale and translation of a layer whose axes are those of the world."""
    corner = np.zeros(layer.ndim)
    origin = np.asarray(layer.data_to_world(corner), dtype=float)
    steps = np.stack(
        [np.asarray(layer.data_to_world(unit), dtype=float) - origin for unit in np.eye(layer.ndim)]
    )
    scale = np.diag(steps)
    if not np.allclose(steps, np.diag(scale), atol=1e-6 * np.abs(scale).max()):
        raise DataError(
            f"{layer.name} is rotated or sheared; the engine reads along the axes of the array.",
            hint="Reset the layer's rotation, shear and affine, or resample it.",
        )
    if (scale <= 0).any():
        raise DataError(
            f"{layer.name} is mirrored: its scale is {', '.join(f'{s:g}' for s in scale)}.",
            hint="Make its scale positive and flip the array instead.",
        )
    return scale, origin


def _colours_as_channels(
    data: Any, axes: tuple[str, ...], name: str
) -> tuple[Any, tuple[str, ...]]:
    if "c" in axes:
        raise DataError(
            f"{name} has colours and a channel axis.",
            hint="Say that its first axis is something else, or split the colours.",
        )
    last = len(axes)
    return data.transpose((last, *range(last))), ("c", *axes)


def _in_nanometres(length: float, factor: Fraction | None) -> Fraction:
    exact = exact_number(f"{float(length):.{_DIGITS}g}")
    return exact * (factor if factor is not None else 1)
