"""From config classes to editors and back; knows no viewer."""

from dacapo_napari.forms.annotations import FieldType, field_type
from dacapo_napari.forms.editor import UNSET, Editor
from dacapo_napari.forms.error_line import ErrorLine
from dacapo_napari.forms.error_sentences import FieldPath, error_sentences
from dacapo_napari.forms.factory import editor_for, field_editor, make_editor
from dacapo_napari.forms.fold import Fold, FoldButton
from dacapo_napari.forms.group_editor import GroupEditor
from dacapo_napari.forms.list_editor import ListEditor
from dacapo_napari.forms.optional_editor import OptionalEditor
from dacapo_napari.forms.variant_editor import VariantEditor

__all__ = [
    "UNSET",
    "Editor",
    "ErrorLine",
    "FieldPath",
    "FieldType",
    "Fold",
    "FoldButton",
    "GroupEditor",
    "ListEditor",
    "OptionalEditor",
    "VariantEditor",
    "editor_for",
    "error_sentences",
    "field_editor",
    "field_type",
    "make_editor",
]
