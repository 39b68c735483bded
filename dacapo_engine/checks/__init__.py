"""What can be known about a run before it starts: one question a file."""
