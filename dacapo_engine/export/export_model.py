"""A trained run as a model that segments on another computer."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dacapo_engine.errors import ConfigError, StoreError
from dacapo_engine.export.export_tables import write_curve, write_scores
from dacapo_engine.export.methods_text import methods_paragraph
from dacapo_engine.predict import load_run, restore_weights
from dacapo_engine.segmenting.trained_on import MODEL_FILE, trained_on
from dacapo_engine.segmenting.weight_choice import choose_post_processing, choose_weights
from dacapo_engine.store.atomic import replace_file, write_json, write_text, write_with
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder

if TYPE_CHECKING:
    from dacapo_engine.segmenting.weight_choice import Choice

__all__ = ["export_model"]


def export_model(
    folder: RunFolder, target: Path, iteration: str = "best", criterion: str | None = None
) -> Choice:
    """Write a model that segments as the run does, where there is nothing else of the run.

    It holds the run file, one set of (averaged) weights without what only training needs, the
    post-processing, what the run was trained on, its curve, its scores, and a paragraph about it.

    Parameters
    ----------
    target
        A file that ends with ``.zip``, or a folder that is not there yet.
    iteration, criterion
        Which weights; see `choose_weights`. The newest ones where the run was never scored.

    Returns
    -------
    Choice
        The weights and the post-processing that were exported.

    Raises
    ------
    DacapoError
        If there are no such weights, or `target` cannot be written.
    """
    scored = bool(read_rows(folder.validation_scores_file))
    wanted = "latest" if iteration == "best" and not scored else iteration
    choice = choose_post_processing(folder, choose_weights(folder, wanted, criterion))
    is_file = target.suffix.lower() == ".zip"
    if not is_file and target.exists():
        raise ConfigError(
            "There is something of this name already.",
            hint="Name a folder that is not there yet, or a file that ends with .zip.",
            place=str(target),
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".dacapo-", dir=target.parent) as scratch:
            model = RunFolder(Path(scratch) / folder.name)
            _fill(model, folder, choice)
            if is_file:
                packed = _pack(model.path, Path(scratch) / target.name)
                replace_file(packed, target)
            else:
                model.path.replace(target)
    except OSError as error:
        raise StoreError(
            f"The model cannot be written: {error.strerror or error}.", place=str(target)
        ) from error
    return choice


def _fill(model: RunFolder, folder: RunFolder, choice: Choice) -> None:
    model.path.mkdir()
    shutil.copyfile(folder.run_file, model.run_file)
    _write_weights(model, folder, choice.iteration)
    known = trained_on(folder)
    record = {
        "format": 1,
        "iteration": choice.iteration,
        "parameters": choice.parameters.to_dict(),
        "text": choice.text,
        "trained_on": known.as_dict() if known is not None else None,
        "made_with": f"dacapo-napari {metadata.version('dacapo-napari')}",
    }
    write_json(model.path / MODEL_FILE, record)
    write_curve(folder, model.path / "curve.csv")
    write_scores(folder, model.path / "scores.csv")
    write_text(model.path / "methods.txt", methods_paragraph(folder) + "\n")


def _write_weights(model: RunFolder, folder: RunFolder, iteration: int) -> None:
    import torch

    run = load_run(folder)
    restore_weights(run, LocalWeightsStore(folder.path.parent), iteration)
    state = {
        "format": 1,
        "iteration": iteration,
        "model": run.model.state_dict(),
        "optimizer": {},
        "scheduler": None,
        "average": None,
        "random": {},
    }

    def save(file: BinaryIO) -> None:
        torch.save(state, file)

    write_with(model.checkpoints / str(iteration), save)


def _pack(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent).as_posix())
    return target
