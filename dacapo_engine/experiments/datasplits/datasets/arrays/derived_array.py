"""What arrays share that are made from another one."""

from __future__ import annotations

from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array

__all__ = ["DerivedArray"]


class DerivedArray(Array):
    """An array with the axes and channels of the one that it is made from."""

    _source_array: Array

    @property
    def source_array(self) -> Array:
        """The array from which this one is made."""
        return self._source_array

    @property
    def axes(self) -> list[str]:
        return self._source_array.axes

    @property
    def axes_known(self) -> bool:
        return self._source_array.axes_known

    @property
    def num_channels(self) -> int | None:
        return self._source_array.num_channels
