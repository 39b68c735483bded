"""The Data section: what it shows and what it asks."""
