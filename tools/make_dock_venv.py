"""Make an environment that holds the dock but not the engine: no torch, no gunpowder, zarr 3.

``python tools/make_dock_venv.py [folder]`` prints the path of its Python. The folder is kept and
used again until the project's dependencies change.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

from make_venv import CONSTRAINTS, ROOT, pip_install, python_of

DEFAULT_FOLDER = ROOT / ".venvs" / "dock"
# Pinned for zarr 2 in constraints.txt, free here.
FREED = ("zarr==", "numcodecs==", "torch==", "gunpowder==", "funlib.persistence==")


def fingerprint() -> str:
    """What an environment was made from; it is stale when this changes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["gui"]]
    made_from = [sys.version, str(ROOT), *wanted, freed_constraints()]
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()


def freed_constraints() -> str:
    """The lines of constraints.txt, without the versions that belong to zarr 2 and the engine."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith(FREED))


def make_dock_venv(folder: Path) -> Path:
    """The Python of an environment with the project's base, Qt and zarr 3."""
    python, stamp = python_of(folder), folder / "made-from.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint():
        return python
    venv.create(folder, with_pip=True, clear=True)
    with tempfile.TemporaryDirectory() as scratch:
        constraints = Path(scratch) / "constraints.txt"
        constraints.write_text(freed_constraints(), encoding="utf-8")
        pip_install(folder, "-e", ".[gui]", "zarr>=3", constraints=constraints)
    stamp.write_text(fingerprint(), encoding="utf-8")
    return python


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER
    try:
        print(make_dock_venv(folder.absolute()))
    except subprocess.CalledProcessError as error:
        sys.exit(f"pip could not make the dock's environment in {folder}. ({error})")


if __name__ == "__main__":
    main()
