"""The base of every data split config."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, InstanceOf, SerializeAsAny

from dacapo_engine.config import TaggedConfig
from dacapo_engine.registry import Registry

__all__ = ["AnyDataSplitConfig", "DataSplitConfig"]


class DataSplitConfig(TaggedConfig):
    """Describes which datasets a run trains on, and which it is judged by.

    `datasplit_type` names the class that a config describes.
    """

    registry: ClassVar[Registry[Any]] = Registry(
        "datasplit", "dacapo_engine.experiments.datasplits"
    )
    datasplit_type: ClassVar[Any]


AnyDataSplitConfig = Annotated[
    SerializeAsAny[InstanceOf[DataSplitConfig]], BeforeValidator(DataSplitConfig.from_tag)
]
