from __future__ import annotations

from fractions import Fraction

from dacapo_napari.layers.run_layers import WorldUnits

MICROMETRES = {"scale": (0.283718, 0.126786, 0.126786), "units": "um"}


def test_units_turn_nanometres_into_what_the_layers_have() -> None:
    assert WorldUnits("um", Fraction(1000)).length(283.718) == 0.283718
