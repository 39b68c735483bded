"""The base of every dataset config."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, InstanceOf, SerializeAsAny

from dacapo_engine.config import TaggedConfig
from dacapo_engine.registry import Registry

__all__ = ["AnyDatasetConfig", "DatasetConfig"]


class DatasetConfig(TaggedConfig):
    """Describes one volume with what belongs to it.

    `dataset_type` names the class that a config describes; ``config.dataset_type(config)``
    opens it.
    """

    registry: ClassVar[Registry[Any]] = Registry(
        "dataset", "dacapo_engine.experiments.datasplits.datasets"
    )
    dataset_type: ClassVar[Any]

    weight: int = Field(
        default=1,
        ge=0,
        title="Weight",
        description="How often samples come from this volume, relative to the others.",
    )


AnyDatasetConfig = Annotated[
    SerializeAsAny[InstanceOf[DatasetConfig]], BeforeValidator(DatasetConfig.from_tag)
]
