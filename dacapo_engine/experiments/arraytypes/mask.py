"""Arrays that say which voxels count."""

from __future__ import annotations

from dataclasses import dataclass

from dacapo_engine.experiments.arraytypes.arraytype import ArrayType

__all__ = ["Mask"]


@dataclass(frozen=True)
class Mask(ArrayType):
    """1 where a voxel counts, 0 where it does not."""

    @property
    def interpolatable(self) -> bool:
        return False
