"""What the Runs section reads and changes on disk, off the Qt thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dacapo_engine.config_difference import Difference, config_differences
from dacapo_engine.errors import StoreError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.delete_run import delete_run, folder_size
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.run_summary import run_folders
from dacapo_engine.yaml_file import read_config
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.runs.run_setup import free_name
from dacapo_napari.sections.settings.budget_row import Length

__all__ = [
    "Doomed",
    "compare_runs",
    "compare_with_settings",
    "delete_runs",
    "read_for_new_run",
    "read_run",
    "star_runs",
    "weigh_runs",
]


@dataclass(frozen=True)
class Doomed:
    """What deleting runs would cost.

    Attributes
    ----------
    complete
        Whether all files were counted.
    heirs
        Other runs, which learn from volumes in the folders of these.
    """

    num_bytes: int
    complete: bool
    heirs: tuple[str, ...]


def read_run(folder: RunFolder) -> RunConfig:
    """The config of a run; raises DacapoError where it cannot be read."""
    return read_config(folder.run_file, RunConfig)


def read_for_new_run(folder: RunFolder) -> tuple[RunConfig, str]:
    """The config of a run, and a name for a new one like it."""
    return read_run(folder), free_name(folder.path.parent, folder.name)


def compare_runs(before: RunFolder, after: RunFolder) -> tuple[Difference, ...]:
    """In what the settings of two runs differ."""
    return config_differences(read_run(before), read_run(after))


def compare_with_settings(
    folder: RunFolder, settings: RunSettings, length: Length
) -> tuple[Difference, ...]:
    """In what the settings of the forms differ from those of a run."""
    stored = read_run(folder)
    described = settings.applied_to(stored).replace(
        num_iterations=length.num_iterations, budget_config=length.budget
    )
    return config_differences(stored, described)


def star_runs(folders: Sequence[RunFolder], starred: bool) -> None:
    """Mark runs with a star, or take it away; raises StoreError where that is not possible."""
    for folder in folders:
        try:
            if starred:
                folder.star_file.touch()
            else:
                folder.star_file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"{folder.name} cannot be marked: {error.strerror or error}.",
                place=str(folder.path),
            ) from error


def weigh_runs(runs: Path, names: Sequence[str]) -> Doomed:
    """How large runs are, and who needs them."""
    sizes = [folder_size(runs / name) for name in names]
    needed = [str((runs / name / "inputs").resolve()) for name in names]
    others = (folder for folder in run_folders(runs) if folder.name not in names)
    heirs = tuple(folder.name for folder in others if _mentions(folder, needed))
    return Doomed(sum(size for size, _ in sizes), all(whole for _, whole in sizes), heirs)


def delete_runs(runs: Path, names: Sequence[str]) -> None:
    """Delete runs one after the other; raises DacapoError at the first that stays."""
    for name in names:
        delete_run(runs, name)


def _mentions(folder: RunFolder, paths: Sequence[str]) -> bool:
    try:
        text = folder.run_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    # Long paths may be broken where they hold a space.
    flat = " ".join(text.split())
    return any(path in flat for path in paths)
