"""What a run is, in sentences for a paper, and the command that repeats it: facts only."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib import metadata
from typing import TYPE_CHECKING, Any

from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts, measure_arrays
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.holdout import is_scored_on_training_data
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import read_status
from dacapo_engine.units import format_lengths
from dacapo_engine.validate import MEAN_OF_DATASETS
from dacapo_engine.yaml_file import read_config

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset_config import DatasetConfig

__all__ = ["methods_paragraph", "repeat_command"]

_TARGETS = {
    "affinities": "affinities between neighboring voxels",
    "distance": "signed distances to the boundaries of classes",
    "hot_distance": "classes and the distances to their boundaries",
    "one_hot": "the class of each voxel",
}
_SCORES = {
    "voi": "variation of information {:.3f} bits",
    "adapted_rand_error": "adapted Rand error {:.3f}",
    "ap50": "average precision at an overlap of one half {:.3f}",
}


def repeat_command(folder: RunFolder) -> str:
    """The command line that trains the run again, beside the runs folder it lies in."""
    status = read_status(folder)
    again = folder.path.parent.with_name(f"{folder.path.parent.name}-repeated")
    words = ["dacapo-engine", "train", str(folder.run_file), "--runs", str(again)]
    if status is not None and status.device:
        words += ["--device", status.device]
    return shlex.join(words)


def methods_paragraph(folder: RunFolder) -> str:
    """A paragraph for a methods section; what is not known is left out.

    Reads parts of the training volumes, to count what is labelled in them.
    """
    config = read_config(folder.run_file, RunConfig)
    sentences = [
        _network(config),
        _data(config),
        _training(config, folder),
        *_scores(config, folder),
        f"Software: dacapo-napari {metadata.version('dacapo-napari')}, "
        f"PyTorch {metadata.version('torch')}.",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _network(config: RunConfig) -> str:
    run = Run(config, load_starter_model=False)
    tag = str(getattr(config.task_config, "type", ""))
    target = _TARGETS.get(tag, tag.replace("_", " "))
    weights = sum(parameter.numel() for parameter in run.model.parameters())
    architecture = type(config.architecture_config).__name__.removesuffix("Config")
    reach = _by(run.architecture.input_shape)
    return (
        f"A convolutional network ({architecture}, {weights:,} weights) was trained to predict "
        f"{target} from patches of {reach} voxels."
    )


def _data(config: RunConfig) -> str:
    datasets = getattr(config.datasplit_config, "train_configs", ())
    found = [facts for dataset in datasets if (facts := _measured(dataset)) is not None]
    if not datasets:
        return ""
    count = f"{len(datasets)} labelled volume{'s' * (len(datasets) != 1)}"
    if len(found) < len(datasets):
        return f"Training used {count}."
    objects = sum(facts.num_objects for facts in found)
    least = "at least " if any(facts.sampled for facts in found) else ""
    sizes = {facts.voxel_size_nm for facts in found if facts.voxel_size_known}
    voxels = f" and voxels of {format_lengths(sizes.pop())}" if len(sizes) == 1 else ""
    shapes = "; ".join(dict.fromkeys(_by(facts.spatial_shape) for facts in found))
    return (
        f"Training used {count} ({shapes} voxels) with {least}{objects:,} labelled "
        f"object{'s' * (objects != 1)}{voxels}."
    )


def _measured(dataset: DatasetConfig) -> VolumeFacts | None:
    try:
        opened = dataset.dataset_type(dataset)
        raw = getattr(opened.raw, "source_array", opened.raw)
        return measure_arrays(raw, opened.gt)
    except (DacapoError, OSError):
        return None


def _training(config: RunConfig, folder: RunFolder) -> str:
    rows = read_rows(folder.training_stats_file)
    trainer = config.trainer_config
    done = max((int(row["iteration"]) + 1 for row in rows), default=0)
    batch = getattr(trainer, "batch_size", 1)
    optimizer = getattr(trainer, "optimizer", "")
    with_ = f"{optimizer}, " if optimizer else ""
    augments = [str(a.type).replace("_", " ") for a in getattr(trainer, "augments", ())]
    augmented = f"; augmentation: {', '.join(augments)}" if augments else ""
    return (
        f"It was trained for {done:,} iterations of {batch} patch{'es' * (batch != 1)} each "
        f"({with_}learning rate {trainer.learning_rate:g}, seed {config.seed}{augmented})."
    )


def _scores(config: RunConfig, folder: RunFolder) -> list[str]:
    rows = read_rows(folder.validation_scores_file)
    names = list(dict.fromkeys(str(row["dataset"]) for row in rows))
    if not rows:
        return []
    first = next(iter(rows[0]["scores"]))
    name = names[0] if len(names) == 1 else MEAN_OF_DATASETS
    best = read_json(folder.best_file(name, first))
    if not isinstance(best, dict):
        return []
    texts = _score_texts(rows, names, best, first)
    where = (
        "on labels that it was also trained on"
        if is_scored_on_training_data(config)
        else ("on labels that were held back")
    )
    return [f"Iteration {best['iteration']:,} scored best {where}: {', '.join(texts)}."]


def _score_texts(
    rows: Sequence[dict[str, Any]], names: Sequence[str], best: dict[str, Any], first: str
) -> list[str]:
    if len(names) > 1:
        return [f"mean {first.replace('_', ' ')} {float(best['value']):.3f}"]
    scores = next(
        row["scores"]
        for row in rows
        if row["iteration"] == best["iteration"] and row["scores"][first] == best["value"]
    )
    named = {key: text.format(scores[key]) for key, text in _SCORES.items() if key in scores}
    return list(named.values()) or [f"{first.replace('_', ' ')} {float(best['value']):.3f}"]


def _by(shape: Sequence[int]) -> str:
    return " x ".join(str(extent) for extent in shape)
