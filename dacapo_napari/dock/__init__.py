"""The dock: sections that act, and what acts behind them."""
