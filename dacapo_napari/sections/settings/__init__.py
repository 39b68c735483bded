"""Forms of the settings of a run."""
