"""The Tab key walks through widgets as they lie, from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLayout, QWidget

__all__ = ["follow_layout", "put_after", "stops_in_order"]


def follow_layout(widget: QWidget) -> None:
    """Let Tab go through what lies in `widget` in the order of its layouts."""
    for before, after in pairwise(stops_in_order(widget)):
        QWidget.setTabOrder(before, after)


def put_after(first: QWidget, second: QWidget) -> None:
    """Let Tab go from the last stop in `first` through those in `second`."""
    stops = [*stops_in_order(first)[-1:], *stops_in_order(second)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def stops_in_order(widget: QWidget) -> list[QWidget]:
    """What Tab stops at in `widget`, as it lies in its layouts; hidden ones too."""
    return [
        each
        for each in _within(widget.layout())
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.focusProxy() is None
    ]


def _within(layout: QLayout | None) -> Iterator[QWidget]:
    for number in range(layout.count() if layout is not None else 0):
        item = layout.itemAt(number) if layout is not None else None
        widget = item.widget() if item is not None else None
        if widget is not None:
            yield widget
            yield from _within(widget.layout())
        elif item is not None:
            yield from _within(item.layout())
