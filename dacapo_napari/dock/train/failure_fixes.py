"""What can be done about a failure: each kind of it has its ways out, as buttons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qtpy.QtCore import QObject, QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import QApplication, QFileDialog

from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.smaller_run import smaller
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import to_yaml
from dacapo_napari.dock.train.failure_report import failure_report
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.engine.engine_thread import OUTPUT_NAME
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_origin import RunOrigin
from dacapo_napari.runs.run_setup import free_name
from dacapo_napari.sections.train.banner import Banner, Fix

__all__ = ["FailureFixes"]

_LOWER_RATES = ((0.1, "Go on at rate"), (0.5, "At rate"))


class FailureFixes(QObject):
    """Shows a failure in the banner, with buttons that do something about it.

    Parameters
    ----------
    start
        Trains what the sections describe.
    """

    def __init__(
        self,
        composer: RunComposer,
        banner: Banner,
        start: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._composer = composer
        self._session = composer.session
        self._banner = banner
        self._start = start
        self._failure: Failed | None = None
        self._ways = {
            "out_of_memory": self._smaller,
            "killed": self._smaller,
            "diverged": self._lower_rates,
            "disk_full": self._other_folder,
            "store": self._other_folder,
            "device": self._processor,
            "in_use": self._other_run,
            "duplicate_name": self._other_name,
        }
        banner.copy_wanted.connect(self._on_copy)
        banner.log_wanted.connect(self._on_log)

    def show(self, failure: Failed) -> None:
        """Say what went wrong and offer what helps."""
        self._failure = failure
        self._banner.setText(str(failure))
        ways = self._ways.get(failure.code)
        self._banner.set_fixes(ways() if ways is not None else ())
        self._banner.set_log(self._log_file() is not None)

    def _smaller(self) -> tuple[Fix, ...]:
        config = self._config()
        found = smaller(config) if config is not None else None
        if found is None:
            return ()
        change = found.config
        return (Fix(found.button, lambda: self._go_on_as(change), found.sentence),)

    def _lower_rates(self) -> tuple[Fix, ...]:
        config = self._config()
        rate = getattr(config.trainer_config, "learning_rate", None) if config else None
        if config is None or not rate:
            return ()
        return tuple(self._lower_rate(config, rate * share, verb) for share, verb in _LOWER_RATES)

    def _lower_rate(self, config: RunConfig, rate: float, verb: str) -> Fix:
        change = config.replace(trainer_config=config.trainer_config.replace(learning_rate=rate))
        return Fix(
            f"{verb} {rate:.2g}",
            lambda: self._go_on_as(change),
            f"Goes on from the last weights, with a learning rate of {rate:.2g}.",
        )

    def _other_folder(self) -> tuple[Fix, ...]:
        return (Fix("Choose another folder…", self._choose_folder, "Keeps the run elsewhere."),)

    def _processor(self) -> tuple[Fix, ...]:
        if self._composer.run.device_name() == "cpu":
            return ()
        return (Fix("Use the processor", self._use_processor, "Slower, and always there."),)

    def _other_run(self) -> tuple[Fix, ...]:
        return (Fix("Show that run", self._show_run, "Follows the training that goes on."),)

    def _other_name(self) -> tuple[Fix, ...]:
        return (
            Fix(
                "Start under another name",
                self._rename,
                "Leaves that run as it is, and begins a new one.",
            ),
        )

    def _config(self) -> RunConfig | None:
        look = self._session.look
        return look.config if look is not None else None

    def _go_on_as(self, change: RunConfig) -> None:
        """Train with changed settings: a run that has begun keeps its own, so a new one starts."""
        self._banner.setText("")
        folder = self._session.folder
        if folder is None or not self._session.has_begun:
            self._composer.fill(change)
            if folder is None or self._composer.data.is_complete():
                self._start()
                return
            self._session.call("rewrite", write_text, folder.run_file, to_yaml(change)).begin(
                lambda nothing: self._start(), self.show
            )
            return
        self._session.call("descendant", _descendant, folder).begin(
            lambda found: self._start_descendant(change, folder, *found), self.show
        )

    def _start_descendant(
        self, change: RunConfig, folder: RunFolder, name: str, has_weights: bool
    ) -> None:
        self._composer.run.set_name(name)
        self._composer.fill(change)
        self._composer.origin = RunOrigin(folder, "latest") if has_weights else None
        self._start()

    def _choose_folder(self) -> None:
        runs = self._composer.run.runs_folder
        chosen = QFileDialog.getExistingDirectory(runs, "Runs folder", runs.text())
        if chosen:
            runs.setText(chosen)
            self._start()

    def _use_processor(self) -> None:
        self._composer.run.device.setCurrentText("cpu")
        self._start()

    def _show_run(self) -> None:
        self._banner.setText("")
        self._session.link.let_go()
        self._composer.look()

    def _rename(self) -> None:
        runs, name = self._composer.run.runs(), self._composer.run.name()
        self._session.call("rename", free_name, runs, name).begin(self._start_as, self.show)

    def _start_as(self, name: str) -> None:
        self._composer.run.set_name(name)
        self._start()

    def _on_copy(self) -> None:
        # The banner may say something else meanwhile, which it has copied itself.
        if self._failure is not None and self._banner.whole_text() == str(self._failure):
            self._session.call("report", failure_report, self._failure, self._session.folder).begin(
                _copy, self.show
            )

    def _log_file(self) -> Path | None:
        folder = self._session.folder
        files = (folder.log_file, folder.path / OUTPUT_NAME) if folder is not None else ()
        return next((path for path in files if path.is_file()), None)

    def _on_log(self) -> None:
        log = self._log_file()
        if log is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(log)))


def _descendant(folder: RunFolder) -> tuple[str, bool]:
    """A free name for a run that goes on from that of `folder`, and whether that has weights."""
    has_weights = folder.checkpoints.is_dir() and any(folder.checkpoints.iterdir())
    return free_name(folder.path.parent, folder.name), has_weights


def _copy(report: str) -> None:
    clipboard = QApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(report)
