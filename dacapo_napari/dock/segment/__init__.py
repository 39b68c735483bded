"""What Segment does."""
