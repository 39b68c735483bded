"""What is seen of a run and of its samples."""
