"""Which weights of a run segment, and with which post-processing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_engine.errors import ConfigError, NotFoundError
from dacapo_engine.predict import load_run
from dacapo_engine.segmenting.chosen_parameters import chosen_parameters, parse_parameters
from dacapo_engine.segmenting.trained_on import MODEL_FILE
from dacapo_engine.setup.holdout import is_scored_on_training_data
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.validate import MEAN_OF_DATASETS

if TYPE_CHECKING:
    from dacapo_engine.experiments.run import Run
    from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
        PostProcessorParameters,
    )

__all__ = ["Choice", "choose_post_processing", "choose_weights"]

_RECENT_VALIDATIONS = 3


@dataclass(frozen=True)
class Choice:
    """Which weights segment, with which post-processing, and why.

    Attributes
    ----------
    text
        In words, for the person who asked.
    """

    iteration: int
    parameters: PostProcessorParameters
    text: str


def choose_weights(
    folder: RunFolder,
    iteration: str | int = "best",
    criterion: str | None = None,
    dataset: str | None = None,
) -> Choice:
    """The weights to segment with, and the post-processing that suits them.

    Parameters
    ----------
    iteration
        ``best`` takes weights and parameters of the best validation; ``latest`` the newest
        weights, and a number the weights of that iteration, with the parameters that did best in
        the validations nearest before it.
    criterion
        What is best; the evaluator's first criterion if None.
    dataset
        On which validation dataset; the mean over all of them if None.
    """
    run = load_run(folder)
    store = LocalWeightsStore(folder.path.parent)
    exported = read_json(folder.path / MODEL_FILE)
    if isinstance(exported, dict):
        return _of_model(run, exported, _number(folder, store, _latest_for_best(iteration)))
    rows = read_rows(folder.validation_scores_file)
    names = list(dict.fromkeys(row["dataset"] for row in rows))
    if iteration == "best":
        return _best(run, store, criterion or run.task.evaluator.criteria[0], dataset, names)
    chosen = _number(folder, store, iteration)
    scored = [row for row in rows if dataset in (None, row["dataset"])]
    parameters = _recent_parameters(run, scored, chosen)
    if parameters is None:
        return Choice(
            chosen,
            run.task.parameters[0],
            f"weights of iteration {chosen}, default post-processing (not validated yet)",
        )
    return Choice(chosen, parameters, f"weights of iteration {chosen}, validated post-processing")


def choose_post_processing(folder: RunFolder, choice: Choice, wanted: str = "chosen") -> Choice:
    """The same weights, post-processed as somebody wants it.

    Parameters
    ----------
    wanted
        ``chosen`` takes what was chosen by hand for this run, where something was;
        ``validated`` what comes with the weights; anything else is parameters as JSON.
    """
    if wanted == "validated":
        return choice
    kind = type(choice.parameters)
    if wanted != "chosen":
        parameters: PostProcessorParameters | None = parse_parameters(wanted, kind)
    else:
        parameters = chosen_parameters(folder, kind)
    if parameters is None:
        return choice
    weights = choice.text.partition(", validated")[0].partition(", default")[0]
    by_hand = "post-processing chosen by hand" if wanted == "chosen" else "given post-processing"
    return replace(choice, parameters=parameters, text=f"{weights}, {by_hand}")


def _latest_for_best(iteration: str | int) -> str | int:
    """An exported model has one set of weights, which is the best there is."""
    return "latest" if iteration == "best" else iteration


def _of_model(run: Run, exported: Mapping[str, Any], iteration: int) -> Choice:
    parameters = run.task.post_processor.parameters_type.model_validate(exported["parameters"])
    return Choice(iteration, parameters, str(exported["text"]))


def _best(
    run: Run, store: LocalWeightsStore, criterion: str, dataset: str | None, names: list[str]
) -> Choice:
    if not names and dataset is None:
        raise NotFoundError(
            "This run was not validated yet, so that no iteration is known to be the best.",
            hint="Use the latest weights, or train until the first validation.",
            place=run.name,
        )
    several = dataset is None and len(names) > 1
    if (
        several
        and RunFolder.of(store.basedir, run.name).best_file(MEAN_OF_DATASETS, criterion).is_file()
    ):
        dataset = MEAN_OF_DATASETS
    record = store.best_record(run.name, dataset or names[0], criterion)
    parameters = run.task.parameters[0]
    if record["parameters"] is not None:
        kind = run.task.post_processor.parameters_type
        parameters = kind.model_validate(record["parameters"])
    iteration = int(record["iteration"])
    value, text = record["value"], f"best weights by {criterion}"
    if value is not None:
        seen = ", optimistic: of data trained on" if is_scored_on_training_data(run.config) else ""
        text += f" ({value:.3f}{seen})"
    return Choice(iteration, parameters, f"{text}, iteration {iteration}")


def _number(folder: RunFolder, store: LocalWeightsStore, iteration: str | int) -> int:
    there = store.iterations(folder.name)
    if not there:
        raise NotFoundError(
            "This run has no weights yet.",
            hint="Train it until the first checkpoint.",
            place=str(folder.path),
        )
    if iteration == "latest":
        return there[-1]
    if not str(iteration).isdecimal() or int(iteration) not in there:
        raise ConfigError(
            f"There are no weights of iteration {iteration!r}.",
            hint=f"Choose best, latest, or of {', '.join(map(str, there))}.",
            place=str(folder.checkpoints),
        )
    return int(iteration)


def _recent_parameters(
    run: Run, rows: list[dict[str, Any]], iteration: int
) -> PostProcessorParameters | None:
    """The parameters with the best mean rank score over the newest validations."""
    validated = sorted({row["iteration"] for row in rows if row["iteration"] <= iteration})
    recent = set(validated[-_RECENT_VALIDATIONS:])
    values: dict[int, list[float]] = {}
    for row in rows:
        if row["iteration"] in recent:
            value = run.task.evaluator.rank(row["scores"])
            values.setdefault(row["parameters"]["id"], []).append(value)
    by_id = {parameters.id: parameters for parameters in run.task.parameters}
    known = {key: float(np.mean(v)) for key, v in values.items() if key in by_id}
    finite = {key: value for key, value in known.items() if np.isfinite(value)}
    return by_id[min(finite, key=lambda key: finite[key])] if finite else None
