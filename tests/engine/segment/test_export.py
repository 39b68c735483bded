"""A run given away: it segments elsewhere as it did here, and says what it is."""

from __future__ import annotations

import csv
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from dacapo_engine.cli import main
from dacapo_engine.errors import ConfigError, NotFoundError, StoreError
from dacapo_engine.export.export_model import export_model
from dacapo_engine.export.export_tables import write_curve, write_scores
from dacapo_engine.export.methods_text import methods_paragraph, repeat_command
from dacapo_engine.export.model_file import opened_run
from dacapo_engine.segmenting.chosen_parameters import choose_parameters
from dacapo_engine.segmenting.trained_on import trained_on
from dacapo_engine.segmenting.weight_choice import choose_weights
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder

PARAMETERS = {"id": 0, "bias": 0.5, "min_size": 2}


def segmented(run: Path, image: Path, output: Path) -> np.ndarray[Any, Any]:
    words = ("segment", run, "--input", image, "--output", output / "objects", "--device", "cpu")
    main([str(word) for word in words])
    return np.asarray(zarr.open_group(str(output), mode="r")["objects"])


@pytest.mark.parametrize("name", ["model.zip", "model"])
def test_a_model_segments_the_same_where_nothing_else_is(
    tmp_path: Path, trained: RunFolder, name: str
) -> None:
    choose_parameters(trained, PARAMETERS)
    image = tmp_path / "volume.zarr" / "raw"
    expected = segmented(trained.path, image, tmp_path / "here.zarr")
    assert len(np.unique(expected)) > 3
    choice = export_model(trained, tmp_path / name)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.move(tmp_path / name, elsewhere / name)
    shutil.copytree(tmp_path / "volume.zarr", elsewhere / "volume.zarr")
    facts = trained_on(trained)
    shutil.rmtree(tmp_path / "runs")
    shutil.rmtree(tmp_path / "volume.zarr")
    found = segmented(elsewhere / name, elsewhere / "volume.zarr" / "raw", tmp_path / "there.zarr")
    np.testing.assert_array_equal(found, expected)
    with opened_run(elsewhere / name) as model:
        assert trained_on(model) == facts
        assert choose_weights(model).text == choice.text
        weights = list(model.checkpoints.iterdir())
        assert [path.name for path in weights] == [str(choice.iteration)]
        assert (model.path / "curve.csv").is_file()


def test_what_is_no_model_gets_a_sentence(tmp_path: Path, trained: RunFolder) -> None:
    (tmp_path / "text.zip").write_text("no archive")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "something else")
    for name in ("text.zip", "other.zip"):
        with pytest.raises(StoreError, match="no exported model"), opened_run(tmp_path / name):
            pass
    with pytest.raises(NotFoundError), opened_run(tmp_path / "nothing.zip"):
        pass
    (tmp_path / "taken").mkdir()
    with pytest.raises(ConfigError, match="already"):
        export_model(trained, tmp_path / "taken")
    with pytest.raises(ConfigError, match="no weights of iteration"):
        export_model(trained, tmp_path / "model.zip", iteration="77")
    assert not (tmp_path / "model.zip").exists()
    assert not list(tmp_path.glob(".dacapo-*"))


def test_tables_hold_every_row(tmp_path: Path, trained: RunFolder) -> None:
    assert write_curve(trained, tmp_path / "curve.csv") == 6
    with (tmp_path / "curve.csv").open(newline="", encoding="utf-8") as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert losses == [row["loss"] for row in read_rows(trained.training_stats_file)]
    count = write_scores(trained, tmp_path / "scores.csv")
    with (tmp_path / "scores.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count == len(read_rows(trained.validation_scores_file))
    assert {"voi", "ap50", "dataset", "parameters.min_size"} <= set(rows[0])


def test_the_paragraph_tells_facts_only(trained: RunFolder) -> None:
    text = methods_paragraph(trained)
    assert "affinities between neighboring voxels from patches of 16 x 16 x 16 voxels" in text
    assert "1 labelled volume (24 x 28 x 40 voxels) with 45 labelled objects" in text
    assert "voxels of 8 nm" in text
    assert "6 iterations of 1 patch each" in text
    assert "that it was also trained on: variation of information" in text
    command = repeat_command(trained)
    assert command.startswith(f"dacapo-engine train {trained.run_file} --runs ")
    assert command.endswith("--device cpu")
