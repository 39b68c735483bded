"""Config of a mask that takes everything."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import (
    AnyArrayConfig,
    ArrayConfig,
)
from dacapo_engine.registry import LazyType

__all__ = ["OnesArrayConfig"]


class OnesArrayConfig(ArrayConfig):
    """Ones wherever another array has voxels."""

    type: Literal["ones"] = "ones"
    source_array_config: AnyArrayConfig = Field(
        title="Source", description="The array whose place and shape the ones take."
    )
    array_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.datasplits.datasets.arrays.ones_array:OnesArray"
    )
