"""How an array is shown in Neuroglancer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dacapo_engine.neuroglance.layers import DrawableArray

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array

    _Base = Array
else:
    _Base = object

__all__ = ["NeuroglancerSource"]

_METRES_PER_NANOMETRE = 1e-9


class NeuroglancerSource(_Base):
    """Adds Neuroglancer sources and layers to an array; neuroglancer is imported when asked for."""

    def _can_neuroglance(self) -> bool:
        return True

    def _neuroglancer_source(self, segmentation: bool | None = None) -> Any:
        """The data served from this process, in place."""
        import neuroglancer

        if segmentation is None:
            segmentation = self._looks_like_ids()

        begins = iter(
            begin / size for begin, size in zip(self.offset_nm, self.voxel_size_nm, strict=True)
        )
        return neuroglancer.LocalVolume(
            data=DrawableArray(self.data),
            volume_type="segmentation" if segmentation else "image",
            dimensions=self._output_dimensions(),
            voxel_offset=[0 if axis == "c" else round(next(begins)) for axis in self.axes],
        )

    def _neuroglancer_layer(self, segmentation: bool | None = None) -> Any:
        """A layer; integers of 32 bits and more are taken for ids unless `segmentation` says."""
        import neuroglancer

        if segmentation is None:
            segmentation = self._looks_like_ids()
        layer = neuroglancer.SegmentationLayer if segmentation else neuroglancer.ImageLayer
        return layer(source=self._neuroglancer_source(segmentation))

    def _looks_like_ids(self) -> bool:
        return self.dtype.kind in "iu" and self.dtype.itemsize >= 4

    def _transform_matrix(self) -> list[list[float]]:
        """Rows that take voxel indices (and a one) to nanometres; channels stay as they are."""
        steps = iter(zip(self.voxel_size_nm, self.offset_nm, strict=True))
        rows = []
        for position, axis in enumerate(self.axes):
            step, begin = (1.0, 0.0) if axis == "c" else next(steps)
            row = [0.0] * (len(self.axes) + 1)
            row[position], row[-1] = step, begin
            rows.append(row)
        return rows

    def _output_dimensions(self) -> Any:
        """Neuroglancer's coordinate space: a voxel along each axis, in metres."""
        import neuroglancer

        sizes = iter(self.voxel_size_nm)
        return neuroglancer.CoordinateSpace(
            names=["c^" if axis == "c" else axis for axis in self.axes],
            units=["" if axis == "c" else "m" for axis in self.axes],
            scales=[
                1 if axis == "c" else next(sizes) * _METRES_PER_NANOMETRE for axis in self.axes
            ],
        )
