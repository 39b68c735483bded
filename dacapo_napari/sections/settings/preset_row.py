"""The size of the network: a preset, and what it costs."""

from __future__ import annotations

from typing import cast

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.setup.network_presets import PRESETS, PresetName, suggest_network
from dacapo_engine.setup.preset_choice import cost_words
from dacapo_napari.forms.leaf_editor import CalmComboBox

__all__ = ["PresetRow"]

_AUTO, _CUSTOM = "auto", "custom"


class PresetRow(QWidget):
    """Chooses of the presets; says what is shown costs, whatever preset it is of.

    Signals
    -------
    chosen(str)
        The user wants the network of this preset; never ``auto`` or ``custom``.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: VolumeFacts | None = None
        self._suggested = "small"
        self._wants_auto = True
        self._words = ""
        self._combo = CalmComboBox(self)
        self._combo.setObjectName("model.preset")
        self._combo.setToolTip("How large the network is. Only the model changes with it.")
        self._cost = QLabel("", self)
        self._cost.setObjectName("model.cost")
        self._cost.setWordWrap(True)
        self._cost.setTextFormat(Qt.TextFormat.PlainText)
        self._cost.setToolTip("Computed from the layers of the network, and measured by Check.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._combo)
        layout.addWidget(self._cost)
        self._fill_combo()
        self._combo.activated.connect(self._on_activated)

    def name(self) -> str:
        """The preset shown: ``tiny`` to ``large``, or ``custom``."""
        chosen = str(self._combo.currentData())
        return self._suggested if chosen == _AUTO else chosen

    def wanted(self) -> PresetName:
        """The preset to be suggested for other volumes."""
        name = self.name()
        return "auto" if self._wants_auto or name == _CUSTOM else cast(PresetName, name)

    def offer(self, facts: VolumeFacts, suggested: str) -> None:
        """Make presets for volumes like these, of which `suggested` fits the computer."""
        self._facts, self._suggested = facts, suggested
        self._fill_combo()

    def network(self, name: str) -> tuple[CNNectomeUNetConfig, int] | None:
        """Network and batch size of a preset; None before volumes were measured."""
        if self._facts is None:
            return None
        preset = PRESETS[name]
        return suggest_network(self._facts, preset), preset.batch_size

    def show_network(self, network: object, batch_size: int) -> None:
        """Show which preset this is, and its cost."""
        name = self._preset_of(network, batch_size)
        shown = _AUTO if self._wants_auto and name == self._suggested else name
        blocker = QSignalBlocker(self._combo)
        self._combo.setCurrentIndex(self._index(shown))
        blocker.unblock()
        self._words = ""
        if isinstance(network, CNNectomeUNetConfig):
            self._words = cost_words(network, batch_size, self._voxel_size())
        self.show_speed("")

    def show_speed(self, words: str) -> None:
        """Add what was measured of the network that is shown."""
        text = ", ".join(part for part in (self._words, words) if part)
        # Sizes of the axes stay together where the line is broken.
        text = text.replace(" x ", "\u00a0x\u00a0")
        self._cost.setText(f"{text[:1].upper()}{text[1:]}." if text else "")
        self._cost.setVisible(bool(text))

    def _preset_of(self, network: object, batch_size: int) -> str:
        for name in PRESETS:
            if self.network(name) == (network, batch_size):
                return name
        return _CUSTOM

    def _voxel_size(self) -> tuple[float, ...] | None:
        facts = self._facts
        return facts.voxel_size_nm if facts is not None and facts.voxel_size_known else None

    def _fill_combo(self) -> None:
        kept = self._combo.currentData()
        blocker = QSignalBlocker(self._combo)
        self._combo.clear()
        self._combo.addItem(f"auto ({self._suggested})", _AUTO)
        self._tooltip(_AUTO, "What fits the volumes and the memory of this computer.")
        for name, preset in PRESETS.items():
            self._combo.addItem(f"{name}, {preset.title}", name)
            self._tooltip(name, self._cost_of(name))
        if kept == _CUSTOM:
            self._combo.addItem(_CUSTOM, _CUSTOM)
        self._combo.setCurrentIndex(max(0, self._combo.findData(kept)))
        blocker.unblock()

    def _tooltip(self, name: str, words: str) -> None:
        index = self._combo.findData(name)
        self._combo.setItemData(index, words, Qt.ItemDataRole.ToolTipRole)

    def _cost_of(self, name: str) -> str:
        found = self.network(name)
        return "" if found is None else cost_words(*found, self._voxel_size())

    def _index(self, name: str) -> int:
        if name == _CUSTOM and self._combo.findData(_CUSTOM) < 0:
            self._combo.addItem(_CUSTOM, _CUSTOM)
        return max(0, self._combo.findData(name))

    def _on_activated(self) -> None:
        chosen = str(self._combo.currentData())
        if chosen == _CUSTOM:
            return
        self._wants_auto = chosen == _AUTO
        self.chosen.emit(self.name())
