"""Going on with a run of the folder: its layers are opened again, and labels compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Image, Labels
from qtpy.QtCore import QObject, Signal

from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState
from dacapo_napari.dock.data.volume_report import VolumeReport
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.layers.run_inputs import (
    MOST_VOLUMES,
    RunInput,
    StoredRun,
    find_layer,
    open_layer,
    read_stored_run,
    volume_of,
)
from dacapo_napari.plugin_settings import engine_python
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_origin import GrownLabels, RunOrigin
from dacapo_napari.runs.run_setup import TrainingRequest
from dacapo_napari.volumes.chosen_volume import ChosenVolume
from dacapo_napari.volumes.label_growth import MOST_VOXELS, measure_growth
from dacapo_napari.volumes.layer_volume import LayerVolume

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
        # Before the volumes of the run are chosen: what is new are those of the user.
        more = self._new_volumes(run) if run.num_volumes <= MOST_VOLUMES else []
        self._choose(run)
        grown = [each for each in labels if each.more]
        if grown or more:
            self._ask_for_new_labels(run, grown, more)
        else:
            self._go_on(run)

    def _on_failed(self, failure: Failed) -> None:
        self.said.emit("")
        self.failed.emit(failure)

    def _open_raw(self, each: RunInput) -> None:
        if self._raw_layer(each) is None:
            data, limits = each.raw.placed.data, each.limits or (0.0, 1.0)
            open_layer(self._session.viewer, each.raw, each.name, data, contrast_limits=limits)

    def _find_labels(self, each: RunInput) -> _Labels:
        layer = self._labels_layer(each)
        return _Labels(each, None if layer is None else volume_of(layer, each.labels))

    def _raw_layer(self, each: RunInput) -> Layer | None:
        return find_layer(self._session.viewer, each.raw, each.name)

    def _chosen(self, each: RunInput) -> list[ChosenVolume]:
        """What is chosen in Data for its image."""
        raw = self._raw_layer(each)
        reports = self._composer.data.volumes.reports
        return [r.chosen for r in reports if raw is not None and r.chosen.raw is raw]

    def _labels_layer(self, each: RunInput) -> Layer | None:
        """The layer of its labels: those chosen for its image count, whatever they are called."""
        chosen = [c.labels for c in self._chosen(each) if isinstance(c.labels, Labels)]
        return find_layer(self._session.viewer, each.labels, f"{each.name} labels", *chosen)

    def _meaning(self, each: RunInput) -> LabelMeaning | None:
        said = [chosen.meaning for chosen in self._chosen(each)]
        return next((meaning for meaning in said if meaning != BACKGROUND_EVERYWHERE), None)

    def _choose(self, run: StoredRun) -> None:
        """Let the Data section show the first volume of the run, where it shows nothing yet."""
        data = self._composer.data
        if data.is_complete():
            return
        for each in run.inputs[:1]:
            data.raw_combo.set_layer(self._raw_layer(each))
            data.labels_combo.set_layer(self._labels_layer(each))

    def _new_volumes(self, run: StoredRun) -> list[VolumeReport]:
        """Volumes chosen in Data that were measured, and that the run has not learnt from."""
        known = [self._raw_layer(each) for each in run.inputs]
        return [
            report
            for report in self._composer.data.volumes.reports
            if report.data is not None
            and report.facts is not None
            and isinstance(report.chosen.raw, Image)
            and report.chosen.raw not in known
        ]

    def _ask_for_new_labels(
        self, run: StoredRun, grown: list[_Labels], more: list[VolumeReport]
    ) -> None:
        count = sum(each.more for each in grown)
        count += sum(report.facts.num_objects for report in more if report.facts is not None)
        objects = f"{count:,} object{'s' * (count != 1)}"
        names = [each.layer.name for each in grown if each.layer is not None]
        names += [report.data.first.name for report in more if report.data is not None]
        answers: list[Answer] = [
            ("Use them, in a new run", partial(self._use_new_labels, run, grown, more)),
            ("Go on without", partial(self._go_on, run)),
            ("Cancel", None),
        ]
        has = "has" if len(names) == 1 else "have"
        words = f"{', '.join(names)} {has} {objects} more than {run.folder.name} learnt from: "
        self.asked.emit(f"{words}use them?", answers)

    def _use_new_labels(
        self, run: StoredRun, grown: list[_Labels], more: list[VolumeReport]
    ) -> None:
        labels = tuple(
            GrownLabels(each.input.labels.config, each.layer, self._meaning(each.input))
            for each in grown
            if each.layer is not None
        )
        volumes = [volume for report in more if report.data for volume in report.data.volumes]
        origin = RunOrigin(run.folder, run.criterion, grown=labels, more=tuple(volumes))
        folder = RunFolder.of(run.folder.path.parent, run.next_name)
        self._start(folder, run.config, origin)

    def _go_on(self, run: StoredRun) -> None:
        status = run.status
        done = status.iteration if status is not None else 0
        ended = status is not None and status.state is RunState.FINISHED
        if not ended and done < run.config.train_until:
            self._start(run.folder, run.config)
            return
        longer = run.config.replace(num_iterations=2 * done, budget_config=None)
        answers: list[Answer] = [
            (f"Train {done:,} more", partial(self._start, run.folder, longer)),
            ("Cancel", None),
        ]
        self.asked.emit(f"{run.folder.name} has ended after {done:,} iterations.", answers)

    def _start(self, folder: RunFolder, config: RunConfig, origin: RunOrigin | None = None) -> None:
        composer = self._composer
        composer.fill(config)
        self.ready.emit(
            TrainingRequest(
                folder=folder,
                data=None,
                settings=None,
                num_iterations=config.num_iterations,
                budget=config.budget_config,
                device=composer.run.device_name() or "auto",
                python=engine_python(),
                in_thread=composer.run.in_thread.isChecked(),
                origin=origin,
            )
        )


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
