"""What there is to look at of a dataset and of a run, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dacapo_engine.errors import NotFoundError
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.neuroglance.pages import Kind, Page, Shown
from dacapo_engine.store.array_store import LocalArrayIdentifier, LocalContainerIdentifier
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.snapshot_rows import recorded_snapshots
from dacapo_engine.yaml_file import read_config

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset

__all__ = ["dataset_page", "first_page", "run_pages"]

_VALIDATED = {"segmentation": Kind.LABELS, "prediction": Kind.PREDICTION}
_SNAPSHOT = {
    "raw": Kind.IMAGE,
    "gt": Kind.LABELS,
    "prediction": Kind.PREDICTION,
    "target": Kind.PREDICTION,
    "weight": Kind.IMAGE,
    "gradients": Kind.IMAGE,
    "mask": Kind.MASK,
}
_VISIBLE_AT_FIRST = frozenset({"raw", "gt", "labels", "segmentation"})


def dataset_page(dataset: Dataset, title: str = "") -> Page:
    """Raw, labels and mask of a dataset."""
    kinds = {"raw": Kind.IMAGE, "labels": Kind.LABELS, "mask": Kind.MASK}
    return Page(
        title or dataset.name,
        tuple(_shown(name, kinds[name], array) for name, array in dataset.arrays.items()),
    )


def run_pages(folder: RunFolder) -> list[Page]:
    """The datasets of a run, then its validations and its snapshots, oldest first.

    Raises
    ------
    DacapoError
        If there is no run, or one of its volumes cannot be opened.
    """
    if not folder.exists():
        raise NotFoundError("There is no run in this folder.", place=str(folder.path))
    split = read_config(folder.run_file, RunConfig).datasplit_config
    opened = split.datasplit_type(split)
    train, validate = list(opened.train), list(opened.validate or ())
    return [
        *(dataset_page(dataset, f"trained on: {dataset.name}") for dataset in train),
        *(dataset_page(dataset, f"scored on: {dataset.name}") for dataset in validate),
        *_validations(folder, validate),
        *_snapshots(folder),
    ]


def first_page(pages: list[Page], iteration: int | None) -> int:
    """The first page of an iteration; the very first one if None.

    Raises
    ------
    NotFoundError
        If nothing was kept of that iteration.
    """
    if iteration is None:
        return 0
    words = f"iteration {iteration:,}"
    found = [number for number, page in enumerate(pages) if page.title.endswith(words)]
    if not found:
        raise NotFoundError(
            f"Neither a validation nor a snapshot of iteration {iteration:,} was kept.",
            hint="The newest and the best validation are kept, and the newest snapshots.",
        )
    return found[0]


def _validations(folder: RunFolder, datasets: list[Dataset]) -> Iterator[Page]:
    container = LocalContainerIdentifier(folder.validation_container)
    for iteration in _numbered(folder):
        for dataset in datasets:
            there = [
                _shown(name, kind, ZarrArray.open_from_array_identifier(identifier))
                for name, kind in _VALIDATED.items()
                if _exists(
                    identifier := container.array_identifier(f"{iteration}/{dataset.name}/{name}")
                )
            ]
            if there:
                page = dataset_page(dataset)
                title = f"{dataset.name}, validation of iteration {iteration:,}"
                yield Page(title, (page.shown[0], *there, *map(_hidden, page.shown[1:])))


def _snapshots(folder: RunFolder) -> Iterator[Page]:
    container = LocalContainerIdentifier(folder.snapshot_container)
    for iteration in recorded_snapshots(folder):
        shown = tuple(
            _shown(name, kind, ZarrArray.open_from_array_identifier(identifier))
            for name, kind in _SNAPSHOT.items()
            if _exists(identifier := container.array_identifier(f"{iteration}/{name}"))
        )
        if shown:
            yield Page(f"snapshot of iteration {iteration:,}", shown)


def _numbered(folder: RunFolder) -> list[int]:
    if not folder.validation_container.is_dir():
        return []
    names = [path.name for path in folder.validation_container.iterdir()]
    return sorted(int(name) for name in names if name.isdecimal())


def _exists(identifier: LocalArrayIdentifier) -> bool:
    return (identifier.container / identifier.dataset).is_dir()


def _shown(name: str, kind: Kind, array: object) -> Shown:
    return Shown(name, kind, array, visible=name in _VISIBLE_AT_FIRST)  # type: ignore[arg-type]


def _hidden(shown: Shown) -> Shown:
    return Shown(shown.name, shown.kind, shown.array, visible=False)
