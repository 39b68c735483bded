"""The views that the dock opens in the browser: the pipeline, and the run."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from typing import TypeAlias

from qtpy.QtCore import QObject, QTimer

from dacapo_engine.errors import DacapoError, TrainingError
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.engine.browser_view import BrowserView, ViewAddress, open_pipeline, open_run
from dacapo_napari.run_updates import Failed
from dacapo_napari.sections.train.browser_view_row import BrowserViewRow

__all__ = ["BrowserViews"]

_LOOK_MS = 1000

_Opener: TypeAlias = Callable[[BrowserView, int], ViewAddress]


class BrowserViews(QObject):
    """Opens and closes what is looked at in the browser.

    Parameters
    ----------
    composer
        Describes the run.
    pipeline, run
        The buttons.
    """

    def __init__(
        self,
        composer: RunComposer,
        pipeline: BrowserViewRow,
        run: BrowserViewRow,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._composer = composer
        self._session = composer.session
        self._rows = (pipeline, run)
        self._opened = (
            _OpenedView(composer, "pipeline", pipeline, self._pipeline, self),
            _OpenedView(composer, "run view", run, self._run, self),
        )
        self._session.state_changed.connect(self._refresh)
        composer.data.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        pipeline, run = self._rows
        begun = self._session.has_begun
        pipeline.set_possible(pipeline.is_open or begun or self._composer.data.is_complete())
        run.setVisible(run.is_open or begun)

    def _pipeline(self) -> _Opener:
        request = self._composer.request()
        return lambda view, opening: open_pipeline(request, view, opening)

    def _run(self) -> _Opener:
        folder, python = self._session.folder, self._composer.request().python
        if folder is None:
            raise TrainingError("This run has not begun.")
        return lambda view, opening: open_run(python, folder, view, opening)


class _OpenedView(QObject):
    """One view and its button."""

    def __init__(
        self,
        composer: RunComposer,
        name: str,
        row: BrowserViewRow,
        opener: Callable[[], _Opener],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = composer.session
        self._name, self._row, self._opener = name, row, opener
        self._view = BrowserView()
        self._looking = QTimer(self)
        self._looking.setInterval(_LOOK_MS)
        self._looking.timeout.connect(self._look)
        row.open_wanted.connect(self._open)
        row.close_wanted.connect(self._close)
        self._session.on_close(self._view.close)

    def _open(self) -> None:
        try:
            opener = self._opener()
        except DacapoError as error:
            self._on_failed(Failed.of(error))
            return
        self._row.show_opening()
        opening = self._view.begin()
        call = self._session.call(self._name, opener, self._view, opening)
        call.begin(self._on_opened, self._on_failed)

    def _close(self) -> None:
        self._looking.stop()
        self._session.link.forget(self._name)
        self._view.close()
        self._row.show_closed()

    def _on_opened(self, address: ViewAddress) -> None:
        self._session.link.finish(self._name)
        self._row.show_address(address.url, address.ssh)
        self._looking.start()
        webbrowser.open(address.url)

    def _on_failed(self, failure: Failed) -> None:
        self._session.link.finish(self._name)
        self._view.close()
        self._row.show_closed(f"The view could not be opened. {failure}")

    def _look(self) -> None:
        """Say so when the view has ended by itself."""
        if not self._view.is_open():
            self._close()
            self._row.show_closed("The view has ended. Open it again to go on looking.")
