"""A run for other computers and other people: model, tables, sentences."""
