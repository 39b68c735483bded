"""What can be done about a finding of a check, in the forms."""

from __future__ import annotations

from qtpy.QtWidgets import QFileDialog

from dacapo_engine.checks.finding import Finding
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.smaller_run import smaller
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.engine.run_check import CheckedRun
from dacapo_napari.runs.run_settings import RunSettings

__all__ = ["apply_fix"]


def apply_fix(composer: RunComposer, checked: CheckedRun, finding: Finding) -> bool:
    """Change what the sections describe; whether anything was changed."""
    ways = {"smaller": _smaller, "tiny": _tiny, "folder": _folder, "workers": _workers}
    return finding.fix is not None and ways[finding.fix](composer, checked, finding)


def _smaller(composer: RunComposer, checked: CheckedRun, finding: Finding) -> bool:
    found = smaller(_as_shown(composer, checked))
    if found is None:
        return False
    composer.forms.fill(RunSettings.of(found.config))
    return True


def _tiny(composer: RunComposer, checked: CheckedRun, finding: Finding) -> bool:
    composer.forms.model.use_preset("tiny")
    return True


def _folder(composer: RunComposer, checked: CheckedRun, finding: Finding) -> bool:
    runs = composer.run.runs_folder
    chosen = QFileDialog.getExistingDirectory(runs, "Runs folder", runs.text())
    if chosen:
        runs.setText(chosen)
    return bool(chosen)


def _workers(composer: RunComposer, checked: CheckedRun, finding: Finding) -> bool:
    config = _as_shown(composer, checked)
    trainer = config.trainer_config.replace(num_data_fetchers=finding.value or 1)
    composer.forms.fill(RunSettings.of(config.replace(trainer_config=trainer)))
    return True


def _as_shown(composer: RunComposer, checked: CheckedRun) -> RunConfig:
    """The run that was checked, with what was changed in the forms since."""
    return composer.forms.settings().applied_to(checked.config)
