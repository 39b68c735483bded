"""Tries a run out before it starts, and says what was found."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dacapo_engine.checks.finding import CheckReport, Finding
from dacapo_engine.checks.size_words import bytes_words, seconds_words
from dacapo_engine.errors import DacapoError
from dacapo_napari.dock.train.check_fixes import apply_fix
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.engine.run_check import CheckedRun, RunCheck, request_key
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_setup import TrainingRequest
from dacapo_napari.sections.section import Section, SectionState
from dacapo_napari.sections.tab_order import follow_layout
from dacapo_napari.sections.train.finding_row import FindingRow
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["CheckSection"]

_STATES = {
    "green": SectionState.READY,
    "amber": SectionState.DOUBT,
    "red": SectionState.PROBLEM,
}
_OUTDATED = "Settings changed since: this is what was found before."


class CheckSection(Section):
    """Runs a check by itself or before Start, one at a time.

    Parameters
    ----------
    composer
        Describes the run; fixes change what it describes.

    Signals
    -------
    running_changed()
        A check begins, or has come to its end.
    refused(Finding)
        Start was pressed, and this speaks against it.
    failed(Failed)
        The check itself could not be made.
    """

    running_changed = Signal()
    refused = Signal(object)
    failed = Signal(object)

    def __init__(self, composer: RunComposer, parent: QWidget | None = None) -> None:
        super().__init__("Check", "check", parent)
        self._composer = composer
        self._session = composer.session
        self._check: RunCheck | None = None
        self._checked: CheckedRun | None = None
        self._go: Callable[[TrainingRequest], None] | None = None
        self._request: TrainingRequest | None = None
        self._rows: list[FindingRow] = []
        self._theme: ThemeColours | None = None
        self.button = QPushButton("Check", self)
        self.before_start = QCheckBox("before Start", self)
        self._outdated = QLabel(_OUTDATED, self)
        self._lay_out()
        self._connect()
        self.set_state(SectionState.TO_DO, "not run yet")

    @property
    def running(self) -> bool:
        """Whether a check is being made."""
        return self._check is not None

    @property
    def before_starting(self) -> bool:
        """Whether that check was made because Start was pressed."""
        return self.running and self._go is not None

    def gate(self, request: TrainingRequest, go: Callable[[TrainingRequest], None]) -> None:
        """Check `request`, then `go` unless something speaks against it.

        What was checked with the same settings, and a run that goes on, is not checked again.
        """
        known = self._checked
        goes_on = self._session.has_begun or (request.data is None and request.origin is None)
        if goes_on or not self.before_start.isChecked():
            go(request)
        elif known is not None and known.key == request_key(request):
            self._show(known)
            self._decide(known, request, go)
        elif self.running and self._request is not None and _alike(self._request, request):
            self._request, self._go = request, go
            self.running_changed.emit()
        else:
            self._begin(request, go)

    def cancel(self) -> None:
        """End the check that is being made; nothing starts."""
        if self._check is None:
            return
        self._check.cancel()
        self._end()
        self._show(self._checked)

    def fix(self, finding: Finding) -> bool:
        """Do what helps against a finding; whether something was changed."""
        return self._checked is not None and apply_fix(self._composer, self._checked, finding)

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        super().set_theme(colours)
        self._theme = colours
        for row in self._rows:
            row.set_theme(colours)

    def _lay_out(self) -> None:
        self.button.setObjectName("check.run")
        self.button.setToolTip(
            "Makes a few steps on the chosen device, in a process that ends: memory, disk, speed, "
            "and whether the data can be learnt from."
        )
        self.before_start.setObjectName("check.before_start")
        self.before_start.setChecked(True)
        self.before_start.setToolTip("Start checks first, unless nothing has changed since.")
        self._outdated.setObjectName("check.outdated")
        self._outdated.setWordWrap(True)
        self._outdated.hide()
        line = QHBoxLayout()
        line.addWidget(self.button, 1)
        line.addWidget(self.before_start)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self._outdated)
        layout.addLayout(self._list)

    def _connect(self) -> None:
        composer = self._composer
        self.button.clicked.connect(self._on_clicked)
        self._session.on_close(self._cancel_process)
        self._session.state_changed.connect(self._refresh)
        composer.data.changed.connect(self._on_changed)
        for section in composer.forms.sections:
            section.changed.connect(self._on_changed)
        composer.run.device.currentTextChanged.connect(self._on_changed)
        composer.run.runs_folder.textChanged.connect(self._on_changed)
        composer.said.connect(self._refresh)
        self._refresh()

    def _on_clicked(self) -> None:
        if self.running:
            self.cancel()
        else:
            self._try_out()

    def _try_out(self) -> None:
        try:
            request = self._composer.request()
        except DacapoError as error:
            self.failed.emit(Failed.of(error))
            return
        self._begin(request, None)

    def _begin(
        self, request: TrainingRequest, go: Callable[[TrainingRequest], None] | None
    ) -> None:
        if self._check is not None:
            self._check.cancel()
        self._check, self._request, self._go = RunCheck(request), request, go
        self.set_state(self.state, "checking…")
        self._session.call("check", self._check.run).begin(self._on_checked, self._on_failed)
        self._refresh()
        self.running_changed.emit()

    def _end(self) -> Callable[[TrainingRequest], None] | None:
        """Nothing is being checked any more; what was to be done afterwards."""
        go, self._check, self._go = self._go, None, None
        self._refresh()
        self.running_changed.emit()
        return go

    def _on_checked(self, found: CheckedRun | None) -> None:
        if found is None:
            return
        request, go = self._request, self._end()
        self._checked = found
        self._show(found)
        if go is not None and request is not None:
            self._decide(found, request, go)

    def _on_failed(self, failure: Failed) -> None:
        self._end()
        self.set_state(SectionState.PROBLEM, "could not be checked")
        self.failed.emit(failure)

    def _decide(
        self, found: CheckedRun, request: TrainingRequest, go: Callable[[TrainingRequest], None]
    ) -> None:
        worst = found.report.worst
        if worst is None or worst.level != "red":
            go(request)
            return
        self.set_unfolded(True)
        self.refused.emit(worst)

    def _show(self, found: CheckedRun | None) -> None:
        for row in self._rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._outdated.hide()
        findings = found.report.findings if found is not None else ()
        self._rows = [FindingRow(finding, self._on_fix, self) for finding in findings]
        for row in self._rows:
            self._list.addWidget(row)
            if self._theme is not None:
                row.set_theme(self._theme)
        follow_layout(self.content)
        if found is None:
            self.set_state(SectionState.TO_DO, "not run yet")
            return
        self.set_state(_STATES[found.report.level], report_words(found.report))
        seconds = found.report.figures.get("seconds_per_iteration")
        words = f"{seconds_words(seconds)} per iteration" if seconds is not None else ""
        self._composer.forms.model.preset.show_speed(words)

    def _on_fix(self, finding: Finding) -> None:
        if self.fix(finding):
            self._try_out()

    def _on_changed(self) -> None:
        """What was found is about other settings, unless they are changed back."""
        if self._checked is not None and not self.running:
            self._outdated.show()
            self.set_state(SectionState.TO_DO, "settings changed since")
        self._refresh()

    def _refresh(self, words: str = "") -> None:
        self.button.setText("Cancel" if self.running else "Check")
        described = self._composer.is_described and not self._session.active
        self.button.setEnabled(self.running or described)

    def _cancel_process(self) -> None:
        if self._check is not None:
            self._check.cancel()


def _alike(one: TrainingRequest, other: TrainingRequest) -> bool:
    return request_key(one) == request_key(other)


def report_words(report: CheckReport) -> str:
    """What a check found, in a line: the worst of it, else how long, how fast, how large."""
    worst = report.worst
    if worst is not None and worst.level == "red":
        return worst.sentence
    figures = report.figures
    parts = []
    if "seconds" in figures:
        parts.append(f"takes {seconds_words(figures['seconds'])}")
    if "peak_bytes" in figures:
        parts.append(bytes_words(figures["peak_bytes"]))
    looks = sum(finding.level == "amber" for finding in report.findings)
    if looks:
        parts.insert(0, f"{looks} to look at")
    return ", ".join(parts) or "fine"
