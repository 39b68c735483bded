# Two commands do everything on a fresh machine with Python and git: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.up-to-date
# Files of tests side by side: most of the time a test waits for a window or for another process.
PARALLEL ?= -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help venv system-libraries demo test check format bench screenshots tour clean

help:
	@echo "make demo         train and segment a sample volume in napari; leaves demo/screenshot.png"
	@echo "make test         run every test (TESTS='tests/engine -k unet' runs some)"
	@echo "make check        ruff and mypy"
	@echo "make format       let ruff format and mend what it can"
	@echo "make bench        run the benchmarks"
	@echo "make screenshots  make the pictures of every section and state again"
	@echo "make tour         four clicks from the sample to its segmentation, with pictures"
	@echo "make venv         only create $(VENV) and install the project into it"

venv: $(STAMP)

$(STAMP): pyproject.toml constraints.txt tools/make_venv.py
	$(PYTHON) tools/make_venv.py $(VENV)
	@touch $@

system-libraries:
	@tools/install_system_libraries.sh $(LIBRARIES)

demo: venv system-libraries
	tools/on_screen.sh $(RUN) tools/demo.py

test: LIBRARIES := --browser
test: venv system-libraries
	tools/on_screen.sh --virtual $(RUN) -m pytest $(PARALLEL) $(TESTS)

check: venv
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy

format: venv
	$(RUN) -m ruff format
	$(RUN) -m ruff check --fix

bench: venv
	@set -e; for script in benchmarks/bench_*.py; do echo "== $$script"; $(RUN) "$$script"; done

screenshots: venv system-libraries
	tools/on_screen.sh --virtual $(RUN) tools/screenshots.py
	tools/on_screen.sh --virtual $(RUN) tools/step_pictures.py
	$(RUN) tools/pipeline_pictures.py

tour: venv system-libraries
	tools/on_screen.sh --virtual $(RUN) tools/tour.py

clean:
	rm -rf build dist demo .mypy_cache .ruff_cache .pytest_cache
