"""A run as one page that can be mailed and read on a telephone."""

from dacapo_engine.report.run_page import report_run, write_report

__all__ = ["report_run", "write_report"]
