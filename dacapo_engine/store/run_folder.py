"""Where everything of a run lies on disk: the contract between engine and dock."""

from __future__ import annotations

import os
from pathlib import Path

from dacapo_engine.errors import ConfigError
from dacapo_engine.store.writable import make_writable_folder

__all__ = ["RunFolder", "check_run_name", "default_runs_folder"]

_FORBIDDEN = set('/\\:*?"<>|')
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10)}


def default_runs_folder() -> Path:
    """``$DACAPO_RUNS`` where it is set, else ``dacapo_runs`` in the home folder."""
    chosen = os.environ.get("DACAPO_RUNS")
    return Path(chosen).expanduser() if chosen else Path.home() / "dacapo_runs"


def check_run_name(name: str) -> str:
    """`name`, if it can be a folder's name on every system; raises ConfigError otherwise."""
    bad = sorted(_FORBIDDEN & set(name)) or [c for c in name if ord(c) < 32]
    stem = name.split(".")[0].lower()
    if not name.strip() or name in {".", ".."} or name != name.strip() or name.endswith("."):
        problem = "is empty, or begins or ends with a space or a dot"
    elif bad:
        problem = f"contains {' '.join(map(repr, bad))}, which would leave the runs folder"
    elif stem in _RESERVED or len(name) > 120:
        problem = "cannot be a folder's name on every system"
    else:
        return name
    raise ConfigError(
        f"The run name {name!r} {problem}.",
        hint="Use letters, digits, spaces, dots, '-' and '_'.",
        place="name",
    )


class RunFolder:
    """The paths of one run.

    Parameters
    ----------
    path
        ``<runs>/<run name>``; it need not exist yet.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @classmethod
    def of(cls, runs: Path | str, name: str) -> RunFolder:
        """The folder of the run `name`, whose name is checked, below `runs`."""
        return cls(Path(runs) / check_run_name(name))

    @property
    def name(self) -> str:
        """The run's name."""
        return self.path.name

    @property
    def run_file(self) -> Path:
        """``run.yaml``, the complete RunConfig."""
        return self.path / "run.yaml"

    @property
    def status_file(self) -> Path:
        """``status.json``, see `dacapo_engine.store.status`."""
        return self.path / "status.json"

    @property
    def lock_file(self) -> Path:
        """``lock``, held while somebody trains this run."""
        return self.path / "lock"

    @property
    def training_stats_file(self) -> Path:
        """``training_stats.jsonl``, a row per iteration."""
        return self.path / "training_stats.jsonl"

    @property
    def validation_scores_file(self) -> Path:
        """``validation_scores.jsonl``, a row per validation."""
        return self.path / "validation_scores.jsonl"

    @property
    def snapshots_file(self) -> Path:
        """``snapshots.jsonl``, a row after each complete snapshot."""
        return self.path / "snapshots.jsonl"

    @property
    def snapshot_container(self) -> Path:
        """``snapshots.zarr``: ``<iteration>/{raw,gt,mask,target,weight,prediction,gradients}``."""
        return self.path / "snapshots.zarr"

    @property
    def fixed_region_file(self) -> Path:
        """``fixed_region.jsonl``, a row after each complete frame of the time lapse."""
        return self.path / "fixed_region.jsonl"

    @property
    def fixed_region_container(self) -> Path:
        """``fixed_region.zarr``: ``<series>/{raw,gt,boundary,segmentation}``."""
        return self.path / "fixed_region.zarr"

    @property
    def validation_container(self) -> Path:
        """``validation.zarr``: ``<iteration>/<dataset>/{prediction,segmentation}``."""
        return self.path / "validation.zarr"

    @property
    def checkpoints(self) -> Path:
        """The folder of numbered checkpoints."""
        return self.path / "checkpoints" / "iterations"

    @property
    def control(self) -> Path:
        """The folder of control files."""
        return self.path / "control"

    @property
    def inputs(self) -> Path:
        """Volumes that were layers in memory."""
        return self.path / "inputs"

    @property
    def star_file(self) -> Path:
        """``star``, an empty file by which somebody marks the run."""
        return self.path / "star"

    @property
    def log_file(self) -> Path:
        """``log.txt``."""
        return self.path / "log.txt"

    def best_file(self, dataset: str, criterion: str) -> Path:
        """``<dataset>/<criterion>.json``: best iteration and its post-processing parameters."""
        return self.path / check_run_name(dataset) / f"{check_run_name(criterion)}.json"

    def exists(self) -> bool:
        """Whether a run was ever set up here."""
        return self.run_file.is_file()

    def create(self) -> None:
        """Make the folder; raises StoreError where that is not possible."""
        make_writable_folder(
            self.path,
            "run folder",
            "Choose another runs folder, or make this one writable.",
        )
