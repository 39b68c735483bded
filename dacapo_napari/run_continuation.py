"""Going on with a run of the folder: its layers are opened again, and labels compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QObject, Signal

from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.run_summary import best_scores
from dacapo_napari.label_growth import MOST_VOXELS, measure_growth
from dacapo_napari.layer_volume import LayerVolume
from dacapo_napari.plugin_settings import engine_python
from dacapo_napari.run_composer import RunComposer
from dacapo_napari.run_inputs import (
    RunInput,
    StoredRun,
    find_layer,
    open_layer,
    read_stored_run,
    volume_of,
)
from dacapo_napari.run_origin import GrownLabels, RunOrigin
from dacapo_napari.run_setup import TrainingRequest, free_name
from dacapo_napari.run_updates import Failed

if TYPE_CHECKING:
    from napari.layers import Layer

__all__ = ["Answer", "RunContinuation"]

Answer = tuple[str, Callable[[], None] | None]


@dataclass(frozen=True)
class _Labels:
    """Labels of a run beside the layer that shows them.

    Attributes
    ----------
    values
        The stored labels, read; None where a layer of them is open.
    more
        How many objects the layer holds beyond them.
    """

    input: RunInput
    layer: LayerVolume | None
    values: Any = None
    more: int = 0


class RunContinuation(QObject):
    """Opens what a run learnt from, asks whether labels that have come are wanted, and goes on.

    Signals
    -------
    asked(str, list[Answer])
        A question with its answers; the last one changes nothing.
    said(str)
        What is being done; empty when it is done.
    ready(TrainingRequest)
        What is to be started.
    failed(Failed)
        Why the run cannot go on.
    """

    asked = Signal(str, object)
    said = Signal(str)
    ready = Signal(object)
    failed = Signal(object)

    def __init__(self, composer: RunComposer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._session = composer.session

    def begin(self, folder: RunFolder) -> None:
        """Go on with the run in `folder`."""
        self.said.emit(f"Opening the volumes of {folder.name}…")
        self._session.call("continue", read_stored_run, folder).begin(
            self._on_read, self._on_failed
        )

    def _on_read(self, run: StoredRun) -> None:
        for each in run.inputs:
            self._open_raw(each)
        found = [self._find_labels(each) for each in run.inputs]
        self._session.call("continue", _compare, found).begin(
            partial(self._on_compared, run), self._on_failed
        )

    def _on_compared(self, run: StoredRun, labels: list[_Labels]) -> None:
        self.said.emit("")
        for each in labels:
            if each.layer is None and each.values is not None:
                name = f"{each.input.name} labels"
                open_layer(self._session.viewer, each.input.labels, name, each.values, opacity=0.5)
        self._choose(run)
        grown = [each for each in labels if each.more]
        if grown:
            self._ask_for_new_labels(run, grown)
        else:
            self._go_on(run)

    def _on_failed(self, failure: Failed) -> None:
        self.said.emit("")
        self.failed.emit(failure)

    def _open_raw(self, each: RunInput) -> None:
        viewer, chosen = self._session.viewer, self._composer.data.raw_combo.layer()
        if find_layer(viewer, each.raw, each.name, *_given(chosen)) is None:
            data, limits = each.raw.placed.data, each.limits or (0.0, 1.0)
            open_layer(viewer, each.raw, each.name, data, contrast_limits=limits)

    def _find_labels(self, each: RunInput) -> _Labels:
        layer = self._labels_layer(each)
        return _Labels(each, None if layer is None else volume_of(layer, each.labels))

    def _labels_layer(self, each: RunInput) -> Layer | None:
        chosen = _given(self._composer.data.labels_combo.layer())
        return find_layer(self._session.viewer, each.labels, f"{each.name} labels", *chosen)

    def _choose(self, run: StoredRun) -> None:
        """Let the Data section show the first volume of the run."""
        data = self._composer.data
        for each in run.inputs[:1]:
            chosen = _given(data.raw_combo.layer())
            data.raw_combo.set_layer(find_layer(self._session.viewer, each.raw, each.name, *chosen))
            data.labels_combo.set_layer(self._labels_layer(each))

    def _ask_for_new_labels(self, run: StoredRun, grown: list[_Labels]) -> None:
        more = sum(each.more for each in grown)
        objects = f"{more:,} object{'s' * (more != 1)}"
        names = ", ".join(each.layer.name for each in grown if each.layer is not None)
        answers: list[Answer] = [
            ("Use them, in a new run", partial(self._use_new_labels, run, grown)),
            ("Go on without", partial(self._go_on, run)),
            ("Cancel", None),
        ]
        words = f"{names} has {objects} more than {run.folder.name} learnt from: use them?"
        self.asked.emit(words, answers)

    def _use_new_labels(self, run: StoredRun, grown: list[_Labels]) -> None:
        labels = tuple(
            GrownLabels(each.input.labels.config, each.layer)
            for each in grown
            if each.layer is not None
        )
        criterion = "best" if best_scores(run.folder) else "latest"
        origin = RunOrigin(run.folder, criterion, grown=labels)
        runs = run.folder.path.parent
        folder = RunFolder.of(runs, free_name(runs, run.folder.name))
        self._start(run, folder, run.config.num_iterations, origin)

    def _go_on(self, run: StoredRun) -> None:
        done = run.status.iteration if run.status is not None else 0
        length = run.config.train_until
        if done < length:
            self._start(run, run.folder, run.config.num_iterations)
            return
        answers: list[Answer] = [
            (f"Train {length:,} more", partial(self._start, run, run.folder, done + length)),
            ("Cancel", None),
        ]
        self.asked.emit(f"{run.folder.name} has trained all its {length:,} iterations.", answers)

    def _start(
        self, run: StoredRun, folder: RunFolder, length: int, origin: RunOrigin | None = None
    ) -> None:
        composer = self._composer
        config = run.config
        if length != config.num_iterations:
            # More than it was to train: its time is over, iterations count.
            config = config.replace(num_iterations=length, budget_config=None)
        composer.fill(config)
        self.ready.emit(
            TrainingRequest(
                folder=folder,
                data=None,
                settings=None,
                num_iterations=length,
                device=composer.run.device_name() or "auto",
                python=engine_python(),
                in_thread=composer.run.in_thread.isChecked(),
                origin=origin,
                budget=config.budget_config,
            )
        )


def _given(layer: Layer | None) -> tuple[Layer, ...]:
    return () if layer is None else (layer,)


def _compare(found: list[_Labels]) -> list[_Labels]:
    """Count what has come in layers that are open, and read the labels of those that are not."""
    return [_compared(each) for each in found]


def _compared(each: _Labels) -> _Labels:
    stored = each.input.labels.placed.data
    if each.layer is not None:
        return _Labels(each.input, each.layer, more=measure_growth(stored, each.layer).more)
    if np.prod(stored.shape, dtype=float) > MOST_VOXELS:
        # Nobody can paint in what is only read where it is looked at, but it can be seen.
        return _Labels(each.input, None, stored)
    return _Labels(each.input, None, np.array(stored[...]))
