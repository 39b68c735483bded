"""Describes runs that begin with the weights of another one: with changes, or more labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dacapo_engine.config import Config
from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.budgets.budget_config import TimeBudgetConfig
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.train_validate_datasplit_config import (
    TrainValidateDataSplitConfig,
)
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.starts.start_config import StartConfig
from dacapo_engine.store.run_folder import RunFolder, check_run_name
from dacapo_engine.yaml_file import read_config

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
    from dacapo_engine.experiments.datasplits.datasets.dataset_config import DatasetConfig
    from dacapo_engine.setup.label_meaning import LabelMeaning

__all__ = ["branch", "continue_with", "with_arrays", "with_meaning", "with_more"]


def branch(
    folder: RunFolder,
    name: str,
    criterion: str | int = "best",
    *,
    num_iterations: int | None = None,
) -> RunConfig:
    """A new run on the data of that of `folder`, which begins with its weights.

    Parameters
    ----------
    name
        Of the new run.
    criterion
        Which weights: an iteration, latest, best, or a criterion to be best by.
    num_iterations
        How long to train; as long as the old run if None.

    Raises
    ------
    ConfigError
        If `name` is that of the old run, or its run file cannot be read.
    """
    old = read_config(folder.run_file, RunConfig)
    if check_run_name(name) == folder.name:
        raise ConfigError(
            f"{name!r} is the run to start from; it stays as it is.", hint="Choose another name."
        )
    budget = old.budget_config
    if isinstance(budget, TimeBudgetConfig):
        # What the time became there says nothing of how fast the new run is.
        budget = budget.unmeasured()
    return old.replace(
        name=name,
        num_iterations=num_iterations or old.num_iterations,
        budget_config=budget,
        start_config=StartConfig(run=str(folder.path.resolve()), criterion=str(criterion)),
    )


def continue_with(
    folder: RunFolder,
    name: str,
    train: Sequence[DatasetConfig],
    validate: Sequence[DatasetConfig] = (),
    *,
    criterion: str = "best",
    num_iterations: int | None = None,
) -> RunConfig:
    """A new run that starts from that of `folder` and trains on its labels and more.

    Parameters
    ----------
    name
        Of the new run.
    train, validate
        What comes to the datasets of the old run; datasets whose names are taken are renamed.
    criterion
        Which weights of the old run are used; see `StartConfig`.
    num_iterations
        How long to train; as long as the old run if None.

    Raises
    ------
    ConfigError
        If `name` is that of the old run, or its data split does not consist of two lists.
    """
    config = branch(folder, name, criterion, num_iterations=num_iterations)
    return with_more(config, train, validate)


def with_more(
    config: RunConfig, train: Sequence[DatasetConfig], validate: Sequence[DatasetConfig] = ()
) -> RunConfig:
    """`config` with more datasets; those whose names are taken are renamed.

    Raises
    ------
    ConfigError
        If its data split does not consist of two lists.
    """
    split = config.datasplit_config
    if not isinstance(split, TrainValidateDataSplitConfig):
        raise ConfigError(
            "The old run has no lists of datasets that more can be added to.",
            hint="Write the run file by hand, with start_config naming that run.",
            place="datasplit_config",
        )
    return config.replace(
        datasplit_config=split.replace(
            train_configs=_joined(split.train_configs, train, "train"),
            validate_configs=_joined(split.validate_configs, validate, "validate"),
        ),
    )


def with_arrays(
    config: RunConfig, replaced: Sequence[tuple[ArrayConfig, ArrayConfig]]
) -> RunConfig:
    """`config` with other arrays in its datasets, in whatever they are wrapped.

    Crops, ranges and whatever else follows from an array stay, so that what was held back stays
    held back.

    Parameters
    ----------
    replaced
        Old arrays, each with the new one.
    """
    changed = _with(config.datasplit_config, replaced)
    return config.replace(datasplit_config=changed)


def with_meaning(config: RunConfig, labels: ArrayConfig, meaning: LabelMeaning) -> RunConfig:
    """`config` with another meaning of 0 wherever `labels` are learnt from or scored on."""
    split = config.datasplit_config
    if not isinstance(split, TrainValidateDataSplitConfig):
        return config
    fields = meaning.dataset_fields()

    def said(dataset: DatasetConfig) -> DatasetConfig:
        if isinstance(dataset, RawGTDatasetConfig) and _source(dataset.gt_config) == labels:
            return dataset.replace(**fields)
        return dataset

    return config.replace(
        datasplit_config=split.replace(
            train_configs=tuple(map(said, split.train_configs)),
            validate_configs=tuple(map(said, split.validate_configs)),
        )
    )


def _source(config: ArrayConfig) -> ArrayConfig:
    """The array from which an array follows in the end."""
    while (inner := getattr(config, "source_array_config", None)) is not None:
        config = inner
    return config


def _with(value: object, replaced: Sequence[tuple[ArrayConfig, ArrayConfig]]) -> object:
    if isinstance(value, tuple):
        return tuple(_with(item, replaced) for item in value)
    if not isinstance(value, Config):
        return value
    for old, new in replaced:
        if value == old:
            return new
    fields = {name: getattr(value, name) for name in type(value).model_fields}
    changed = {name: _with(field, replaced) for name, field in fields.items()}
    return value if changed == fields else value.replace(**changed)


def _joined(
    old: Sequence[DatasetConfig], new: Sequence[DatasetConfig], kind: str
) -> tuple[DatasetConfig, ...]:
    """Both lists, with names that tell their members apart."""
    joined = [c if c.name else c.replace(name=f"{kind}_{n}") for n, c in enumerate(old)]
    for config in new:
        taken = {c.name for c in joined}
        stem = config.name or kind
        others = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
        joined.append(config.replace(name=next(n for n in (stem, *others) if n not in taken)))
    return tuple(joined)
