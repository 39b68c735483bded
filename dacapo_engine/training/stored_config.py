"""The run file that a training writes, and never over that of another run."""

from __future__ import annotations

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import read_config, to_yaml

__all__ = ["store_config"]

_MAY_CHANGE = {
    "num_iterations",
    "budget_config",
    "validation_interval",
    "checkpoint_interval",
    "time_lapse_frames",
    "format",
}


def store_config(config: RunConfig, folder: RunFolder) -> None:
    """Write ``run.yaml``; a run of this name with other settings is not overwritten.

    Raises
    ------
    ConfigError
        If there is one.
    """
    if folder.exists():
        stored = read_config(folder.run_file, RunConfig)
        changed = [
            name
            for name in RunConfig.model_fields
            if name not in _MAY_CHANGE and getattr(stored, name) != getattr(config, name)
        ]
        if changed:
            raise ConfigError(
                f"The run {config.name!r} is there already with other settings "
                f"({', '.join(changed)}).",
                hint="Choose another name, or restore its settings.",
                place=str(folder.run_file),
            )
    write_text(folder.run_file, to_yaml(config))
