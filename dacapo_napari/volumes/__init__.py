"""Layers and files to learn from, and what is known of them; no widgets."""
