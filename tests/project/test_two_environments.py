"""The dock beside plugins that need zarr 3, the engine in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WHAT_IS_THERE = """
import importlib.util, json, zarr
engine = [name for name in ("torch", "gunpowder") if importlib.util.find_spec(name)]
print(json.dumps([engine, zarr.__version__]))
"""
MINUTES = 60


@pytest.mark.timeout(15 * MINUTES)
def test_dock_environment_has_no_engine(dock_python: Path) -> None:
    done = subprocess.run(
        [dock_python, "-c", WHAT_IS_THERE], check=True, capture_output=True, text=True
    )
    engine, zarr_version = json.loads(done.stdout)
    assert engine == []
    assert zarr_version.startswith("3.")


@pytest.mark.slow
@pytest.mark.timeout(15 * MINUTES)
def test_dock_trains_with_the_engine_of_another_environment(
    dock_python: Path, tmp_path: Path
) -> None:
    script = Path(__file__).with_name("drive_dock.py")
    environment = {**os.environ, "NAPARI_CONFIG": str(tmp_path / "settings" / "settings.yaml")}
    done = subprocess.run(
        [dock_python, script, sys.executable, tmp_path / "runs"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=4 * MINUTES,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["error"] == "", seen
    assert seen["state"] == "finished", seen
    assert seen["snapshot_layers"]

    run = tmp_path / "runs" / "two-environments"
    rows = (run / "training_stats.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(rows) == seen["iterations"]
