"""Every leaf gives back what it was given, to the last bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field
from pydantic.fields import FieldInfo
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QSpinBox

from dacapo_napari import forms
from tests.napari.forms.sample_configs import Colour, LeavesConfig

_QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_WORD = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)


@pytest.fixture
def leaves(qtbot: QtBot) -> forms.Editor:
    editor = forms.editor_for(LeavesConfig, prefix="leaves")
    qtbot.addWidget(editor)
    return editor


def test_defaults_come_back(leaves: forms.Editor) -> None:
    assert leaves.value() == LeavesConfig()


@_QUICK
@given(changes=st.fixed_dictionaries({}, optional={
    "flag": st.booleans(),
    "count": st.integers(0, 10),
    "large": st.integers(),
    "rate": st.floats(0, allow_nan=False),
    "text": _WORD,
    "path": st.sampled_from([Path("."), Path("a b/c.zarr"), Path("/data/x")]),
    "mode": st.sampled_from(["one", "two"]),
    "level": st.sampled_from([1, 2]),
    "colour": st.sampled_from(Colour),
    "sizes": st.lists(st.integers()).map(tuple),
    "interval": st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)),
    "shape": st.tuples(st.integers(), st.integers(), st.integers()),
    "names": st.lists(st.text()).map(tuple),
    "offsets": st.lists(st.lists(st.integers()).map(tuple)).map(tuple),
    "kwargs": st.dictionaries(st.text(), st.integers() | st.text() | st.none() | st.booleans()),
    "device": st.just("auto") | st.integers(),
    "maybe_count": st.none() | st.integers(1),
    "maybe_sizes": st.none() | st.lists(st.integers()).map(tuple),
    "maybe_path": st.none() | st.just(Path("a")),
    "hidden_away": st.floats(allow_nan=False),
}))  # fmt: skip
def test_any_value_comes_back(leaves: forms.Editor, changes: dict[str, Any]) -> None:
    config = LeavesConfig(**changes)
    leaves.setValue(config)
    assert leaves.value() == config


@_QUICK
@given(value=st.floats(allow_nan=False))
def test_a_typed_number_is_not_rounded(qtbot: QtBot, value: float) -> None:
    editor = forms.field_editor(FieldInfo.from_annotated_attribute(float, Field(default=0.5)))
    qtbot.addWidget(editor)
    editor.control().setText(repr(value))
    assert editor.value() == value


@pytest.mark.parametrize(
    ("typed", "read"), [("1e-4", 1e-4), (" 0,5 ", 0.5), ("3", 3.0), ("-2.5E3", -2500.0)]
)
def test_numbers_as_people_write_them(leaves: forms.Editor, typed: str, read: float) -> None:
    leaves.editorAt(("hidden_away",)).control().setText(typed)
    assert leaves.value().hidden_away == read


@pytest.mark.parametrize(
    ("name", "typed", "read"),
    [
        ("sizes", "4, 5 6", (4, 5, 6)),
        ("sizes", "(4; 5)", (4, 5)),
        ("sizes", "", ()),
        ("names", "a, b c", ("a", "b c")),
        ("offsets", "1 0\n\n0 1", ((1, 0), (0, 1))),
        ("offsets", "1 0; 0 1", ((1, 0), (0, 1))),
        ("kernels", "[[[1, 2], [3, 4]]]", (((1, 2), (3, 4)),)),
        ("kwargs", '{"a": 1e-4}', {"a": 1e-4}),
        ("device", "1", 1),
    ],
)
def test_sequences_as_people_write_them(
    leaves: forms.Editor, name: str, typed: str, read: Any
) -> None:
    leaves.editorAt((name,)).control().setText(typed)
    assert getattr(leaves.value(), name) == read


def test_none_is_a_state_of_its_own(leaves: forms.Editor) -> None:
    box = leaves.findChild(QCheckBox, "leaves.maybe_count.set")
    assert not box.isChecked()
    box.setChecked(True)
    assert leaves.value().maybe_count == 1
    leaves.findChild(QSpinBox, "leaves.maybe_count").setValue(7)
    box.setChecked(False)
    assert leaves.value().maybe_count is None
    box.setChecked(True)
    assert leaves.value().maybe_count == 7


def test_a_field_alone_is_checked_too(qtbot: QtBot) -> None:
    info = LeavesConfig.model_fields["rate"]
    editor = forms.field_editor(info, name="rate")
    qtbot.addWidget(editor)
    assert editor.value() == 1e-4
    editor.control().setText("-1")
    assert editor.errorText() == "Input should be greater than or equal to 0."
    perhaps = forms.field_editor(LeavesConfig.model_fields["maybe_count"], name="maybe")
    qtbot.addWidget(perhaps)
    assert perhaps.value() is None
    assert perhaps.check()


def test_an_empty_path_is_missing_not_here(qtbot: QtBot) -> None:
    editor = forms.field_editor(FieldInfo.from_annotation(Path), name="path")
    qtbot.addWidget(editor)
    assert editor.value() is forms.UNSET


def test_bounds_title_help_and_unit(leaves: forms.Editor) -> None:
    count = leaves.findChild(QSpinBox, "leaves.count")
    assert (count.minimum(), count.maximum()) == (0, 10)
    assert "How many." in leaves.editorAt(("count",)).toolTip()
    assert "At least 0, at most 10." in leaves.editorAt(("count",)).toolTip()
    assert leaves.editorAt(("rate",)).unitWidth() > 0


def test_the_wheel_scrolls_past_fields_without_focus(leaves: forms.Editor) -> None:
    for name, kind in (("count", QSpinBox), ("mode", QComboBox)):
        control = leaves.findChild(kind, f"leaves.{name}")
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(0, 120), QPoint(0, 120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(control, event)
    assert leaves.value() == LeavesConfig()


def test_one_signal_for_one_change(leaves: forms.Editor, qtbot: QtBot) -> None:
    emitted: list[None] = []
    leaves.valueChanged.connect(lambda: emitted.append(None))
    leaves.setValue(LeavesConfig(count=9, text="x", sizes=(1,)))
    assert len(emitted) == 1
    leaves.setValue(LeavesConfig(count=9, text="x", sizes=(1,)))
    assert len(emitted) == 1
    leaves.findChild(QLineEdit, "leaves.text").setText("y")
    assert len(emitted) == 2
