"""Small volumes on disk, with whatever metadata a test wants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dacapo_engine.experiments.datasplits.datasets.arrays import ZarrArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_container import open_node

WriteVolume = Callable[..., ZarrArrayConfig]


@pytest.fixture
def write_volume(tmp_path: Path) -> WriteVolume:
    """Write values with attributes and give the config that opens them."""

    def write(
        values: np.ndarray[Any, Any],
        dataset: str = "raw",
        container: str = "volume.zarr",
        group_attrs: dict[str, Any] | None = None,
        config: dict[str, Any] | None = None,
        **attrs: Any,
    ) -> ZarrArrayConfig:
        root = open_node(tmp_path / container, "", "a")
        array = root.create_dataset(dataset, data=values, chunks=(8,) * values.ndim)
        array.attrs.update(attrs)
        root.attrs.update(group_attrs or {})
        return ZarrArrayConfig(file_name=tmp_path / container, dataset=dataset, **(config or {}))

    return write


@pytest.fixture
def values(rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """Numbers from 0 to 255, 10 x 12 x 14."""
    return rng.integers(0, 256, (10, 12, 14), dtype=np.uint8)
