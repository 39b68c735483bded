"""Whether a result may be written where somebody wants it, asked before hours of predicting."""

from __future__ import annotations

from collections.abc import Iterator

import zarr

from dacapo_engine.config import Config
from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_container import (
    NOT_THERE,
    open_node,
)
from dacapo_engine.setup.volume_files import Volume
from dacapo_engine.store.writable import make_writable_folder

__all__ = ["check_output"]


def check_output(target: LocalArrayIdentifier, source: Volume, run: Config) -> None:
    """Refuse to overwrite raw, what a run was trained on, or a group of other datasets.

    Raises
    ------
    ConfigError
        If something would be lost.
    StoreError
        If the container cannot be written to.
    """
    read = [source] if isinstance(source, LocalArrayIdentifier) else []
    if _key(target) in {*map(_key, read), *map(_key, _arrays(run))}:
        raise ConfigError(
            "This volume was read; writing the result here would destroy it.",
            hint="Name another dataset for the result.",
            place=str(target),
        )
    make_writable_folder(target.container, "container")
    if _is_group(target):
        raise ConfigError(
            "This is a group of datasets, which the result would replace.",
            hint=f"Name a new dataset in it, such as {target}/segmentation.",
            place=str(target),
        )


def _key(identifier: LocalArrayIdentifier) -> tuple[str, str]:
    return str(identifier.container.resolve()), identifier.dataset.strip("/")


def _arrays(config: Config) -> Iterator[LocalArrayIdentifier]:
    """The stored arrays that `config` names, however deep."""
    if isinstance(config, ZarrArrayConfig):
        yield LocalArrayIdentifier(config.file_name, config.dataset)
    for name in type(config).model_fields:
        value = getattr(config, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Config):
                yield from _arrays(item)


def _is_group(target: LocalArrayIdentifier) -> bool:
    try:
        node = open_node(target.container, target.dataset, "r")
    except NOT_THERE:
        return False
    return not isinstance(node, zarr.Array) and len(node) > 0
