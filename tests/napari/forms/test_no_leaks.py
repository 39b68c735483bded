"""An editor that is closed is gone."""

from __future__ import annotations

import gc
import weakref

from pytestqt.qtbot import QtBot
from qtpy.QtCore import QCoreApplication, QEvent
from qtpy.QtWidgets import QApplication

from dacapo_napari import forms
from tests.napari.forms.sample_configs import BlurConfig, FlipConfig, LeavesConfig, TreeConfig
from tests.napari.forms.test_config_forms import FULL


def _collect() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    gc.collect()


def test_editors_leave_no_widget_behind(qtbot: QtBot) -> None:
    _collect()
    before = len(QApplication.allWidgets())
    for config in (FULL, LeavesConfig()):
        editor = forms.editor_for(config, prefix="x")
        editor.show()
        gone = weakref.ref(editor)
        editor.deleteLater()
        del editor
        _collect()
        assert gone() is None
    assert len(QApplication.allWidgets()) == before


def test_removed_rows_leave_no_widget_behind(qtbot: QtBot) -> None:
    editor = forms.editor_for(TreeConfig)
    qtbot.addWidget(editor)
    kinds = editor.editors()["kinds"]
    kinds.addItem(BlurConfig())
    _collect()
    before = len(QApplication.allWidgets())
    kinds.addItem(FlipConfig())
    kinds.removeAt(1)
    _collect()
    assert len(QApplication.allWidgets()) == before
