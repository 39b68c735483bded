"""Groups, variants and lists: what they hold, hide, remember and say."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from pydantic import ValidationError
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from dacapo_engine.config import TaggedConfig
from dacapo_engine.experiments.tasks import DummyTaskConfig
from dacapo_engine.experiments.trainers import DummyTrainerConfig, GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments import GammaAugmentConfig, NoiseAugmentConfig
from dacapo_napari import forms
from tests.napari.forms.sample_configs import (
    BlurConfig,
    FlipConfig,
    KindConfig,
    LeavesConfig,
    RangeConfig,
    TreeConfig,
    WrapConfig,
)

FULL = TreeConfig(
    name="full",
    range=RangeConfig(low=-1.0),
    maybe_range=RangeConfig(high=5.0),
    kind=WrapConfig(inner=WrapConfig(inner=FlipConfig(axes=()))),
    maybe_kind=FlipConfig(),
    kinds=(BlurConfig(sigma=1e-4), FlipConfig(name="second"), BlurConfig()),
    ranges=(RangeConfig(), RangeConfig(low=0.5)),
    needed=Path("a/b"),
)


@pytest.fixture
def tree(qtbot: QtBot) -> forms.GroupEditor:
    editor = forms.editor_for(FULL, prefix="tree")
    qtbot.addWidget(editor)
    assert isinstance(editor, forms.GroupEditor)
    return editor


@pytest.fixture
def kinds(tree: forms.GroupEditor) -> forms.ListEditor:
    editor = tree.editors()["kinds"]
    assert isinstance(editor, forms.ListEditor)
    return editor


def test_a_tree_comes_back(tree: forms.GroupEditor) -> None:
    assert tree.value() == FULL
    bare = TreeConfig(needed=Path("c"))
    tree.setValue(bare)
    assert tree.value() == bare


def test_advanced_fields_are_folded(qtbot: QtBot) -> None:
    editor = forms.editor_for(LeavesConfig)
    qtbot.addWidget(editor)
    fold = editor.advanced()
    assert not fold.isUnfolded()
    assert fold.content().isAncestorOf(editor.editors()["hidden_away"])
    assert fold.content().isAncestorOf(editor.editors()["name"])
    assert not fold.content().isAncestorOf(editor.editors()["count"])


def test_hidden_fields_keep_their_values(qtbot: QtBot) -> None:
    editor = forms.editor_for(FULL, hidden=("name", "needed"))
    qtbot.addWidget(editor)
    assert "name" not in editor.editors()
    assert editor.value() == FULL


def test_a_family_starts_with_a_kind_that_needs_nothing(qtbot: QtBot) -> None:
    editor = forms.editor_for(KindConfig)
    qtbot.addWidget(editor)
    assert editor.value() == BlurConfig()


@pytest.mark.parametrize("dummy", [DummyTaskConfig(), DummyTrainerConfig()])
def test_what_is_for_tests_is_not_offered_but_shown(qtbot: QtBot, dummy: TaggedConfig) -> None:
    editor = forms.editor_for(type(dummy).__base__)
    qtbot.addWidget(editor)
    combo = editor.control()
    assert combo.count() > 0
    assert combo.findText("Dummy") == -1
    editor.setValue(dummy)
    assert editor.value() == dummy


def test_a_variant_remembers_the_other_kinds(qtbot: QtBot) -> None:
    editor = forms.editor_for(KindConfig)
    qtbot.addWidget(editor)
    editor.setValue(BlurConfig(sigma=3.5))
    combo = editor.control()
    assert [combo.itemText(i) for i in range(combo.count())] == ["Blur", "Mirroring", "Wrap"]
    combo.setCurrentIndex(1)
    assert editor.value() == FlipConfig()
    combo.setCurrentIndex(0)
    assert editor.value() == BlurConfig(sigma=3.5)


def test_a_kind_within_its_own_family_waits_to_be_chosen(qtbot: QtBot) -> None:
    editor = forms.editor_for(WrapConfig, prefix="w")
    qtbot.addWidget(editor)
    assert editor.errors() == {("inner",): "This is missing."}
    combo = editor.findChild(QComboBox, "w.inner.type")
    assert combo.currentIndex() == -1
    combo.setCurrentIndex(combo.findText("Blur"))
    assert editor.value() == WrapConfig(inner=BlurConfig())


def test_tab_walks_from_top_to_bottom(
    qtbot: QtBot, tree: forms.GroupEditor, kinds: forms.ListEditor
) -> None:
    for row in kinds.rows():
        row.fold.click()
        row.form.advanced().setUnfolded(True)
    tree.advanced().setUnfolded(True)
    kinds.moveItem(2, 0)
    tree.show()
    qtbot.waitExposed(tree)
    stops, stop = [], tree.nextInFocusChain()
    while stop is not tree:
        if stop.isVisible() and stop.focusPolicy() & Qt.FocusPolicy.TabFocus:
            stops.append(stop)
        stop = stop.nextInFocusChain()
    heights = [stop.mapTo(tree, QPoint(0, stop.height() // 2)).y() for stop in stops]
    assert len(stops) > 30
    assert all(below > above - 12 for above, below in itertools.pairwise(heights)), heights


def test_an_error_stands_at_its_field(tree: forms.GroupEditor) -> None:
    tree.setErrors({"kinds.0.sigma": "It is too small.", "range.low": "Too low."})
    assert tree.editorAt(("kinds", 0, "sigma")).errorText() == "It is too small."
    assert tree.editorAt(("range", "low")).errorText() == "Too low."
    tree.setErrors({})
    assert tree.editorAt(("kinds", 0, "sigma")).errorText() == ""


def test_what_is_typed_is_checked_where_it_is_typed(tree: forms.GroupEditor) -> None:
    line = tree.findChild(QLineEdit, "tree.kinds.0.sigma")
    line.setText("-1")
    leaf = tree.editorAt(("kinds", 0, "sigma"))
    assert leaf.errorText() == "Input should be greater than 0."
    with pytest.raises(ValidationError):
        tree.value()
    line.setText("1e")
    assert "valid number" in leaf.errorText()
    line.setText("2")
    assert leaf.errorText() == ""
    assert tree.value().kinds[0].sigma == 2.0


def test_fields_nobody_touched_are_not_blamed_yet(qtbot: QtBot) -> None:
    editor = forms.editor_for(TreeConfig, prefix="tree")
    qtbot.addWidget(editor)
    editor.findChild(QLineEdit, "tree.range.low").setText("x")
    assert editor.editorAt(("needed",)).errorText() == ""
    assert not editor.check()
    assert editor.editorAt(("needed",)).errorText() == "This is missing."


def test_an_error_of_a_whole_config_stands_above_its_form(tree: forms.GroupEditor) -> None:
    tree.findChild(QLineEdit, "tree.range.low").setText("7")
    assert tree.errors() == {("range",): "low lies above high."}
    lines = tree.editors()["range"].findChildren(forms.ErrorLine)
    assert "low lies above high." in [line.text() for line in lines]


def test_a_folded_row_says_what_is_wrong_inside(
    tree: forms.GroupEditor, kinds: forms.ListEditor
) -> None:
    tree.setErrors({"kinds.0.sigma": "It is too small."})
    row = kinds.rows()[0]
    line = row.findChild(forms.ErrorLine, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert line.text() == "sigma: It is too small."
    assert not line.isHidden()
    row.fold.click()
    assert line.isHidden()


def test_an_error_unfolds_the_advanced_fields(qtbot: QtBot) -> None:
    editor = forms.editor_for(LeavesConfig)
    qtbot.addWidget(editor)
    editor.setErrors({"hidden_away": "No."})
    assert editor.advanced().isUnfolded()


def test_list_names_for_scripts(kinds: forms.ListEditor) -> None:
    kinds.setPrefix("augments")
    assert kinds.objectName() == "augments.list"
    button = kinds.findChild(QPushButton, "augments.add")
    actions = {action.objectName(): action for action in button.menu().actions()}
    assert set(actions) == {f"augments.add.{tag}" for tag in ("blur", "flip", "wrap")}
    assert actions["augments.add.flip"].text() == "Mirroring: Mirror the sample."
    actions["augments.add.flip"].trigger()
    assert kinds.value()[-1] == FlipConfig()


def test_list_by_script(kinds: forms.ListEditor) -> None:
    first, second, third = FULL.kinds
    kinds.moveItem(0, 2)
    assert kinds.value() == (second, third, first)
    kinds.removeAt(1)
    assert kinds.value() == (second, first)
    kinds.addItem(third)
    assert kinds.value() == (second, first, third)
    kinds.moveItem(2, 0)
    assert kinds.value() == (third, second, first)


def test_switched_off_is_kept_but_left_out(
    tree: forms.GroupEditor, kinds: forms.ListEditor
) -> None:
    first, _, third = FULL.kinds
    kinds.rows()[1].switch.setChecked(False)
    assert kinds.value() == (first, third)
    assert len(kinds.rows()) == 3
    tree.setErrors({"kinds.1.sigma": "Here."})
    assert kinds.rows()[2].form.editors()["sigma"].errorText() == "Here."
    kinds.setValue((first, third))
    assert len(kinds.rows()) == 3


def test_a_config_that_knows_it_is_off_stays_in_the_value(qtbot: QtBot) -> None:
    info = GunpowderTrainerConfig.model_fields["augments"]
    editor = forms.field_editor(info, name="augments")
    qtbot.addWidget(editor)
    augments = (NoiseAugmentConfig(enabled=False), GammaAugmentConfig(gamma_range=(0.5, 2.0)))
    editor.setValue(augments)
    assert editor.value() == augments
    noise, gamma = editor.rows()
    assert not noise.isOn()
    assert "enabled" not in noise.form.editors()
    assert gamma.summary.text() == "0.5 to 2"
    gamma.switch.click()
    noise.switch.click()
    assert [augment.enabled for augment in editor.value()] == [True, False]
    editor.setErrors({"0.std": "Here."})
    assert noise.form.editors()["std"].errorText() == "Here."


def test_tab_reaches_later_rows_from_what_is_above_the_list(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    info = GunpowderTrainerConfig.model_fields["augments"]
    above = QLineEdit(window)
    editor = forms.field_editor(info, window, name="augments")
    below = QLineEdit(window)
    layout = QVBoxLayout(window)
    for widget in (above, editor, below):
        layout.addWidget(widget)
    editor.setValue((NoiseAugmentConfig(), GammaAugmentConfig()))
    expected = [above, *editor.tabStops(), below]
    stops, stop = [above], above.nextInFocusChain()
    while stop is not above:
        if stop in expected:
            stops.append(stop)
        stop = stop.nextInFocusChain()
    assert stops == expected


def test_rows_move_with_alt_and_an_arrow(qtbot: QtBot, kinds: forms.ListEditor) -> None:
    first, second, third = FULL.kinds
    qtbot.keyClick(kinds.rows()[0].fold, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert kinds.value() == (second, first, third)
    qtbot.keyClick(kinds.rows()[2].switch, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert kinds.value() == (second, third, first)


def test_rows_by_keyboard_and_mouse(qtbot: QtBot, kinds: forms.ListEditor) -> None:
    first, second, third = FULL.kinds
    rows = kinds.rows()
    assert not rows[0].up.isEnabled()
    assert not rows[2].down.isEnabled()
    qtbot.keyClick(rows[0].down, Qt.Key.Key_Space)
    assert kinds.value() == (second, first, third)
    qtbot.mouseClick(kinds.rows()[0].remove, Qt.MouseButton.LeftButton)
    assert kinds.value() == (first, third)


def test_rows_are_dragged(qtbot: QtBot, tree: forms.GroupEditor, kinds: forms.ListEditor) -> None:
    first, second, third = FULL.kinds
    tree.show()
    qtbot.waitExposed(tree)
    row = kinds.rows()[0]
    end = kinds.rows()[2].mapToGlobal(QPoint(5, 25))
    qtbot.mousePress(row.handle, Qt.MouseButton.LeftButton)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(row.handle.mapFromGlobal(end)),
        QPointF(end),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(row.handle, move)
    qtbot.mouseRelease(row.handle, Qt.MouseButton.LeftButton)
    assert kinds.value() == (second, third, first)


def test_rows_say_what_differs_from_the_defaults(kinds: forms.ListEditor) -> None:
    assert [row.summary.text() for row in kinds.rows()] == [
        "sigma 0.0001 nm",
        "name second",
        "defaults",
    ]
    kinds.rows()[2].form.findChild(QSpinBox).setValue(4)
    assert kinds.rows()[2].summary.text() == "passes 4"


def test_rows_unfold_in_place(kinds: forms.ListEditor) -> None:
    row = kinds.rows()[0]
    assert row.form.isHidden()
    row.fold.click()
    assert not row.form.isHidden()
