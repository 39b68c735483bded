"""Two lists of datasets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.experiments.datasplits.datasets.one_voxel_size import one_voxel_size
from dacapo_engine.experiments.datasplits.datasplit import DataSplit
from dacapo_engine.experiments.datasplits.train_validate_datasplit_config import (
    TrainValidateDataSplitConfig,
)

__all__ = ["TrainValidateDataSplit"]


class TrainValidateDataSplit(DataSplit):
    """Datasets to train on and to validate on, in one world unit and with the same voxel sizes.

    Datasets without a name are called ``train_0``, ``validate_1`` and so on.

    Raises
    ------
    DataError
        If the voxel sizes of two datasets differ, or two datasets have the same name.
    """

    def __init__(self, datasplit_config: TrainValidateDataSplitConfig) -> None:
        self._take(
            _open("train", datasplit_config.train_configs),
            _open("validate", datasplit_config.validate_configs),
        )

    @classmethod
    def from_datasets(cls, train: Sequence[Dataset], validate: Sequence[Dataset] = ()) -> Self:
        """A split of datasets that are open already."""
        made = cls.__new__(cls)
        made._take(list(train), list(validate))
        return made

    def _take(self, train: list[Any], validate: list[Any]) -> None:
        for kind, datasets in (("train", train), ("validate", validate)):
            counts = Counter(dataset.name for dataset in datasets)
            twice = [name for name, count in counts.items() if count > 1]
            if twice:
                raise DataError(f"Two {kind} datasets are called {twice[0]!r}.")
        datasets = one_voxel_size([*train, *validate])
        self.train, self.validate = datasets[: len(train)], datasets[len(train) :]


def _open(kind: str, configs: Sequence[Any]) -> list[Any]:
    opened = []
    for number, config in enumerate(configs):
        dataset = config.dataset_type(config)
        dataset.name = dataset.name or f"{kind}_{number}"
        opened.append(dataset)
    return opened
