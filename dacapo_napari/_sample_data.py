"""The two sample volumes of *File > Open Sample > DaCapo*: generated, labelled, always the same."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["neurites", "nuclei"]

LayerData: TypeAlias = tuple[npt.NDArray[Any], dict[str, Any], str]

NEURITES_VOXEL_SIZE = (8.0, 8.0, 8.0)
NUCLEI_VOXEL_SIZE = (500.0, 200.0, 200.0)


def neurites() -> list[LayerData]:
    """Neurites as a FIB-SEM sees them: image and instance labels, 96 x 192 x 192 at 8 nm.

    Returns
    -------
    list of LayerData
        An image layer (uint8) and a labels layer (uint16), axes z, y, x.
    """
    from dacapo_napari._neurites import make_neurites

    raw, labels = make_neurites()
    return _layers("neurites", raw, labels, NEURITES_VOXEL_SIZE)


def nuclei() -> list[LayerData]:
    """Stained nuclei as a confocal microscope sees them, 48 x 192 x 192 at 500 x 200 x 200 nm.

    Returns
    -------
    list of LayerData
        An image layer (uint16, 12 bits used) and a labels layer (uint16), axes z, y, x; 0 is
        background.
    """
    from dacapo_napari._nuclei import make_nuclei

    raw, labels = make_nuclei()
    return _layers("nuclei", raw, labels, NUCLEI_VOXEL_SIZE)


def _layers(
    name: str,
    raw: npt.NDArray[Any],
    labels: npt.NDArray[Any],
    voxel_size: tuple[float, ...],
) -> list[LayerData]:
    shared = {
        "scale": voxel_size,
        "units": ("nm",) * len(voxel_size),
        "axis_labels": ("z", "y", "x"),
        "metadata": {"sample": name, "generated": True},
    }
    limits = tuple(float(value) for value in np.percentile(raw, (0.1, 99.9)))
    return [
        (raw, {"name": name, "contrast_limits": limits, **shared}, "image"),
        (labels, {"name": f"{name} labels", "opacity": 0.4, **shared}, "labels"),
    ]
