"""Saves a segmentation from its layer, through the engine, off the Qt thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtWidgets import QFileDialog, QWidget

from dacapo_napari.engine.engine_service import EngineService, ServiceAnswer
from dacapo_napari.run_updates import Failed
from dacapo_napari.volumes.layer_volume import LayerVolume, layer_volume

if TYPE_CHECKING:
    from napari.layers import Labels

__all__ = ["SaveQuestion", "ask_where", "save_layer"]

_SUFFIXES = {
    "OME-Zarr (*.ome.zarr)": ".ome.zarr",
    "Zarr (*.zarr)": ".zarr",
    "OME-TIFF (*.ome.tif)": ".ome.tif",
    "TIFF (*.tif *.tiff)": ".tif",
}


@dataclass(frozen=True)
class SaveQuestion:
    """What is asked of the engine: a volume of ids and where it goes."""

    volume: LayerVolume
    target: Path

    def __call__(self, scratch: Path) -> Mapping[str, Any]:
        """Write the ids for the engine, and tell it what they are."""
        path = scratch / "to_save.npy"
        scratch.mkdir(parents=True, exist_ok=True)
        np.save(path, np.asarray(self.volume.data), allow_pickle=False)
        return {
            "labels": str(path),
            "target": str(self.target),
            "axes": list(self.volume.axes),
            "voxel_size": [str(size) for size in self.volume.voxel_size],
            "offset": [str(begin) for begin in self.volume.offset],
            "known": self.volume.known,
        }


def ask_where(parent: QWidget, name: str) -> Path | None:
    """Let somebody choose a file; None where they do not."""
    start = str(Path.home() / f"{name}.ome.zarr")
    chosen, kind = QFileDialog.getSaveFileName(
        parent, "Save the segmentation", start, ";;".join(_SUFFIXES)
    )
    if not chosen:
        return None
    has_suffix = chosen.lower().endswith((".zarr", ".tif", ".tiff"))
    return Path(chosen if has_suffix else chosen + _SUFFIXES.get(kind, ".ome.zarr"))


def save_layer(
    service: EngineService,
    layer: Labels,
    axes: tuple[str, ...],
    target: Path,
    said: Callable[[str], None],
    failed: Callable[[Failed], None],
) -> None:
    """Write a labels layer to `target`.

    Parameters
    ----------
    axes
        What the axes of the layer are.
    said, failed
        Told what is being done, and what cannot be.

    Raises
    ------
    DataError
        If the layer lies where no file can say that it lies.
    """
    said(f"Saving {target.name}…")

    def on_saved(answer: ServiceAnswer) -> None:
        said(f"Saved as {target}.")

    question = SaveQuestion(layer_volume(layer, axes), target)
    service.ask("save", "save_labels", question, on_saved, failed)
