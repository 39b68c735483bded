"""A plug-in of somebody else, which the engine finds as it would any other."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from dacapo_engine.experiments.tasks.task_config import TaskConfig

HERE = Path(__file__).parent


@pytest.fixture
def _hungry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A plug-in as pip would install it, for the engine's process and for the dock."""
    site = tmp_path / "site"
    shutil.copytree(HERE / "hungry_plugin", site)
    described = site / "hungry-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: hungry\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[dacapo_engine.task]\nhungry = hungry_config\n")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    # The tasks of this process may have been looked up already; afterwards they are as before.
    monkeypatch.setattr(TaskConfig.registry, "_classes", {**TaskConfig.registry._classes})
    monkeypatch.setattr(TaskConfig.registry, "_loaded", False)
    monkeypatch.delitem(sys.modules, "hungry_config", raising=False)
