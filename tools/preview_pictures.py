"""Pictures of the Augments section: a sample, an augment that is off, one that does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drive_window import find, wait

PATIENCE = 120

Take = Callable[[Any, str], None]


def preview_states(dock: Any, take: Take) -> None:
    """Each state of the preview; the section is unfolded. Everything is as before at the end."""
    find(dock, "augments.preview").click()
    wait_for_sample(dock)
    find(dock, "augments.1.switch").click()
    wait_for_sample(dock)
    take(dock, "augments-preview")
    find(dock, "augments.1.switch").click()
    spacing = find(dock, "augments.1.control_point_spacing")
    before = spacing.text()
    find(dock, "augments.1.fold").click()
    spacing.setText("16")
    wait(PATIENCE, lambda: bool(find(dock, "augments.preview_error").text()))
    take(dock, "augments-problem")
    spacing.setText(before)
    wait_for_sample(dock)
    find(dock, "augments.1.fold").click()
    find(dock, "augments.preview_clear").click()


def wait_for_sample(dock: Any) -> None:
    """Wait until what was edited is asked for, and the answer is there."""
    wait(1)
    wait(PATIENCE, lambda: not find(dock, "augments.preview_words").text())
