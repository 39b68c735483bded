"""Arrays as layers of Neuroglancer, in one world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "BATCH",
    "CHANNELS",
    "DrawableArray",
    "World",
    "image_layer",
    "label_layer",
    "mask_layer",
    "point_layer",
]

CHANNELS, BATCH = "c^", "b'"
"""Names of axes that are not of the world: by their ends Neuroglancer knows what they are."""

_METRES_PER_NM = 1e-9
_DRAWN_AS = {
    "bool": "uint8",
    "int8": "int8",
    "int64": "uint64",
    "float64": "float32",
    "float16": "float32",
}
_FAINT = 0.25

_GREY = """#uicontrol invlerp normalized(range=[{low}, {high}], window=[{low}, {high}])
void main() {{ emitGrayscale(normalized()); }}"""
_CHANNELS = """#uicontrol int channel slider(min=0, max={last}, default=0)
#uicontrol invlerp normalized(range=[{low}, {high}], window=[{low}, {high}], clamp=true)
void main() {{ emitGrayscale(normalized(getDataValue(channel))); }}"""
_MASK = """#uicontrol vec3 color color(default="{colour}")
void main() {{ emitRGBA(vec4(color, float(toRaw(getDataValue({channel}))) > 0.0 ? 1.0 : 0.0)); }}"""


@dataclass(frozen=True)
class World:
    """The space that all layers of a view share.

    Attributes
    ----------
    axes
        Names of the axes in space (and of time, and of separate images), without channels.
    voxel_size_nm
        Of the finest array, per axis: what one step of the position is.
    """

    axes: tuple[str, ...]
    voxel_size_nm: tuple[float, ...]

    def dimensions(self) -> Any:
        """The space of the viewer."""
        return _space(self.axes, self.voxel_size_nm)

    def position(self, place_nm: Sequence[float]) -> list[float]:
        """A place as the viewer counts it."""
        return [at / size for at, size in zip(place_nm, self.voxel_size_nm, strict=True)]

    def volume(
        self,
        data: Any,
        voxel_size_nm: Sequence[float],
        offset_nm: Sequence[float],
        *,
        lead: Sequence[str] = (),
        labels: bool = False,
    ) -> Any:
        """A source of data whose voxels lie where they belong.

        Parameters
        ----------
        data
            Array-like ``[..., (z,) y, x]``. It is read when a part of it is asked for.
        lead
            Names of the axes before those of the world: `CHANNELS`, `BATCH`.
        voxel_size_nm, offset_nm
            Per axis of the world.
        """
        import neuroglancer

        names = (*lead, *self.axes)
        space = _space(names, (*(1.0,) * len(lead), *voxel_size_nm))
        volume = neuroglancer.LocalVolume(
            data=DrawableArray(data),
            dimensions=space,
            volume_type="segmentation" if labels else "image",
        )
        shifts = (
            *(0.0,) * len(lead),
            *(o / s for o, s in zip(offset_nm, voxel_size_nm, strict=True)),
        )
        matrix = [
            [*(float(row == column) for column in range(len(names))), shift]
            for row, shift in enumerate(shifts)
        ]
        transform = neuroglancer.CoordinateSpaceTransform(output_dimensions=space, matrix=matrix)
        return neuroglancer.LayerDataSource(volume, transform=transform)


def image_layer(source: Any, num_channels: int, values: tuple[float, float]) -> Any:
    """Intensities, or predictions: grey from the lower value to the upper one.

    Parameters
    ----------
    source
        Of `World.volume`.
    num_channels
        0 where there is no channel axis; several can be switched by a slider of the layer.
    """
    import neuroglancer

    low, high = values
    high = high if high > low else low + 1
    form = _CHANNELS if num_channels else _GREY
    shader = form.format(low=f"{low:.6g}", high=f"{high:.6g}", last=max(0, num_channels - 1))
    return neuroglancer.ImageLayer(source=source, shader=shader)


def label_layer(source: Any) -> Any:
    """Ids, a colour each."""
    import neuroglancer

    return neuroglancer.SegmentationLayer(source=source)


def mask_layer(source: Any, colour: str, *, channels: bool = False) -> Any:
    """Where something holds, as a faint colour."""
    import neuroglancer

    shader = _MASK.format(colour=colour, channel="0" if channels else "")
    return neuroglancer.ImageLayer(source=source, shader=shader, opacity=_FAINT, blend="additive")


def point_layer(world: World, places_nm: Sequence[Sequence[float]], colour: str) -> Any:
    """Places as points."""
    import neuroglancer

    points = [
        neuroglancer.PointAnnotation(id=str(number), point=world.position(place))
        for number, place in enumerate(places_nm)
    ]
    return neuroglancer.LocalAnnotationLayer(
        dimensions=world.dimensions(), annotations=points, annotation_color=colour
    )


class DrawableArray:
    """Data as numpy values of a type that Neuroglancer draws, read when they are asked for."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self.shape = tuple(data.shape)
        self.dtype = np.dtype(_DRAWN_AS.get(np.dtype(data.dtype).name, data.dtype))

    def __getitem__(self, box: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        return np.asarray(self._data[box], self.dtype)


def _space(names: Sequence[str], sizes_nm: Sequence[float]) -> Any:
    import neuroglancer

    spatial = [name in {"z", "y", "x"} for name in names]
    return neuroglancer.CoordinateSpace(
        names=list(names),
        units=["m" if inside else "" for inside in spatial],
        scales=[
            size * _METRES_PER_NM if inside else 1
            for size, inside in zip(sizes_nm, spatial, strict=True)
        ],
    )
