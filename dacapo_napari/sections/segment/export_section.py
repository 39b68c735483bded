"""What a run gives to others: its model, its numbers, and what it is in words."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dacapo_engine.export.export_tables import write_curve, write_scores
from dacapo_napari.engine.dock_link import DockLink
from dacapo_napari.engine.engine_service import EngineService, ServiceAnswer
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_weights import RunWeights
from dacapo_napari.sections.narrow_form import NarrowForm
from dacapo_napari.sections.section import Section, SectionState
from dacapo_napari.sections.segment.weights_combo import WeightsCombo
from dacapo_napari.sections.train.banner import Banner
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["ExportSection"]

_LATER = "after the first checkpoint"


class ExportSection(Section):
    """Buttons that write files, and text that can be copied.

    Parameters
    ----------
    link, service
        Threads and helper of the dock.
    """

    def __init__(
        self, link: DockLink, service: EngineService, parent: QWidget | None = None
    ) -> None:
        super().__init__("Export", "export", parent)
        self._link = link
        self._service = service
        self._run: RunWeights | None = None
        self._described: tuple[object, ...] = ()
        self._command = ""
        self.weights = WeightsCombo(self)
        self.model = self._make_button("model", "Model…", "Writes a file that segments elsewhere.")
        self.curve = self._make_button("curve", "Curve…", "Writes every loss as a CSV table.")
        self.scores = self._make_button("scores", "Scores…", "Writes every score as a CSV table.")
        self.copy_methods = self._make_button("copy_methods", "Copy text", "Copies the paragraph.")
        self.copy_command = self._make_button(
            "copy_command", "Copy command", "Copies the command line that repeats this run."
        )
        self.methods = QLabel("", self)
        self.status = QLabel("", self)
        self.error = Banner("export.error", self)
        self._set_up()
        self._lay_out()
        self._connect()
        self.show_run(None)

    def show_run(self, run: RunWeights | None) -> None:
        """Offer what there is of a run; None before its first checkpoint."""
        self._run = run
        for button in (self.model, self.curve, self.scores, self.copy_command, self.copy_methods):
            button.setEnabled(run is not None)
        self.weights.show_run(run)
        if run is None:
            self.set_state(SectionState.TO_DO, _LATER)
            return
        self.set_state(SectionState.READY, f"{run.folder.name}: model, tables, methods")
        self._describe()

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        super().set_theme(colours)
        self.error.set_theme(colours)

    def _describe(self, unfolded: bool = True) -> None:
        """Let the engine tell what the run is, once somebody looks, and whenever it changed."""
        run = self._run
        if run is None or not self.is_unfolded():
            return
        known = (run.folder.path, run.iterations[-1:], len(run.best))
        if known == self._described:
            return
        self._described = known
        self.methods.setText("Looking at the run…")
        question = {"run": str(run.folder.path)}
        self._service.ask("describe", "describe_run", question, self._on_described, self._fail)

    def _on_described(self, answer: ServiceAnswer) -> None:
        self.methods.setText(str(answer.result["methods"]))
        self._command = str(answer.result["command"])

    def _on_model(self) -> None:
        target = self._ask_where("Export the model", ".zip", "Model (*.zip)")
        if target is None or self._run is None:
            return
        self._begin(f"Writing {target.name}…")
        weights = self.weights.weights()
        question = {
            "run": str(self._run.folder.path),
            "target": str(target),
            "iteration": weights.iteration,
            "criterion": weights.criterion,
        }

        def on_written(answer: ServiceAnswer) -> None:
            self.status.setText(f"{target.name} holds {answer.result['text']}.")

        self._service.ask("export", "export_run", question, on_written, self._fail)

    def _on_curve(self) -> None:
        target = self._ask_where("Save the curve", "-curve.csv", "Table (*.csv)")
        if target is not None and self._run is not None:
            self._begin(f"Writing {target.name}…")
            self._link.call("curve table", write_curve, self._run.folder, target).begin(
                lambda count: self.status.setText(f"{target.name} has {count:,} iterations."),
                self._fail,
            )

    def _on_scores(self) -> None:
        target = self._ask_where("Save the scores", "-scores.csv", "Table (*.csv)")
        if target is not None and self._run is not None:
            self._begin(f"Writing {target.name}…")
            self._link.call("score table", write_scores, self._run.folder, target).begin(
                lambda count: self.status.setText(f"{target.name} has {count:,} lines."),
                self._fail,
            )

    def _ask_where(self, title: str, ending: str, kinds: str) -> Path | None:
        if self._run is None:
            return None
        start = str(Path.home() / f"{self._run.folder.name}{ending}")
        chosen, _ = QFileDialog.getSaveFileName(self, title, start, kinds)
        suffix = Path(ending).suffix or ending
        if not chosen:
            return None
        return Path(chosen if chosen.lower().endswith(suffix) else chosen + suffix)

    def _begin(self, words: str) -> None:
        self.error.setText("")
        self.status.setText(words)

    def _fail(self, failure: Failed) -> None:
        self.status.setText("")
        self._described = ()
        self.error.setText(str(failure))

    def _copy(self, text: str, what: str) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None and text:
            clipboard.setText(text)
            self.status.setText(f"{what} is copied.")

    def _make_button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(f"export.{name}")
        button.setToolTip(tip)
        return button

    def _set_up(self) -> None:
        self.weights.setObjectName("export.iteration")
        self.weights.setToolTip("Which weights the model gets.")
        self.methods.setObjectName("export.methods")
        self.status.setObjectName("export.status")
        self.methods.setToolTip("Facts of this run, for the methods section of a paper.")
        for label in (self.methods, self.status):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _connect(self) -> None:
        self.model.clicked.connect(self._on_model)
        self.curve.clicked.connect(self._on_curve)
        self.scores.clicked.connect(self._on_scores)
        self.copy_methods.clicked.connect(lambda: self._copy(self.methods.text(), "The paragraph"))
        self.copy_command.clicked.connect(lambda: self._copy(self._command, "The command"))
        self._button.toggled.connect(self._describe)

    def _lay_out(self) -> None:
        form = NarrowForm(self)
        form.add_row("Weights", self.weights)
        files, copies = QHBoxLayout(), QHBoxLayout()
        for button in (self.model, self.curve, self.scores):
            files.addWidget(button)
        copies.addWidget(self.copy_methods)
        copies.addWidget(self.copy_command)
        title = QLabel("For a methods section", self)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(form)
        layout.addLayout(files)
        layout.addWidget(title)
        layout.addWidget(self.methods)
        layout.addLayout(copies)
        layout.addWidget(self.status)
        layout.addWidget(self.error)
