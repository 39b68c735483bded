"""Tells somebody who looks elsewhere that a training has ended."""

from __future__ import annotations

from qtpy.QtCore import QObject, QTimer
from qtpy.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from dacapo_engine.store.status import RunState, RunStatus
from dacapo_napari.engine.run_session import RunSession
from dacapo_napari.run_updates import StatusChanged, Update

__all__ = ["EndNotice", "end_words"]

_SHOWN_MS = 15_000
_ENDS = {
    RunState.FINISHED: "has finished",
    RunState.STOPPED: "was stopped, its weights are kept",
    RunState.FAILED: "has failed",
}


def end_words(before: RunState | None, status: RunStatus, name: str) -> str:
    """What is new for somebody who was not looking; empty where it is nothing.

    Parameters
    ----------
    before
        The state that was heard of last; None where nothing was, so that nothing is new.
    """
    if before is None or not before.active or status.state not in _ENDS:
        return ""
    words = f"{name} {_ENDS[status.state]} at iteration {status.iteration:,}."
    message = (status.error or {}).get("message", "")
    return f"{words} {message}".strip()


class EndNotice(QObject):
    """Marks napari in the task bar, and shows a message of the desktop where there are such.

    Parameters
    ----------
    session
        Whose run is watched.
    dock
        In whose window the run is watched.
    """

    def __init__(self, session: RunSession, dock: QWidget) -> None:
        super().__init__(dock)
        self._session = session
        self._dock = dock
        self._before: RunState | None = None
        self._icon: QSystemTrayIcon | None = None
        session.followed.connect(self._forget)
        session.updated.connect(self._on_update)

    def _forget(self) -> None:
        self._before = None

    def _on_update(self, update: Update) -> None:
        folder = self._session.folder
        if not isinstance(update, StatusChanged) or folder is None:
            return
        words = end_words(self._before, update.status, folder.name)
        self._before = update.status.state
        if words and QApplication.activeWindow() is None:
            self._tell(words)

    def _tell(self, words: str) -> None:
        window = self._dock.window()
        QApplication.alert(window)
        if window is None or not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(window.windowIcon(), self)
            self._icon.messageClicked.connect(window.activateWindow)
        self._icon.show()
        self._icon.showMessage("DaCapo", words)
        QTimer.singleShot(_SHOWN_MS, self._icon.hide)
