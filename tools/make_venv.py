"""Make ``.venv`` with everything that development needs: ``python tools/make_venv.py [folder]``.

Only the standard library, and the same on Linux, macOS and Windows. ``make venv`` calls it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
OLDEST_PYTHON = (3, 11)


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pinned(name: str) -> str:
    """The requirement ``name==version`` of constraints.txt."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{name}=="))


def pip_install(folder: Path, *arguments: str, constraints: Path = CONSTRAINTS) -> None:
    """Install into a virtual environment, within known-good versions."""
    pip = [str(python_of(folder)), "-m", "pip", "--disable-pip-version-check", "install"]
    # Nothing is compiled ahead: of two gigabytes of modules few are ever imported.
    options = ["--quiet", "--no-compile", "-c", str(constraints)]
    subprocess.run([*pip, *options, *arguments], cwd=ROOT, check=True, stdout=sys.stderr)


def make_venv(folder: Path) -> None:
    """Create the environment if it is not there, and bring it up to date."""
    if not python_of(folder).exists():
        venv.create(folder, with_pip=True)
    # torch first and by itself: pip then keeps the build that the machine's index offers for
    # this very version, instead of looking for the newest one while it resolves the rest.
    pip_install(folder, pinned("torch"))
    pip_install(folder, "-e", ".[engine,gui,test,dev]")


def main() -> None:
    if sys.version_info < OLDEST_PYTHON:
        needed = ".".join(map(str, OLDEST_PYTHON))
        sys.exit(
            f"dacapo-napari needs Python {needed} or newer, this is {sys.version.split()[0]}. "
            "Name another one: make venv PYTHON=python3.12"
        )
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".venv"
    print(f"Installing into {folder}; the first time this takes some minutes.", flush=True)
    try:
        make_venv(folder)
    except subprocess.CalledProcessError as error:
        sys.exit(f"pip could not install the project; its own words stand above. ({error})")


if __name__ == "__main__":
    main()
