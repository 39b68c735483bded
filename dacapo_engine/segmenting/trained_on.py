"""What a run was trained on, as far as it matters to whoever segments another volume with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import read_config

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array

__all__ = ["MODEL_FILE", "TrainedOn", "trained_on"]

MODEL_FILE = "model.json"
"""In the folder of an exported model: what its run file cannot tell where the data are not."""


@dataclass(frozen=True)
class TrainedOn:
    """The image of the first volume that a run was trained on.

    Attributes
    ----------
    axes
        Of the image, with channels.
    voxel_size
        In nanometres, for each spatial axis; None where nobody knows it.
    intensity_range
        What became 0 and 1; None where it is not told.
    even_contrast
        Whether the network evens out brightness and contrast by itself, so that the range of
        intensities matters little.
    """

    axes: tuple[str, ...]
    voxel_size: tuple[Fraction, ...] | None
    intensity_range: tuple[float, float] | None
    even_contrast: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain data from which `from_dict` makes it again."""
        return {
            "axes": list(self.axes),
            "voxel_size_nm": self.voxel_size and [str(size) for size in self.voxel_size],
            "intensity_range": self.intensity_range and list(self.intensity_range),
            "even_contrast": self.even_contrast,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_dict` wrote."""
        sizes, intensities = data["voxel_size_nm"], data["intensity_range"]
        return cls(
            tuple(data["axes"]),
            sizes and tuple(Fraction(size) for size in sizes),
            intensities and (float(intensities[0]), float(intensities[1])),
            bool(data["even_contrast"]),
        )


def trained_on(folder: RunFolder) -> TrainedOn | None:
    """What the run of a folder was trained on; None where its volumes cannot be opened.

    Reads metadata only.
    """
    known = read_json(folder.path / MODEL_FILE)
    if isinstance(known, dict) and isinstance(known.get("trained_on"), dict):
        return TrainedOn.from_dict(known["trained_on"])
    try:
        config = read_config(folder.run_file, RunConfig)
        return _of_config(config)
    except (DacapoError, OSError):
        return None


def _of_config(config: RunConfig) -> TrainedOn | None:
    datasets = getattr(config.datasplit_config, "train_configs", ())
    raw = getattr(datasets[0], "raw_config", None) if datasets else None
    if raw is None:
        return None
    array: Array = raw.array_type(raw)
    low, high = getattr(raw, "min", None), getattr(raw, "max", None)
    return TrainedOn(
        tuple(array.axes),
        array.grid.exact_voxel_size if array.voxel_size_known else None,
        None if low is None or high is None else (float(low), float(high)),
        bool(getattr(config.architecture_config, "even_contrast", False)),
    )
