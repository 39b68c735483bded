"""Who may import whom, tried in fresh processes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

GUI = {"napari", "magicgui", "qtpy", "superqt", "PyQt5", "PyQt6", "PySide2", "PySide6", "pyqtgraph"}
ENGINE_ONLY = {"torch", "gunpowder", "funlib.persistence", "neuroglancer", "mwatershed"}

# Imports the modules that pass a filter, and prints what they have brought along.
WALK = """
import importlib, json, pkgutil, sys, warnings
warnings.simplefilter("ignore")
package = importlib.import_module({package!r})
found = pkgutil.walk_packages(package.__path__, package.__name__ + ".")
names = [package.__name__] + [m.name for m in found if not m.name.endswith("__main__")]
names = [name for name in names if {condition}]
for name in names:
    importlib.import_module(name)
print(json.dumps([names, sorted(sys.modules)]))
"""


def walk(package: str, condition: str = "True") -> tuple[list[str], set[str]]:
    """The modules of a package that fit, and everything loaded once they are imported."""
    code = WALK.format(package=package, condition=condition)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names, loaded = json.loads(done.stdout.splitlines()[-1])
    return names, set(loaded)


@pytest.mark.slow
def test_engine_never_imports_a_gui() -> None:
    names, loaded = walk("dacapo_engine")
    assert "dacapo_engine.config" in names
    assert sorted(loaded & GUI) == []


def test_plugin_never_imports_the_engine_s_dependencies() -> None:
    names, loaded = walk("dacapo_napari")
    assert "dacapo_napari._sample_data" in names
    assert sorted(loaded & ENGINE_ONLY) == []


def test_engine_itself_imports_next_to_nothing() -> None:
    _, loaded = walk("dacapo_engine", condition="name == 'dacapo_engine'")
    assert sorted(loaded & (GUI | ENGINE_ONLY | {"zarr", "xarray", "scipy"})) == []


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param("name.endswith('_config')", id="configs"),
        # Weights are torch's; only the engine loads and stores them.
        pytest.param(
            "name.startswith('dacapo_engine.store')"
            " and not name.endswith(('weights_store', 'checkpoint_keeper'))",
            id="store",
        ),
    ],
)
def test_configs_and_store_load_at_once(condition: str) -> None:
    names, loaded = walk("dacapo_engine", condition)
    assert names
    assert sorted(loaded & (GUI | ENGINE_ONLY | {"zarr"})) == []
