"""Config of two lists of datasets."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from dacapo_engine.experiments.datasplits.datasets.dataset_config import AnyDatasetConfig
from dacapo_engine.experiments.datasplits.datasplit_config import DataSplitConfig
from dacapo_engine.registry import LazyType

__all__ = ["TrainValidateDataSplitConfig"]


class TrainValidateDataSplitConfig(DataSplitConfig):
    """Datasets to train on, and datasets to validate on."""

    type: Literal["train_validate"] = "train_validate"
    train_configs: tuple[AnyDatasetConfig, ...] = Field(
        title="Training", description="Volumes from which samples are taken.", min_length=1
    )
    validate_configs: tuple[AnyDatasetConfig, ...] = Field(
        default=(),
        title="Validation",
        description="Volumes, or parts of volumes, on which the run is judged.",
    )
    datasplit_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.datasplits.train_validate_datasplit:TrainValidateDataSplit"
    )
