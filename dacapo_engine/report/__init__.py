"""A run as one page that can be mailed and read on a telephone."""
