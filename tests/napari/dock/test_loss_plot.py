"""The curve: what it draws of many losses, scores, other runs, and what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QWidget

from dacapo_napari import train_widget
from dacapo_napari.loss_plot import LossPlot, OverlayCurve, running_average
from dacapo_napari.loss_plot.curve_data import score_curve, thinned, without_outliers
from dacapo_napari.run_updates import LossRows, ValidationPoint, ValidationRows
from dacapo_napari.theme_colours import theme_colours
from tests.napari.dock.conftest import find


def rows(losses: Any, fresh: bool = True) -> LossRows:
    values = np.asarray(losses, dtype=float)
    return LossRows(np.arange(len(values), dtype=float), values, fresh, np.full(len(values), 0.25))


def points(*scores: float) -> tuple[ValidationPoint, ...]:
    return tuple(
        ValidationPoint(100 * number, "all", {"voi": score}, {})
        for number, score in enumerate(scores, start=1)
    )


@pytest.fixture
def plot(qtbot: QtBot) -> LossPlot:
    made = LossPlot()
    qtbot.addWidget(made)
    made.set_theme(theme_colours("dark"))
    return made


def words(plot: LossPlot, name: str) -> str:
    return str(find(plot, f"train.loss_plot.{name}").whole_text())


def drawn(plot: LossPlot, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not plot._timer.isActive(), timeout=2000)


def test_what_it_says(plot: LossPlot, qtbot: QtBot) -> None:
    assert "first iteration" in words(plot, "loss")
    assert find(plot, "train.loss_plot.log").isChecked()
    plot.set_first_validation(1500)
    plot.add_losses(rows(np.full(240, 0.5)))
    drawn(plot, qtbot)
    assert words(plot, "loss") == "loss 0.5000"
    assert words(plot, "words") == "60 s, 0.25 s per step; first validation at 1,500"
    plot.add_scores(ValidationRows(points(0.9, 0.43, 0.6, 0.7), True))
    drawn(plot, qtbot)
    assert words(plot, "loss") == "loss 0.5000, best voi 0.43 at 200"
    plot.set_optimistic(True)
    drawn(plot, qtbot)
    assert words(plot, "loss") == "loss 0.5000, best voi 0.43 (optimistic) at 200"
    assert words(plot, "words").endswith("no better for 2 validations")
    plot.clear()
    assert plot.num_points == 0
    assert "first iteration" in words(plot, "loss")


def test_a_resume_replaces_what_was_there(plot: LossPlot) -> None:
    plot.add_losses(rows([3.0, 2.0, 1.0]))
    plot.add_losses(rows([3.0, 2.0]))
    assert plot.losses.tolist() == [3.0, 2.0]
    plot.add_losses(LossRows(np.array([2.0]), np.array([0.9]), False))
    assert plot.iterations.tolist() == [0.0, 1.0, 2.0]


def test_a_burst_of_rows_is_drawn_once(plot: LossPlot, qtbot: QtBot) -> None:
    drawings: list[int] = []
    plot._canvas.fit = lambda: drawings.append(1)  # type: ignore[method-assign]
    for number in range(50):
        plot.add_losses(LossRows(np.array([number]), np.array([1.0]), False))
    drawn(plot, qtbot)
    assert len(drawings) == 1


def test_only_so_many_points_are_drawn(plot: LossPlot, qtbot: QtBot) -> None:
    plot.add_losses(rows(np.linspace(2, 1, 100_000)))
    plot.add_losses(LossRows(np.array([100_000.0]), np.array([np.nan]), False))
    drawn(plot, qtbot)
    x, y = plot._canvas._dots.getData()
    assert 1900 <= len(x) <= 2000
    assert x[-1] == 99_999
    assert y[-1] == pytest.approx(0.0)
    find(plot, "train.loss_plot.window").setCurrentText("last 200")
    x, _ = plot._canvas._average.getData()
    assert len(x) == 200


def test_outliers_are_hidden_on_request(plot: LossPlot) -> None:
    losses = 0.1 + 0.01 * np.sin(np.arange(100.0))
    losses[50] = 40.0
    plot.add_losses(rows(losses))
    plot._draw()
    assert len(plot._canvas._dots.getData()[0]) == 100
    find(plot, "train.loss_plot.outliers").setChecked(True)
    assert len(plot._canvas._dots.getData()[0]) == 99
    assert plot._canvas._average.getData()[1].max() < np.log10(0.2)
    # A loss that falls by factors has no outliers, and few values are not judged.
    assert np.isfinite(without_outliers(np.geomspace(10, 0.01, 500))).all()
    assert np.isfinite(without_outliers(np.array([1.0, 1.0, 100.0]))).all()


def test_other_runs_are_drawn_beside(plot: LossPlot, qtbot: QtBot) -> None:
    plot.add_losses(rows(np.full(30, 0.5)))
    other = OverlayCurve(np.arange(20.0), np.full(20, 0.7), points(0.8))
    plot.set_overlays({"first": other, "second": other})
    drawn(plot, qtbot)
    labels = [label.text for _, label in plot._canvas._legend.items]
    assert labels == ["this run", "first", "second"]
    assert plot._canvas._legend.isVisible()
    plot.set_theme(theme_colours("light"))
    plot.set_overlays({})
    drawn(plot, qtbot)
    assert len(plot._canvas._legend.items) == 1
    assert not plot._canvas._legend.isVisible()


def test_scores_of_several_datasets_are_averaged() -> None:
    scored = [
        ValidationPoint(10, name, {"ap50": value}, {}) for name, value in (("a", 0.2), ("b", 0.6))
    ]
    curve = score_curve([*scored, ValidationPoint(20, "a", {"ap50": 0.3}, {})])
    assert curve.values.tolist() == pytest.approx([0.4, 0.3])
    assert (curve.best, curve.since_best) == (0, 1)
    assert curve.since(15).best is None


def test_averages_and_thinning_of_few_values() -> None:
    assert running_average(np.empty(0)).size == 0
    np.testing.assert_allclose(running_average(np.array([1.0, np.nan, 3.0])), [1.0, 1.0, 2.0])
    assert thinned(np.arange(3.0))[0].tolist() == [0.0, 1.0, 2.0]


def test_it_moves_below_the_image_and_back(viewer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_widget, "ask_for_devices", lambda python: ())
    _, dock = viewer.window.add_plugin_dock_widget("dacapo-napari", "Train")
    plot = find(dock, "train.loss_plot")
    wider = find(plot, "train.loss_plot.wider")
    for closed in (False, True):
        wider.click()
        assert dock.findChild(QWidget, "train.loss_plot") is None
        assert "DaCapo: Loss" in viewer.window.dock_widgets
        plot.add_losses(rows([1.0, 0.5]))
        if closed:
            viewer.window.remove_dock_widget(plot.parentWidget())
        else:
            wider.click()
        assert find(dock, "train.loss_plot") is plot
        assert "DaCapo: Loss" not in viewer.window.dock_widgets
        assert plot.num_points == 2
        assert not wider.isChecked()
