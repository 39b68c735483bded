"""Volumes in a browser, by Neuroglancer: what is shown, and the process that serves it."""
