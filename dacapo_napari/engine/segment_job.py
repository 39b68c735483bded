"""A request to segment as the engine takes it: as a command line, or as a training's errand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dacapo_napari.engine.engine_process import engine_command
from dacapo_napari.runs.segment_request import SegmentRequest, box_text
from dacapo_napari.volumes.view_box import VoxelBox

__all__ = ["SegmentJob"]


@dataclass(frozen=True)
class SegmentJob:
    """What to read, what to write, and how.

    Attributes
    ----------
    source
        The volume that the engine reads.
    axes
        Of it, where it does not tell them.
    box
        The part of it that is wanted.
    folder
        Where everything is written.
    intensities
        What becomes 0 and 1 where that is not that of the source.
    """

    request: SegmentRequest
    source: str
    axes: str
    box: VoxelBox
    folder: Path
    intensities: tuple[float, float] | None = None

    @property
    def progress(self) -> Path:
        """The file that tells how far it is."""
        return self.folder / "progress.json"

    @property
    def prediction(self) -> str:
        """Container and dataset of the prediction."""
        return f"{self.folder.as_posix()}/output.zarr/prediction"

    @property
    def objects(self) -> Path:
        """Where the segmentation goes."""
        return self.folder / "output.zarr" / "objects"

    def as_errand(self) -> dict[str, Any]:
        """What a training is asked for."""
        return {
            "input": self.source,
            "output": self.prediction,
            "progress": str(self.progress),
            "axes": self.axes,
            "box": box_text(self.box),
            "resample": self.request.resample,
            "rescale": self.request.rescale,
            "intensities": self._intensities(),
            "weights": self.request.weights.iteration,
            "criterion": self.request.weights.criterion,
        }

    def as_command(self) -> list[str]:
        """The command line that predicts and separates objects."""
        request, weights = self.request, self.request.weights
        words = ["segment", str(request.folder.path), "--input", self.source]
        words += ["--output", self.objects.as_posix(), "--prediction", self.prediction]
        words += ["--progress", str(self.progress), "--box", box_text(self.box)]
        words += ["--iteration", weights.iteration, "--device", request.device]
        words += ["--resample" if request.resample else "--no-resample"]
        words += ["--rescale" if request.rescale else "--no-rescale"]
        words += ["--axes", self.axes] if self.axes else []
        words += ["--criterion", weights.criterion] if weights.criterion else []
        intensities = self._intensities()
        words += ["--intensities", *map(str, intensities)] if intensities else []
        return engine_command(request.python, *words)

    def _intensities(self) -> tuple[float, float] | None:
        return self.intensities if self.request.rescale else None
