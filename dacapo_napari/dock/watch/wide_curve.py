"""The curve in a dock of its own below the image, and back."""

from __future__ import annotations

import contextlib
from typing import Any

from qtpy.QtCore import QEvent, QObject, Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from dacapo_napari.sections.train.watch_panel import WatchPanel

__all__ = ["WideCurve"]

_TITLE = "DaCapo: Loss"


class _Host(QWidget):
    """What the dock holds; it notices when the dock is closed."""

    closed = Signal()

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setObjectName("train.loss_dock")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.addWidget(inside)
        inside.show()

    def event(self, event: QEvent | None) -> bool:
        """Tell when the dock lets go of this."""
        handled = bool(super().event(event))
        is_moved = event is not None and event.type() == QEvent.Type.ParentChange
        if is_moved and self.parent() is None:
            self.closed.emit()
        return handled


class WideCurve(QObject):
    """Moves the curve of a panel into the window's bottom dock when asked, and back.

    However that dock is closed, the curve comes back into its panel.

    Parameters
    ----------
    window
        That of the viewer.
    """

    def __init__(self, window: Any, panel: WatchPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._panel = panel
        self._host: _Host | None = None
        panel.plot.wider_toggled.connect(self._on_toggled)

    def close(self) -> None:
        """Take the curve back and remove the dock."""
        host, self._host = self._host, None
        if host is None:
            return
        host.closed.disconnect(self._on_closed)
        self._panel.take_plot_back()
        # The window may be closing, and have let go of its docks already.
        with contextlib.suppress(LookupError, RuntimeError):
            self._window.remove_dock_widget(host)
        host.deleteLater()

    def _on_toggled(self, wider: bool) -> None:
        if not wider:
            self.close()
        elif self._host is None:
            self._panel.away.show()
            self._host = _Host(self._panel.plot)
            self._panel.plot.set_wider(True)
            self._window.add_dock_widget(self._host, name=_TITLE, area="bottom")
            self._host.closed.connect(self._on_closed)

    def _on_closed(self) -> None:
        host, self._host = self._host, None
        self._panel.take_plot_back()
        if host is not None:
            host.deleteLater()
