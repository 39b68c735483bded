"""The run files in ``resources``: what ``init`` writes for the two sample volumes.

``python tools/example_runs.py`` writes them again, ``... example_runs.py FOLDER`` leaves the
volumes, too, so that the runs can be trained in that folder.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import zarr

from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.setup_run import VolumeFiles, set_up_run
from dacapo_engine.yaml_file import from_yaml, to_yaml
from dacapo_napari._sample_data import LayerData, neurites, nuclei

RESOURCES = Path(__file__).resolve().parent.parent / "resources"


def write_volume(container: Path, layers: list[LayerData]) -> VolumeFiles:
    """Image and labels of a sample as ``raw`` and ``labels`` in one container."""
    group = zarr.open_group(str(container), mode="w")
    for name, (data, place, _) in zip(("raw", "labels"), layers, strict=True):
        array = group.create_dataset(name, shape=data.shape, dtype=data.dtype, chunks=(32, 64, 64))
        array[...] = np.asarray(data)
        array.attrs.update(
            {
                "axis_names": list(place["axis_labels"]),
                "voxel_size": [float(size) for size in place["scale"]],
                "units": list(place["units"]),
            }
        )
    raw, labels = (LocalArrayIdentifier(container, name) for name in ("raw", "labels"))
    return VolumeFiles(raw, labels)


def write_example(folder: Path, name: str, layers: list[LayerData]) -> None:
    """The run file of one sample, with paths relative to the folder of the volume."""
    files = write_volume(folder / f"{name}.zarr", layers)
    text = to_yaml(set_up_run(files, name=name).config)
    relative = from_yaml(text.replace(f"{folder.as_posix()}/", ""), RunConfig)
    path = RESOURCES / f"{name}.yaml"
    path.write_text(to_yaml(relative), encoding="utf-8")
    print(path)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else scratch).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        write_example(folder, "neurites", neurites())
        write_example(folder, "nuclei", nuclei())


if __name__ == "__main__":
    main()
