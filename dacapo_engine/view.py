"""Datasets and runs in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.neuroglance.paged_scene import PagedScene
from dacapo_engine.neuroglance.pages import Page
from dacapo_engine.neuroglance.view_process import ViewProcess
from dacapo_engine.run_pages import dataset_page, first_page, run_pages
from dacapo_engine.store.run_folder import RunFolder, default_runs_folder

if TYPE_CHECKING:
    from dacapo_engine.experiments.run import Run

__all__ = ["view"]


def view(
    what: Dataset | Run | RunFolder,
    iteration: int | None = None,
    *,
    runs: Path | str | None = None,
    bind_address: str = "127.0.0.1",
    bind_port: int = 0,
) -> ViewProcess:
    """Show volumes in Neuroglancer, read from disk where somebody looks.

    Parameters
    ----------
    what
        A dataset: raw, labels and mask. Or a run: its datasets, what its validations predicted
        and segmented, and its snapshots, leafed through by the key ``n``.
    iteration
        Which validation or snapshot of a run is shown first; its first dataset if None.
    runs
        Where runs are kept; `default_runs_folder` if None.
    bind_address, bind_port
        Only programs of this machine reach the default, on a free port.

    Returns
    -------
    ViewProcess
        Its ``url`` is where a browser finds the view; ``close`` ends it.

    Raises
    ------
    DacapoError
        If there is nothing to look at, or nothing can be listened on there.
    """
    pages = _pages(what, runs)
    return ViewProcess(PagedScene(pages, first_page(pages, iteration)), bind_address, bind_port)


def _pages(what: Dataset | Run | RunFolder, runs: Path | str | None) -> list[Page]:
    if isinstance(what, RunFolder):
        return run_pages(what)
    if isinstance(what, Dataset):
        return [dataset_page(what)]
    return run_pages(RunFolder.of(runs or default_runs_folder(), what.name))
