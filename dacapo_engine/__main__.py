"""``python -m dacapo_engine``."""

from dacapo_engine.cli import main

if __name__ == "__main__":
    main()
