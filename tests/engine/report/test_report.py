"""The page of a run tells what its files tell, and loads nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from dacapo_engine.errors import NotFoundError
from dacapo_engine.report.curve_picture import Curve, draw_curve
from dacapo_engine.report.run_page import report_run, write_report
from dacapo_engine.store.atomic import write_json, write_text
from dacapo_engine.store.rows import append_row
from dacapo_engine.store.run_folder import RunFolder

RUN_FILE = Path(__file__).parents[3] / "resources" / "neurites.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "a <b> & c")
    write_text(folder.run_file, RUN_FILE.read_text(encoding="utf-8"))
    write_json(
        folder.status_file,
        {"state": "failed", "iteration": 40, "num_iterations": 100, "device": "cpu",
         "error": {"message": "The loss <is> odd."}},
    )  # fmt: skip
    for iteration in range(40):
        row = {"iteration": iteration, "loss": 1 / (iteration + 1), "time": 3.0, "wait": 0.5}
        append_row(folder.training_stats_file, row)
    for iteration, voi in ((20, 2.5), (40, 1.5)):
        scored: dict[str, Any] = {
            "iteration": iteration,
            "dataset": "held",
            "parameters": {"id": 0},
        }
        append_row(
            folder.validation_scores_file, scored | {"iteration": iteration, "scores": {"voi": voi}}
        )
    write_json(folder.best_file("held", "voi"), {"iteration": 40, "value": 1.5})
    return folder


def test_it_tells_what_happened(folder: RunFolder) -> None:
    page = report_run(folder)
    text = re.sub(r"<[^>]+>", " ", page)
    assert "Failed at 40 of 100 iterations, 2 min of steps, on cpu." in text
    assert "The loss &lt;is&gt; odd." in page
    assert "a &lt;b&gt; &amp; c" in page
    assert re.search(r"voi\s+1\.500\s+40\s+held", text)
    assert page.count("<svg") == 2
    assert "task_config:" in page


def test_nothing_is_loaded_from_elsewhere(folder: RunFolder) -> None:
    assert not re.search(r"(src|href)=\"(?!data:)|https?:|@import|<script", report_run(folder))


def test_a_run_that_never_started(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "new")
    write_text(folder.run_file, RUN_FILE.read_text(encoding="utf-8"))
    page = report_run(folder)
    assert "Not started" in page
    assert "<svg" not in page
    write_report(folder, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no run"):
        report_run(RunFolder(tmp_path / "nothing"))


def points_of(svg: str) -> np.ndarray:
    line = ElementTree.fromstring(svg).find("polyline")  # noqa: S314
    assert line is not None
    return np.array([point.split(",") for point in line.get("points", "").split()], float)


def test_a_curve_falls_where_values_fall() -> None:
    points = points_of(draw_curve(Curve("loss", range(5), [16, 8, 4, 2, 1], logarithmic=True)))
    assert np.allclose(np.diff(points[:, 1]), np.diff(points[:, 1])[0], atol=0.2)
    assert np.all(np.diff(points[:, 1]) > 0)
    assert np.all(np.diff(points[:, 0]) > 0)


def test_many_values_make_a_small_picture() -> None:
    values = np.random.default_rng(0).random(200_000) + 1
    svg = draw_curve(Curve("loss", range(200_000), values.tolist()))
    assert len(svg) < 30_000
    assert len(points_of(svg)) == 300


@pytest.mark.parametrize("values", [[], [float("nan")], [-1.0]])
def test_nothing_to_draw(values: list[float]) -> None:
    assert draw_curve(Curve("loss", range(len(values)), values, logarithmic=True)) == ""


def test_one_value() -> None:
    assert "circle" in draw_curve(Curve("loss", [3], [0.5]))
