"""The engine from the dock's side: processes, threads, and the session of a run."""
