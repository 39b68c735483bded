"""The bar, its banner, and what a check has found."""
