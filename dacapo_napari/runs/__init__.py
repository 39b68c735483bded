"""Runs on disk: written, read, followed; no widgets."""
