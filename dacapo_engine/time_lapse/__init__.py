"""One place, predicted again and again while a run trains, so that it is seen getting better."""
