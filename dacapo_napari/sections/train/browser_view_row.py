"""A button that opens a view in the browser, and where that view is."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QApplication, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dacapo_napari.forms import ErrorLine
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["BrowserViewRow"]

_COPY = "Copy"
_NO_DATA = "Choose an image and its labels first."


class BrowserViewRow(QWidget):
    """Opens a view, tells its address and the way to it from other machines, and closes it.

    Parameters
    ----------
    name
        Prefix of its object names.
    opens, closes
        What the button says while the view is closed, and while it is open.
    tooltip
        What is seen there.

    Signals
    -------
    open_wanted(), close_wanted()
        The button was pressed.
    """

    open_wanted = Signal()
    close_wanted = Signal()

    def __init__(
        self, name: str, opens: str, closes: str, tooltip: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._opens, self._closes, self._tooltip = opens, closes, tooltip
        self._is_open = False
        self._address = self._colour = ""
        self.button = QPushButton(opens, self)
        self._url = QLabel("", self)
        self._away = QLabel("From another computer, type this there first:", self)
        self._ssh = QLabel("", self)
        self._copy = QPushButton(_COPY, self)
        self._error = ErrorLine(self)
        widgets = {"open": self.button, "url": self._url, "away": self._away,
                   "ssh": self._ssh, "copy": self._copy, "error": self._error}  # fmt: skip
        for part, widget in widgets.items():
            widget.setObjectName(f"{name}.{part}")
        self._prepare()
        self._lay_out()
        self.set_possible(True)
        self.show_closed()

    @property
    def is_open(self) -> bool:
        """Whether the button closes the view, or ends its start."""
        return self._is_open

    def set_possible(self, possible: bool) -> None:
        """Whether there is anything to look at."""
        self.button.setEnabled(possible)
        self.button.setToolTip(self._tooltip if possible else _NO_DATA)

    def show_opening(self) -> None:
        """The view is being started."""
        self._show("Starting Neuroglancer…", "", is_open=True)

    def show_address(self, url: str, ssh: str) -> None:
        """The view is open there."""
        self._show("", ssh, is_open=True)
        self._address = url
        self._show_address()

    def show_closed(self, sentence: str = "") -> None:
        """There is no view, for the reason that `sentence` tells."""
        self._show("", "", is_open=False)
        self._error.setText(sentence)

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self._colour = colours.curve
        if self._address:
            self._show_address()

    def _show_address(self) -> None:
        link = f'<a style="color: {self._colour}" href="{self._address}">{self._address}</a>'
        self._url.setText(link)
        self._url.show()

    def _show(self, words: str, ssh: str, *, is_open: bool) -> None:
        self._is_open = is_open
        self.button.setText(self._closes if is_open else self._opens)
        self._error.setText("")
        self._address = ""
        self._url.setText(words)
        self._url.setVisible(bool(words))
        self._ssh.setText(ssh)
        self._copy.setText(_COPY)
        for widget in (self._away, self._ssh, self._copy):
            widget.setVisible(bool(ssh))

    def _on_clicked(self) -> None:
        if self._is_open:
            self.close_wanted.emit()
        else:
            self.open_wanted.emit()

    def _on_copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._ssh.text())
            self._copy.setText("Copied")

    def _prepare(self) -> None:
        self.button.clicked.connect(self._on_clicked)
        self._copy.clicked.connect(self._on_copy)
        self._copy.setToolTip(
            "Puts the line on the clipboard. A browser on that computer then finds the address."
        )
        self._url.setOpenExternalLinks(True)
        self._ssh.setTextFormat(Qt.TextFormat.PlainText)
        self._ssh.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self._url, self._away, self._ssh):
            label.setWordWrap(True)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self._ssh, 1)
        line.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.button, self._url, self._away):
            layout.addWidget(widget)
        layout.addLayout(line)
        layout.addWidget(self._error)
