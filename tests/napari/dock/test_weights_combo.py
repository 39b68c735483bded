"""Which weights are offered, and which are suggested to somebody who does not care."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dacapo_engine.store.atomic import write_json
from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.runs.run_weights import RunWeights, read_weights
from dacapo_napari.runs.segment_request import Weights
from dacapo_napari.sections.segment.weights_combo import WeightsCombo


def run_of(folder: RunFolder, trained: int, scored: int | None, best: int) -> RunWeights:
    write_json(folder.status_file, {"state": "stopped", "iteration": trained})
    folder.validation_scores_file.unlink(missing_ok=True)
    for iteration in (best, scored):
        if iteration is not None:
            row = {"iteration": iteration, "dataset": "held", "scores": {"voi": 1.0}}
            append_row(folder.validation_scores_file, row)
            write_json(folder.best_file("held", "voi"), {"iteration": best, "value": 1.0})
    return read_weights(folder.path, folder.path)


@pytest.mark.parametrize(
    ("trained", "scored", "best", "suggested"),
    [(222, 23, 23, "latest"), (30, 23, 23, "best"), (6000, 4500, 1500, "best")],
)
def test_weights_that_were_not_scored_for_long(
    run_folder: RunFolder, trained: int, scored: int, best: int, suggested: str
) -> None:
    assert run_of(run_folder, trained, scored, best).suggested == suggested


def test_a_choice_stays(qtbot: QtBot, run_folder: RunFolder) -> None:
    combo = WeightsCombo()
    qtbot.addWidget(combo)
    combo.show_run(run_of(run_folder, 222, 23, 23))
    assert combo.currentText() == "latest"
    combo.show_run(run_of(run_folder, 230, 225, 225))
    assert combo.currentText() == "best"
    combo.setCurrentText("best by voi (1.000 at 225)")
    combo.show_run(run_of(run_folder, 900, 225, 225))
    assert combo.currentText() == "best by voi (1.000 at 225)"


def test_a_run_that_was_not_scored(run_folder: RunFolder, tmp_path: Path) -> None:
    write_json(run_folder.status_file, {"state": "stopped", "iteration": 50})
    assert read_weights(run_folder.path, tmp_path).suggested == "best"


def test_scores_of_what_was_trained_on_say_so(qtbot: QtBot, run_folder: RunFolder) -> None:
    combo = WeightsCombo()
    qtbot.addWidget(combo)
    combo.show_run(replace(run_of(run_folder, 30, 23, 23), optimistic=True))
    combo.setCurrentText("best by voi (1.000 at 23, optimistic)")
    assert combo.weights() == Weights("best", "voi")
    assert combo.findText(combo.currentText()) >= 0
