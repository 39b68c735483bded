"""What a run took the axes of its raw for."""

from __future__ import annotations

from pathlib import Path

from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import read_config

__all__ = ["stored_axes"]


def stored_axes(run_path: Path, ndim: int) -> tuple[str, ...] | None:
    """Axes of the first training volume of a run, if there are `ndim` of them."""
    try:
        config = read_config(RunFolder(run_path).run_file, RunConfig)
    except DacapoError:
        return None
    for dataset in getattr(config.datasplit_config, "train_configs", ()):
        source = getattr(dataset.raw_config, "source_array_config", dataset.raw_config)
        if isinstance(source, ZarrArrayConfig) and source.axes and len(source.axes) == ndim:
            return tuple(source.axes)
    return None
