"""A start from the weights of another run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.starts.weight_matching import match_weights

if TYPE_CHECKING:
    import torch

    from dacapo_engine.experiments.model import Model
    from dacapo_engine.experiments.starts.start_config import StartConfig
    from dacapo_engine.experiments.starts.start_report import StartReport

__all__ = ["Start"]


class Start:
    """Says which weights a run begins with, and puts them into a network.

    Where they are stored is not known here: `dacapo_engine.start` reads them.

    Attributes
    ----------
    run : str
        Folder or name of the run that they come from.
    criterion : str
        best, the name of a criterion, latest, or an iteration.
    """

    def __init__(self, start_config: StartConfig) -> None:
        self.run = start_config.run
        self.criterion = start_config.criterion

    def initialize_weights(
        self,
        model: Model,
        weights: Mapping[str, torch.Tensor],
        channels: Sequence[str],
        channels_of_weights: Sequence[str],
    ) -> StartReport:
        """Put what fits of `weights` into `model`.

        Parameters
        ----------
        weights
            State dict of the other run's model.
        channels, channels_of_weights
            Names of the channels that `model` and the other one predict.

        Returns
        -------
        StartReport
            What became of each layer.

        Raises
        ------
        ConfigError
            If no layer fits; the model is as it was.
        """
        merged, report = match_weights(model.state_dict(), weights, channels, channels_of_weights)
        if report.nothing_loaded:
            raise ConfigError(
                f"No layer of {self.run} fits into this network.",
                hint="Use the network of that run (its architecture_config), or start without it.",
                place="start_config",
            )
        model.load_state_dict(merged)
        return report
