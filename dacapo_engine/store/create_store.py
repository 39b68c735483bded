"""The stores of a runs folder, under the names that scripts call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dacapo_engine.store.array_store import ArrayStore
from dacapo_engine.store.config_store import ConfigStore
from dacapo_engine.store.run_folder import default_runs_folder
from dacapo_engine.store.stats_store import StatsStore

if TYPE_CHECKING:
    from dacapo_engine.store.local_weights_store import LocalWeightsStore

__all__ = [
    "create_array_store",
    "create_config_store",
    "create_stats_store",
    "create_weights_store",
]


def create_config_store(runs: Path | str | None = None) -> ConfigStore:
    """Configs by name, in `runs` or the default runs folder."""
    return ConfigStore(_folder(runs))


def create_stats_store(runs: Path | str | None = None) -> StatsStore:
    """Losses and scores of the runs in `runs` or the default runs folder."""
    return StatsStore(_folder(runs))


def create_weights_store(runs: Path | str | None = None) -> LocalWeightsStore:
    """Checkpoints of the runs in `runs` or the default runs folder."""
    # Only this store needs torch.
    from dacapo_engine.store.local_weights_store import LocalWeightsStore

    return LocalWeightsStore(_folder(runs))


def create_array_store(runs: Path | str | None = None) -> ArrayStore:
    """Names of the arrays of the runs in `runs` or the default runs folder."""
    return ArrayStore(_folder(runs))


def _folder(runs: Path | str | None) -> Path:
    return Path(runs) if runs is not None else default_runs_folder()
