"""Arrays of runs, previews and regions as layers of the viewer."""
