"""Pictures of the sections that say what is trained and how, and of what a check finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data_pictures import small_dock
from drive_window import PLUGIN, find, wait
from label_pictures import layers
from preview_pictures import preview_states

PATIENCE = 240

Take = Callable[[Any, str], None]


def settings_states(viewer: Any, take: Take) -> None:
    """Each section in a dock of its own; `take` is given the dock and the name of the picture."""
    for layer in viewer.open_sample(PLUGIN, "neurites"):
        layer.visible = True
    viewer.dims.set_current_step(0, 48)
    with small_dock(viewer) as dock:
        wait(PATIENCE, lambda: find(dock, "train.status").text() == "Ready.")
        unfold(dock, "data")
        take(dock, "data")
        unfold(dock, "task")
        take(dock, "task")
        unfold(dock, "model")
        take(dock, "model")
        unfold(dock, "augments")
        take(dock, "augments")
        preview_states(dock, take)
        check_states(dock, take)
    viewer.layers.clear()


def check_states(dock: Any, take: Take) -> None:
    """What was found."""
    unfold(dock, "check")
    find(dock, "check.run").click()
    wait_for_check(dock)
    take(dock, "check")


def wait_for_check(dock: Any) -> None:
    """Wait until the check has come to its end."""
    wait(PATIENCE, lambda: not dock.check.running)


def refused_states(viewer: Any, take: Take) -> None:
    """Nobody knows the size of a voxel; then Start is pressed with a device that is not there."""
    from dacapo_napari._neurites import make_neurites

    raw, labels = (values[:48, :128, :128] for values in make_neurites())
    with layers(viewer, raw, labels, {}) as dock:
        check_states(dock, lambda dock, name: take(dock, f"{name}-doubt"))
        find(dock, "train.device").setEditText("cuda:7")
        find(dock, "train.start").click()
        wait(PATIENCE, lambda: bool(find(dock, "train.error").text()))
        take(dock, "check-refused")


def unfold(dock: Any, *names: str) -> None:
    """Unfold these sections and no other."""
    for name in ("data", "task", "augments", "model", "check", "train", "runs", "segment"):
        find(dock, f"{name}.section").setChecked(name in names)
    find(dock, "export.section").setChecked("export" in names)
    wait(0.4)
