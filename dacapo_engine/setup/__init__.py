"""From volumes to a complete run: what is measured, divided and suggested."""
