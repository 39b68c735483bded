"""What can be done with the runs of a folder."""
