"""Config of intensities scaled to the range 0 to 1."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import (
    AnyArrayConfig,
    ArrayConfig,
)
from dacapo_engine.registry import LazyType

__all__ = ["IntensitiesArrayConfig"]


class IntensitiesArrayConfig(ArrayConfig):
    """Another array with `min` mapped to 0 and `max` to 1; values beyond are clipped."""

    type: Literal["intensities"] = "intensities"
    source_array_config: AnyArrayConfig = Field(
        title="Source", description="The array with the intensities as they were recorded."
    )
    min: float = Field(
        title="Minimum",
        description="The intensity that becomes 0.",
        allow_inf_nan=False,
        json_schema_extra={"unit": "intensity"},
    )
    max: float = Field(
        title="Maximum",
        description="The intensity that becomes 1.",
        allow_inf_nan=False,
        json_schema_extra={"unit": "intensity"},
    )
    array_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.datasplits.datasets.arrays.intensities_array:IntensitiesArray"
    )

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.max <= self.min:
            raise ValueError(f"max must be above min, got {self.min:g} to {self.max:g}")
        return self
