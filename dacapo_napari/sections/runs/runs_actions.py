"""What can be done with the runs selected: in buttons and in a menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from dacapo_engine.store.run_summary import UNREADABLE, RunSummary

__all__ = ["RunActions"]

Runs = Sequence[RunSummary]


@dataclass(frozen=True)
class _Verb:
    """One thing that can be done.

    Attributes
    ----------
    fits
        Whether it can be done with these runs.
    button
        Whether it has a button of its own.
    """

    name: str
    text: str
    tip: str
    fits: Callable[[Runs], bool]
    button: bool = False


def _is_one(runs: Runs) -> bool:
    return len(runs) == 1 and _are_readable(runs)


def _are_readable(runs: Runs) -> bool:
    return all(run.state != UNREADABLE for run in runs)


def _can_go_on(runs: Runs) -> bool:
    return _is_one(runs) and not runs[0].alive


def _can_branch(runs: Runs) -> bool:
    return _is_one(runs) and runs[0].iteration > 0


def _can_compare(runs: Runs) -> bool:
    return len(runs) in {1, 2} and _are_readable(runs)


def _can_delete(runs: Runs) -> bool:
    return len(runs) > 0 and not any(run.alive for run in runs)


_VERBS = (
    _Verb(
        "show", "Show", "Shows its curve, its snapshots and its settings here, and "
        "follows it (Enter).",
        _is_one, button=True,
    ),
    _Verb(
        "continue", "Continue", "Opens what it learnt from and trains on from its last weights.",
        _can_go_on, button=True,
    ),
    _Verb(
        "branch", "Branch…", "Begins a new run with its weights of an iteration, and other "
        "settings.", _can_branch, button=True,
    ),
    _Verb(
        "compare", "Compare", "Tells in what the settings of two runs differ; of one, from the "
        "forms above.", _can_compare, button=True,
    ),
    _Verb(
        "restore", "Restore settings", "Fills the forms with its settings, for a new run.",
        _is_one,
    ),
    _Verb(
        "star", "Star", "Marks the runs, or takes the mark away. Sorted by name, they come first.",
        lambda runs: len(runs) > 0,
    ),
    _Verb(
        "open_folder", "Open folder", "Shows its folder in the file manager.",
        lambda runs: len(runs) == 1,
    ),
    _Verb(
        "delete", "Delete…", "Asks, and then deletes its folder (Del). Not while it is in "
        "training.", _can_delete,
    ),
)  # fmt: skip


class RunActions(QObject):
    """Actions that are enabled by what is selected.

    Signals
    -------
    wanted(str)
        The name of what is to be done with the runs selected.
    """

    wanted = Signal(str)

    def __init__(self, table: QWidget) -> None:
        super().__init__(table)
        self._actions: dict[str, QAction] = {}
        self._buttons: dict[str, QPushButton] = {}
        self.menu = QMenu(table)
        self.menu.setToolTipsVisible(True)
        for verb in _VERBS:
            self._add(verb, table)
        self.enable(())

    def enable(self, runs: Runs) -> None:
        """Enable what can be done with `runs`."""
        for verb in _VERBS:
            self._actions[verb.name].setEnabled(verb.fits(runs))
            if verb.name in self._buttons:
                self._buttons[verb.name].setEnabled(verb.fits(runs))

    def buttons(self, parent: QWidget) -> QHBoxLayout:
        """A line of buttons; the last one holds everything."""
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for verb in _VERBS:
            if verb.button:
                line.addWidget(self._button(verb, parent), 1)
        more = QPushButton("More", parent)
        more.setObjectName("runs.more")
        more.setToolTip("Everything that can be done with the runs selected.")
        more.setMenu(self.menu)
        line.addWidget(more, 1)
        self.enable(())
        return line

    def action(self, name: str) -> QAction:
        """The action of this name."""
        return self._actions[name]

    def _add(self, verb: _Verb, table: QWidget) -> None:
        action = QAction(verb.text, table)
        action.setObjectName(f"runs.{verb.name}.action")
        action.setToolTip(verb.tip)
        action.setData(verb.name)
        action.triggered.connect(self._on_triggered)
        if verb.name in {"restore", "delete"}:
            self.menu.addSeparator()
        self.menu.addAction(action)
        self._actions[verb.name] = action

    def _on_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.wanted.emit(str(action.data()))

    def _button(self, verb: _Verb, parent: QWidget) -> QPushButton:
        button = QPushButton(verb.text, parent)
        button.setObjectName(f"runs.{verb.name}")
        button.setToolTip(verb.tip)
        button.clicked.connect(self._actions[verb.name].trigger)
        self._buttons[verb.name] = button
        return button
