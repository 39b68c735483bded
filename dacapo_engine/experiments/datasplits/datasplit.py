"""Which datasets a run trains on, and which it is judged by."""

from __future__ import annotations

from abc import ABC
from typing import Any

from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset

__all__ = ["DataSplit"]


class DataSplit(ABC):
    """Base of all data splits.

    Attributes
    ----------
    train, validate : list[Dataset]
        In one world unit.
    """

    train: list[Dataset]
    validate: list[Dataset]

    def _neuroglancer_layers(self) -> dict[str, Any]:
        """Layers of all datasets, named after them."""
        layers: dict[str, Any] = {}
        for kind, datasets in (("train", self.train), ("validate", self.validate)):
            for dataset in datasets:
                layers |= dataset._neuroglancer_layers(prefix=f"{kind}_{dataset.name}")
        return layers
