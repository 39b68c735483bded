"""A trained model as one file: a zip of a folder that segments like the run it came from."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from dacapo_engine.errors import NotFoundError, StoreError
from dacapo_engine.segmenting.trained_on import MODEL_FILE
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["holds_model", "is_model_file", "opened_run", "unpack_model"]


def is_model_file(path: Path) -> bool:
    """Whether a path is that of an exported model, and not of a run folder."""
    return path.suffix.lower() == ".zip" and not path.is_dir()


def holds_model(path: Path) -> bool:
    """Whether a file is an exported model; it is looked into."""
    if not is_model_file(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(PurePosixPath(name).name == MODEL_FILE for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


@contextmanager
def opened_run(path: Path) -> Iterator[RunFolder]:
    """The folder of a run; that of a model file, for as long as it is used."""
    if not is_model_file(path):
        yield RunFolder(path.resolve())
        return
    with tempfile.TemporaryDirectory(prefix="dacapo-model-", ignore_cleanup_errors=True) as scratch:
        yield unpack_model(path, Path(scratch))


def unpack_model(path: Path, into: Path) -> RunFolder:
    """Write what a model file holds below `into`.

    Raises
    ------
    NotFoundError
        If there is no such file.
    StoreError
        If it is no exported model.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [PurePosixPath(name) for name in archive.namelist()]
            tops = {name.parts[0] for name in names if name.parts}
            folder = next((n.parent for n in names if n.name == "run.yaml"), None)
            if len(tops) != 1 or folder is None or len(folder.parts) != 1:
                raise _no_model(path)
            archive.extractall(into)
    except FileNotFoundError as error:
        raise NotFoundError("There is no such model file.", place=str(path)) from error
    except zipfile.BadZipFile as error:
        raise _no_model(path) from error
    return RunFolder(into / folder)


def _no_model(path: Path) -> StoreError:
    return StoreError(
        "This is no exported model.",
        hint="Choose a file that dacapo-engine export wrote, or the folder of a run.",
        place=str(path),
    )
