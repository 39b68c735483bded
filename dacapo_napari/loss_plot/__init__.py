"""The live curve of a run: the only package that knows pyqtgraph."""

from dacapo_napari.loss_plot.curve_data import OverlayCurve, running_average
from dacapo_napari.loss_plot.loss_plot import LossPlot

__all__ = ["LossPlot", "OverlayCurve", "running_average"]
