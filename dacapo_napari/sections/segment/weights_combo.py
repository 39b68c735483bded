"""Choice of the weights of a run."""

from __future__ import annotations

import re

from qtpy.QtCore import QSignalBlocker
from qtpy.QtWidgets import QWidget

from dacapo_napari.forms.leaf_editor import CalmComboBox
from dacapo_napari.runs.run_weights import RunWeights
from dacapo_napari.runs.segment_request import Weights

__all__ = ["WeightsCombo"]


class WeightsCombo(CalmComboBox):
    """The best by each criterion, the newest, each iteration that is kept; or a number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(CalmComboBox.InsertPolicy.NoInsert)
        self._suggested = "best"
        self.show_run(None)

    def show_run(self, run: RunWeights | None) -> None:
        """Offer what there is of a run; what somebody chose stays where it can."""
        offered = _offers(run)
        suggested = run.suggested if run is not None else "best"
        same = [self.itemText(n) for n in range(self.count())] == list(offered)
        if same and suggested == self._suggested:
            return
        chosen = self.currentText()
        if chosen in ("", self._suggested):
            chosen = suggested
        self._suggested = suggested
        blocker = QSignalBlocker(self)
        self.clear()
        for text, weights in offered.items():
            self.addItem(text, weights)
        known = {self._key(text): text for text in offered}
        self.setEditText(known.get(self._key(chosen), chosen))
        self.setCurrentIndex(self.findText(self.currentText()))
        blocker.unblock()

    def weights(self) -> Weights:
        """What is chosen, or typed."""
        text = self.currentText().strip()
        index = self.findText(text)
        if index >= 0:
            known: Weights = self.itemData(index)
            return known
        number = re.search(r"\d+", text)
        if text.startswith("best by "):
            return Weights("best", text.removeprefix("best by ").split(" (")[0].replace(" ", "_"))
        return Weights(number.group() if number else text or "best")

    @staticmethod
    def _key(text: str) -> str:
        """A score that has become better is still of the same criterion."""
        return text.split(" (")[0]


def _offers(run: RunWeights | None) -> dict[str, Weights]:
    if run is not None and run.is_model:
        return {"best": Weights("best")}
    offers = {"best": Weights("best"), "latest": Weights("latest")}
    if run is None:
        return offers
    for criterion, score in run.best.items():
        words = criterion.replace("_", " ")
        seen = ", optimistic" if run.optimistic else ""
        text = f"best by {words} ({score.value:.3f} at {score.iteration:,}{seen})"
        offers[text] = Weights("best", criterion)
    for iteration in reversed(run.iterations):
        offers[f"iteration {iteration}"] = Weights(str(iteration))
    return offers
