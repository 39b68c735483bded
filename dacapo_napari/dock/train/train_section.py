"""Name, folder, length and device of the run, and what is seen of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qtpy.QtCore import QSignalBlocker, QTimer, Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dacapo_napari.engine.device_list import Device
from dacapo_napari.forms import ErrorLine
from dacapo_napari.forms.leaf_editor import CalmComboBox
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.sections.narrow_form import NarrowForm
from dacapo_napari.sections.section import Section, SectionState
from dacapo_napari.sections.train.watch_panel import WatchPanel
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["TrainSection"]

_SETTLE_MS = 300


class TrainSection(Section):
    """Where the run is kept, and on what it trains; below, how it goes.

    Signals
    -------
    run_changed()
        Another name or another folder was entered.
    """

    run_changed = Signal()

    def __init__(self, runs: Path, parent: QWidget | None = None) -> None:
        super().__init__("Train", "train", parent)
        self.watch = WatchPanel(self)
        self.run_name = QLineEdit(self)
        self.runs_folder = QLineEdit(str(runs), self)
        self.device = CalmComboBox(self)
        self.in_thread = QCheckBox("inside napari (no process of its own)", self)
        self.goes_on = QCheckBox("goes on when napari is closed", self)
        self.name_error = ErrorLine(self)
        self._name_edited = False
        self._devices: dict[str, Device] = {}
        self._device_words = FactLabel("train.device_words", self)
        self._existing = QMenu(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self.run_changed)
        self._set_up()
        self._fill_form()

    def runs(self) -> Path:
        """The runs folder."""
        return Path(self.runs_folder.text().strip()).expanduser()

    def name(self) -> str:
        """The run's name."""
        return str(self.run_name.text())

    def set_name(self, name: str) -> None:
        """Enter a name as the user would."""
        self.run_name.setText(name)
        self._name_edited = True

    def suggest_name(self, name: str) -> None:
        """Enter a name, unless the user has entered one."""
        if not self._name_edited:
            self.run_name.setText(name)
            self._name_edited = False

    def device_name(self) -> str:
        """The device chosen, such as ``cuda:0``."""
        return str(self.device.currentText()).strip()

    def best_device(self) -> str:
        """The kind of device that training will use: ``cuda``, ``mps`` or ``cpu``."""
        return self._best().split(":")[0]

    def free_memory(self) -> int | None:
        """Bytes that were free on that device when it was asked; None where not known."""
        device = self._devices.get(self._best())
        return device.memory_free if device is not None else None

    def _best(self) -> str:
        chosen = self.device_name()
        usable = [name for name, device in self._devices.items() if device.usable]
        return next(iter(usable), "cpu") if chosen in {"", "auto"} else chosen

    def device_title(self, name: str) -> str:
        """The short name of a card; empty for the processor and what is not known."""
        device = self._devices.get(name)
        if device is None or name == "cpu":
            return ""
        return device.title.removeprefix("NVIDIA ").removeprefix("GeForce ")

    def close_down(self) -> None:
        """Tell of nothing any more."""
        self._timer.stop()

    def show_existing(self, names: Sequence[str]) -> None:
        """Offer these runs of the folder."""
        self._existing.clear()
        for name in names:
            self._existing.addAction(name)
        self._existing_button.setEnabled(bool(names))

    def show_devices(self, devices: Sequence[Device]) -> None:
        """Offer these devices; what was chosen stays."""
        self._devices = {device.name: device for device in devices}
        chosen = self.device_name()
        blocker = QSignalBlocker(self.device)
        self.device.clear()
        self.device.addItems(
            ["auto", *(name for name, device in self._devices.items() if device.usable)]
        )
        self.device.setCurrentText(chosen)
        blocker.unblock()
        self._say_device()

    def set_device_problem(self, sentence: str) -> None:
        """Say that the devices could not be found out."""
        self._device_words.set_fact("", sentence)

    def show_summary(self, words: str) -> None:
        """Say in the title line what the run is."""
        named = SectionState.READY if self.name() else SectionState.TO_DO
        self.set_state(SectionState.PROBLEM if self.name_error.text() else named, words)

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        super().set_theme(colours)
        self._device_words.set_theme(colours)
        self.watch.set_theme(colours)

    def _set_up(self) -> None:
        for name in ("run_name", "runs_folder", "device", "in_thread", "goes_on"):
            getattr(self, name).setObjectName(f"train.{name}")
        self.name_error.setObjectName("train.run_name.error")
        self.device.setEditable(True)
        self.device.setInsertPolicy(CalmComboBox.InsertPolicy.NoInsert)
        self.device.addItems(["auto", "cpu"])
        self.device.setToolTip("auto takes a graphics card where there is one that can be used.")
        self.in_thread.setToolTip(
            "The engine runs in a thread of napari. It ends when napari is closed, and its "
            "memory is freed only then."
        )
        self.goes_on.setChecked(True)
        self.goes_on.setToolTip(
            "Otherwise closing napari asks the training to keep its weights and stop."
        )
        self.run_name.setToolTip("Name of the run and of its folder. An existing one goes on.")
        self.runs_folder.setToolTip("The folder in which runs are kept.")
        self.run_name.textChanged.connect(self._on_name_changed)
        self.runs_folder.textChanged.connect(self._on_text_changed)
        self.device.currentTextChanged.connect(self._say_device)
        self.in_thread.toggled.connect(self.goes_on.setDisabled)
        self._existing.triggered.connect(self._on_existing_chosen)

    def _fill_form(self) -> None:
        self._existing_button = QToolButton(self)
        self._existing_button.setObjectName("train.existing_runs")
        self._existing_button.setToolTip("Runs in this folder")
        self._existing_button.setMenu(self._existing)
        self._existing_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._existing_button.setEnabled(False)
        browse = QToolButton(self)
        browse.setText("…")
        browse.setObjectName("train.runs_folder.choose")
        browse.setToolTip("Choose a folder")
        browse.clicked.connect(self._on_browse)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        rows = NarrowForm(self.content)
        layout.addWidget(rows)
        layout.addWidget(self.watch)
        rows.add_row("Name", _beside(self.run_name, self._existing_button))
        rows.form.addRow(self.name_error)
        rows.add_row("Folder", _beside(self.runs_folder, browse))
        rows.add_row("Device", self.device)
        rows.form.addRow("", self._device_words)
        rows.add_row("Engine", self.in_thread)
        rows.form.addRow("", self.goes_on)

    def _say_device(self) -> None:
        device = self._devices.get(self.device_name())
        lame = [d for d in self._devices.values() if not d.usable and d.message]
        if device is not None and not device.usable:
            self._device_words.set_fact("", device.message)
        elif lame and self.device_name() in {"auto", "cpu"}:
            self._device_words.set_fact("", " ".join(d.message for d in lame))
        else:
            self._device_words.set_fact(self._device_facts(device))

    def _device_facts(self, device: Device | None) -> str:
        """What the device is; that of ``auto`` is the first that can be used."""
        if device is None and self.device_name() == "auto":
            device = next((d for d in self._devices.values() if d.usable), None)
        return device.words if device is not None else ""

    def _on_name_changed(self) -> None:
        self._name_edited = bool(self.run_name.text())
        self._on_text_changed()

    def _on_text_changed(self) -> None:
        self.name_error.setText("")
        self._timer.start()

    def _on_existing_chosen(self, action: object) -> None:
        self.set_name(action.text())  # type: ignore[attr-defined]

    def _on_browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Runs folder", self.runs_folder.text())
        if chosen:
            self.runs_folder.setText(chosen)


def _beside(field: QWidget, button: QWidget) -> QWidget:
    line = QWidget()
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(field, 1)
    layout.addWidget(button)
    return line
