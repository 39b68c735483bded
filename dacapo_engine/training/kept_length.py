"""How long a run goes on, by what it became when it was measured."""

from __future__ import annotations

from dacapo_engine.experiments.budgets.budget_config import TimeBudgetConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import read_config

__all__ = ["kept_length"]


def kept_length(config: RunConfig, folder: RunFolder) -> RunConfig:
    """`config` with the number that its time became when the run in `folder` was measured.

    Another time than that of the stored run is measured anew.
    """
    budget = config.budget_config
    if not isinstance(budget, TimeBudgetConfig) or budget.iterations or not folder.exists():
        return config
    stored = read_config(folder.run_file, RunConfig).budget_config
    if isinstance(stored, TimeBudgetConfig) and stored.unmeasured() == budget:
        return config.replace(budget_config=stored)
    return config
