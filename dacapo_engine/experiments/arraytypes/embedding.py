"""Arrays of feature vectors."""

from __future__ import annotations

from dataclasses import dataclass

from dacapo_engine.experiments.arraytypes.arraytype import ArrayType

__all__ = ["EmbeddingArray"]


@dataclass(frozen=True)
class EmbeddingArray(ArrayType):
    """A vector per voxel, such as its affinities to other voxels.

    Parameters
    ----------
    embedding_dims
        Number of channels.
    """

    embedding_dims: int

    @property
    def interpolatable(self) -> bool:
        return True
