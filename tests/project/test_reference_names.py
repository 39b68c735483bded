"""Every name of the reference's pages is here, where the pages lie beside the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_no_name_of_the_reference_is_missing(root: Path) -> None:
    tool = root.parent / "shared" / "tools" / "seed_conformance.py"
    if not tool.is_file():
        pytest.skip(f"there is no {tool}")
    done = subprocess.run(
        [sys.executable, str(tool)], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
