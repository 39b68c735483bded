"""What goes on around the steps of a training: budget, errands, memory."""
