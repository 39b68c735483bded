"""Opening datasets of zarr and n5 containers, and saying plainly what is wrong with them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zarr
import zarr.errors

from dacapo_engine.errors import DataError, NotFoundError

__all__ = [
    "NOT_THERE",
    "array_names",
    "attribute_chain",
    "open_array",
    "open_node",
    "resolve_dataset",
]


def _errors_of_zarr(*names: str) -> tuple[type[Exception], ...]:
    """Those that this zarr has; 2 and 3 name their errors differently."""
    return tuple(getattr(zarr.errors, name) for name in names if hasattr(zarr.errors, name))


NOT_THERE: tuple[type[Exception], ...] = (
    *_errors_of_zarr(
        "ArrayNotFoundError", "GroupNotFoundError", "NodeNotFoundError", "PathNotFoundError"
    ),
    KeyError,
)
_DAMAGED: tuple[type[Exception], ...] = (
    *_errors_of_zarr("MetadataError", "MetadataValidationError"),
    OSError,
    ValueError,
)


def open_array(file_name: Path, dataset: str, mode: str = "r") -> zarr.Array:
    """The stored array.

    Raises
    ------
    NotFoundError
        If the container or the dataset is not there; the hint lists the datasets that are.
    DataError
        If it is a group, or holds Python objects.
    """
    node = _open_checked(file_name, dataset, mode)
    place = _place(file_name, dataset)
    if not isinstance(node, zarr.Array):
        raise DataError(
            f"{dataset or file_name.name} is a group of datasets, not an array.",
            hint=_what_is_there(file_name),
            place=place,
        )
    if node.dtype.kind not in "biuf":
        raise DataError(f"Expected numbers, got values of type {node.dtype}.", place=place)
    return node


def resolve_dataset(file_name: Path, dataset: str) -> str:
    """The path of the array that `dataset` names; a multiscale image means its finest level."""
    dataset = dataset.strip("/")
    node = _open_checked(file_name, dataset, "r")
    if isinstance(node, zarr.Array):
        return dataset
    for image in node.attrs.asdict().get("multiscales") or ():
        for level in image.get("datasets") or ():
            return f"{dataset}/{level.get('path', '')}".strip("/")
    return dataset


def array_names(file_name: Path) -> list[str]:
    """Paths of all arrays in a container, sorted."""
    try:
        root = open_node(file_name, "", "r")
    except NOT_THERE:
        return []
    return [""] if isinstance(root, zarr.Array) else sorted(_walk(root))


def attribute_chain(file_name: Path, dataset: str) -> list[tuple[str, dict[str, Any]]]:
    """Attributes of the array and of the groups around it, innermost first.

    Each comes with the path of the array relative to where the attributes stand.
    """
    parts = [part for part in dataset.split("/") if part]
    chain = []
    for depth in range(len(parts), -1, -1):
        try:
            node = open_node(file_name, "/".join(parts[:depth]), "r")
        except NOT_THERE:
            continue
        chain.append(("/".join(parts[depth:]), dict(node.attrs.asdict())))
    return chain


def open_node(file_name: Path, dataset: str, mode: str, **options: Any) -> Any:
    """``zarr.open`` of an array or a group, without the notice that zarr 3 will drop n5."""
    with warnings.catch_warnings():
        if file_name.suffix.lower() == ".n5":
            warnings.simplefilter("ignore", FutureWarning)
        return zarr.open(str(file_name), path=dataset, mode=mode, **options)


def _open_checked(file_name: Path, dataset: str, mode: str) -> Any:
    place = _place(file_name, dataset)
    if not file_name.exists():
        raise NotFoundError(f"{file_name} does not exist.", hint="Check the path.", place=place)
    if file_name.is_file() and file_name.suffix.lower() != ".zip":
        raise DataError(
            f"{file_name.name} is a file; expected a zarr or n5 folder.",
            hint="Save the volume as zarr, for example from napari.",
            place=place,
        )
    if (file_name / dataset / "zarr.json").exists():
        raise DataError(
            f"{file_name.name} is stored in zarr format 3, which the engine does not read yet.",
            hint="Save it in zarr format 2.",
            place=place,
        )
    try:
        return open_node(file_name, dataset.strip("/"), mode)
    except NOT_THERE as error:
        raise NotFoundError(
            f"There is no dataset {dataset!r} in {file_name.name}.",
            hint=_what_is_there(file_name),
            place=place,
        ) from error
    except _DAMAGED as error:
        raise DataError(f"The dataset cannot be opened: {error}.", place=place) from error


def _what_is_there(file_name: Path, limit: int = 12) -> str:
    names = array_names(file_name)
    if not names:
        return "No dataset was found in it; name a zarr or n5 container."
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return f"There is {', '.join(names[:limit])}{more}."


def _walk(group: zarr.Group, prefix: str = "") -> Iterator[str]:
    for name in group.array_keys():
        yield f"{prefix}{name}"
    for name, child in group.groups():
        yield from _walk(child, f"{prefix}{name}/")


def _place(file_name: Path, dataset: str) -> str:
    return f"{file_name}/{dataset}".rstrip("/")
