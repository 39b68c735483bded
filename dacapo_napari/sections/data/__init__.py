"""Fields about volumes."""
