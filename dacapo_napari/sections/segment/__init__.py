"""Fields of Segment and Export."""
