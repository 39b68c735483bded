"""Pictures of the Runs section: the table with curves, a comparison, a branch, a question."""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from data_pictures import small_dock
from drive_window import ROOT, find, wait

PATIENCE = 60

Take = Callable[[Any, str], None]


def runs_states(viewer: Any, take: Take) -> None:
    """Each state in a dock of its own; `take` is given the dock and the name of the picture."""
    with tempfile.TemporaryDirectory(prefix="dacapo-runs-") as folder:
        runs = Path(folder)
        make_runs(runs)
        with small_dock(viewer) as dock:
            find(dock, "train.runs_folder").setText(folder)
            table = find(dock, "runs.table")
            wait(PATIENCE, lambda: len(table.runs.runs) == 6)
            wait(3)
            for section in dock.sections:
                section.set_unfolded(section is dock.runs)
            take_states(dock, table, take)


def take_states(dock: Any, table: Any, take: Take) -> None:
    """The states one after the other."""
    table.select("neurites-1", "neurites-2")
    find(dock, "runs.compare").click()
    wait(1)
    take(dock, "runs-compare")
    table.select("neurites-3")
    find(dock, "runs.branch").click()
    wait(1)
    take(dock, "runs-branch")
    find(dock, "runs.branch.begin").click()
    wait(2)
    for name in ("neurites-1", "neurites-2", "neurites-3"):
        table.runs.set_checked(name, True)
    wait(2)
    take(dock, "runs-curves")
    table.select("nuclei-1")
    dock.runs.actions_of_runs.action("delete").trigger()
    wait(1)
    dock.run.set_unfolded(False)
    wait(1)
    take(dock, "runs-delete")


def make_runs(runs: Path) -> None:
    """Folders as the engine leaves them; what is learnt in them is made up."""
    from dacapo_engine.experiments.run_config import RunConfig
    from dacapo_engine.experiments.starts import StartConfig
    from dacapo_engine.yaml_file import read_config

    neurites: Any = read_config(ROOT / "resources" / "neurites.yaml", RunConfig)
    nuclei: Any = read_config(ROOT / "resources" / "nuclei.yaml", RunConfig)
    trainer = neurites.trainer_config
    slower = trainer.replace(learning_rate=0.001, augments=trainer.augments[:-1])
    start = StartConfig(run=str(runs / "neurites-2"), criterion="1500")
    make(runs, neurites.replace(name="neurites-1"), 2000, "finished", 0.38, 26)
    make(runs, neurites.replace(name="neurites-2", trainer_config=slower), 3000, "stopped", 0.61, 4)
    branched = neurites.replace(name="neurites-3", start_config=start)
    make(runs, branched, 1500, "training", 0.3, 0.2)
    make(runs, nuclei.replace(name="nuclei-1"), 300, "failed", None, 50)
    make(runs, nuclei.replace(name="nuclei-2"), 0, "", None, 0)
    newer = runs / "from-the-cluster" / "run.yaml"
    newer.parent.mkdir()
    newer.write_text("format: 2\n", encoding="utf-8")


def make(
    runs: Path, config: Any, iterations: int, state: str, best: float | None, hours: float
) -> None:
    """One run."""
    from dacapo_engine.store.atomic import write_json, write_text
    from dacapo_engine.store.rows import rewrite_rows
    from dacapo_engine.store.run_folder import RunFolder
    from dacapo_engine.yaml_file import to_yaml

    folder = RunFolder.of(runs, config.name)
    write_text(folder.run_file, to_yaml(config.replace(num_iterations=3000)))
    if not state:
        return
    noise = np.random.default_rng(len(config.name) + iterations).normal(0, 0.06, iterations)
    falling = (0.12 + 0.6 * math.exp(-n / 500) for n in range(iterations))
    losses = [float(loss * math.exp(wobble)) for loss, wobble in zip(falling, noise, strict=True)]
    rows = ({"iteration": n, "loss": loss, "time": 0.3} for n, loss in enumerate(losses))
    rewrite_rows(folder.training_stats_file, rows)
    status = {
        "state": state,
        "iteration": iterations,
        "num_iterations": 3000 if state != "finished" else iterations,
        "started": time.time() - 3600 * hours,
        "heartbeat": time.time(),
        "pid": os.getpid(),
        "device": "cuda:0",
        "error": {"message": "The device ran out of memory."} if state == "failed" else None,
    }
    write_json(folder.status_file, status)
    for number in (iterations - 500, iterations):
        (folder.checkpoints / str(number)).parent.mkdir(parents=True, exist_ok=True)
        (folder.checkpoints / str(number)).touch()
    if best is not None:
        scores = [
            {
                "iteration": n,
                "dataset": "validate",
                "parameters": {"id": 0},
                "scores": {"voi": best + math.exp(-n / 400) + 0.2 * (n == iterations)},
            }
            for n in range(500, iterations + 1, 500)
        ]
        rewrite_rows(folder.validation_scores_file, scores)
        values = [row["scores"]["voi"] for row in scores]
        top = min(range(len(values)), key=values.__getitem__)
        record = {"iteration": 500 * (top + 1), "parameters": None, "value": values[top]}
        write_json(folder.best_file("validate", "voi"), record)
