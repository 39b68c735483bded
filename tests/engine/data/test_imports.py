from __future__ import annotations

import json
import subprocess
import sys

import pytest

ARRAYS = "dacapo_engine.experiments.datasplits.datasets.arrays"
DATASETS = "dacapo_engine.experiments.datasplits.datasets"
LIST_HEAVY = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
heavy = ("torch", "gunpowder", "zarr", "dask", "neuroglancer", "funlib.persistence", "qtpy")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""


@pytest.mark.parametrize(
    "modules",
    [
        [
            f"{ARRAYS}.zarr_array_config",
            f"{ARRAYS}.crop_array_config",
            f"{ARRAYS}.array_identifier",
            f"{DATASETS}.raw_gt_dataset_config",
            "dacapo_engine.experiments.datasplits.train_validate_datasplit_config",
        ],
        [f"{DATASETS}.volume_facts", f"{ARRAYS}.numpy_array", f"{DATASETS}.raw_gt_dataset"],
    ],
    ids=["configs", "facts"],
)
def test_import_is_light(modules: list[str]) -> None:
    command = [sys.executable, "-c", LIST_HEAVY, *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
