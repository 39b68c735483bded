"""The environments that the tests of the project as a whole need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def dock_python(root: Path) -> Path:
    """The Python of an environment with the dock but without torch and gunpowder, with zarr 3.

    It lies in ``.venvs/dock``; made once (about a minute), then used again.
    """
    script = root / "tools" / "make_dock_venv.py"
    made = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, check=True)
    return Path(made.stdout.decode().strip())
