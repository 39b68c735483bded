"""How long to train: minutes, a night, iterations, or until it stops improving."""

from __future__ import annotations

from dataclasses import dataclass

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QWidget

from dacapo_engine.experiments.budgets.budget_config import BudgetConfig
from dacapo_engine.experiments.budgets.minutes_budget_config import MinutesBudgetConfig
from dacapo_engine.experiments.budgets.overnight_budget_config import OvernightBudgetConfig
from dacapo_engine.experiments.budgets.plateau_budget_config import PlateauBudgetConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_napari.forms.leaf_editor import CalmComboBox, CalmSpinBox

__all__ = ["BudgetRow", "IterationsBox", "Length"]

_MOST_ITERATIONS = 10**9
_ANY_NUMBER = 1_000_000
_DEFAULT_ITERATIONS = 30_000
_DEFAULT_MINUTES, _MOST_MINUTES = 45, 60 * 24 * 365

_KINDS = {
    "minutes": ("for a time", "The time becomes a number of iterations once the speed is known."),
    "overnight": ("overnight", "Until the next morning, or for 12 hours when it is morning now."),
    "iterations": ("iterations", "As many steps as you say."),
    "plateau": (
        "until it stops improving",
        "Ends when five validations in a row brought nothing better.",
    ),
}


@dataclass(frozen=True)
class Length:
    """How long a run trains.

    Attributes
    ----------
    num_iterations
        The last iteration, or the most there can be.
    budget
        What ends it before; None for nothing.
    """

    num_iterations: int
    budget: BudgetConfig | None = None

    @classmethod
    def of(cls, config: RunConfig) -> Length:
        """How long a run trains."""
        return cls(config.num_iterations, config.budget_config)

    @property
    def words(self) -> str:
        """``45 minutes`` or ``8,000 iterations``."""
        return self.budget.words if self.budget else f"{self.num_iterations:,} iterations"


class IterationsBox(CalmSpinBox):
    """Keeps what was entered, by hand or by a script, from being replaced by a suggestion.

    Signals
    -------
    entered()
        Somebody, or a script, has entered a number.
    """

    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(1, _MOST_ITERATIONS)
        self.setGroupSeparatorShown(True)
        super().setValue(_DEFAULT_ITERATIONS)
        self.valueChanged.connect(self.entered)

    def setValue(self, value: int) -> None:
        """Enter a number."""
        super().setValue(value)
        self.entered.emit()

    def fill(self, value: int) -> None:
        """Show a number that nobody has entered."""
        blocker = QSignalBlocker(self)
        super().setValue(min(value, _MOST_ITERATIONS))
        blocker.unblock()


class BudgetRow(QWidget):
    """A kind of budget, and its number.

    Entering iterations, by hand or by a script, chooses iterations.

    Attributes
    ----------
    iterations
        The last iteration, or the most there can be.

    Signals
    -------
    changed()
        Another budget was entered.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = CalmComboBox(self)
        self._minutes = CalmSpinBox(self)
        self.iterations = IterationsBox(self)
        self._at_most = QLabel("at most", self)
        self._pages = QStackedWidget(self)
        self._budget: BudgetConfig | None = None
        self._set_up()
        self._lay_out()
        self._show_kind()

    def length(self) -> Length:
        """What is entered."""
        kind, iterations = self._kind.currentData(), self.iterations.value()
        if kind == "iterations":
            return Length(iterations)
        most = iterations if kind == "plateau" else max(iterations, _ANY_NUMBER)
        return Length(most, self._shown_budget(kind))

    def fill(self, length: Length) -> None:
        """Show how long a run trains."""
        self._budget = length.budget
        kind = length.budget.type if length.budget is not None else "iterations"  # type: ignore[attr-defined]
        blockers = [QSignalBlocker(each) for each in (self._kind, self._minutes)]
        self._kind.setCurrentIndex(max(0, self._kind.findData(kind)))
        if isinstance(length.budget, MinutesBudgetConfig):
            self._minutes.setValue(max(1, round(length.budget.minutes)))
        for blocker in blockers:
            blocker.unblock()
        self.iterations.fill(length.num_iterations)
        self._show_kind()

    def setFocusOnNumber(self) -> None:
        """Let the user enter another number."""
        number = self._minutes if self._kind.currentData() == "minutes" else self.iterations
        number.setFocus(Qt.FocusReason.OtherFocusReason)

    def _shown_budget(self, kind: str) -> BudgetConfig:
        """The budget of a kind; one that was filled in keeps what is not shown of it."""
        filled = self._budget
        if kind == "minutes":
            minutes = float(self._minutes.value())
            if isinstance(filled, MinutesBudgetConfig) and round(filled.minutes) == minutes:
                return filled
            return MinutesBudgetConfig(minutes=minutes)
        if kind == "overnight":
            return filled if isinstance(filled, OvernightBudgetConfig) else OvernightBudgetConfig()
        return filled if isinstance(filled, PlateauBudgetConfig) else PlateauBudgetConfig()

    def _set_up(self) -> None:
        for kind, (text, help_text) in _KINDS.items():
            self._kind.addItem(text, kind)
            self._kind.setItemData(self._kind.count() - 1, help_text, Qt.ItemDataRole.ToolTipRole)
        self._kind.setObjectName("train.budget")
        self._kind.setToolTip("What ends the training. It can be stopped before, and continued.")
        self._minutes.setObjectName("train.minutes")
        self._minutes.setRange(1, _MOST_MINUTES)
        self._minutes.setValue(_DEFAULT_MINUTES)
        self._minutes.setSuffix(" minutes")
        self._minutes.setToolTip("How long the whole run takes, validations included.")
        self.iterations.setObjectName("train.iterations")
        self.iterations.setToolTip("How many steps to train. More can be added later.")
        self._kind.currentIndexChanged.connect(self._on_kind_changed)
        self._minutes.valueChanged.connect(self.changed)
        self.iterations.entered.connect(self._on_iterations_entered)

    def _lay_out(self) -> None:
        most = QWidget(self)
        line = QHBoxLayout(most)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._at_most)
        line.addWidget(self.iterations, 1)
        morning = QLabel("until 8:00", self)
        morning.setToolTip(_KINDS["overnight"][1])
        for page in (self._minutes, morning, most):
            self._pages.addWidget(page)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        self._grid.addWidget(self._kind, 0, 0)

    def _show_kind(self) -> None:
        """Put the number beside the kind, or below one of many words."""
        kind = str(self._kind.currentData())
        page = {"minutes": 0, "overnight": 1}.get(kind, 2)
        self._pages.setCurrentIndex(page)
        self._at_most.setVisible(kind == "plateau")
        is_long = kind == "plateau"
        self._grid.addWidget(self._kind, 0, 0, 1, 2 if is_long else 1)
        self._grid.addWidget(self._pages, int(is_long), int(not is_long), 1, 2 if is_long else 1)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)

    def _on_kind_changed(self) -> None:
        if self._kind.currentData() == "iterations" and self.iterations.value() >= _ANY_NUMBER:
            self.iterations.fill(_DEFAULT_ITERATIONS)
        self._show_kind()
        self.changed.emit()

    def _on_iterations_entered(self) -> None:
        if self._kind.currentData() in {"minutes", "overnight"}:
            self._kind.setCurrentIndex(self._kind.findData("iterations"))
        self.changed.emit()
