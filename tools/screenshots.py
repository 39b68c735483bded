"""``make screenshots``: the dock at each important state, in both themes.

Pictures go to ``resources/screenshots``; ``train.png`` is that of the README. Names of parts as
arguments, such as ``runs settings``, make only those.
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from data_pictures import data_states
from drive_window import settings_of_their_own, wait
from label_pictures import label_states
from live_pictures import live_states
from pictures import dock_pictures
from runs_pictures import runs_states
from settings_pictures import refused_states, settings_states
from train_pictures import train_states

SIZE = (1500, 950)
PARTS = {
    "data": data_states,
    "labels": label_states,
    "settings": settings_states,
    "refused": refused_states,
    "runs": runs_states,
    "train": train_states,
}
LIVE = "live"


def make(viewer: Any, part: str) -> None:
    """The pictures of one part."""
    print(part, flush=True)
    if part == LIVE:
        live_states(viewer)
    else:
        PARTS[part](viewer, partial(dock_pictures, viewer))


def main() -> None:
    settings_of_their_own()
    import napari

    chosen = sys.argv[1:] or [*PARTS, LIVE]
    with tempfile.TemporaryDirectory(prefix="dacapo-runs-", ignore_cleanup_errors=True) as runs:
        os.environ["DACAPO_RUNS"] = str(Path(runs) / "dacapo_runs")
        viewer = napari.Viewer()
        viewer.window.resize(*SIZE)
        wait(1)
        for part in chosen:
            make(viewer, part)
        viewer.close()


if __name__ == "__main__":
    main()
