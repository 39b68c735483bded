"""Samples of a training to be looked at."""
