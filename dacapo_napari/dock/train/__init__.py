"""Composing, checking, starting and ending a run."""
