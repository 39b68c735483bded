"""The sections of the dock: what each asks for, and what it hands over."""
