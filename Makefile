# Every target sets up what it needs: a virtual environment, the package built from this tree, its extras.
# Stamps under $(VENV) make a second run quick; a change in cpp/, src/ or backends/ builds anew.
PYTHON ?= python3
VENV ?= .venv
MAX_EXAMPLES ?= 200
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
BACKEND ?= cpu
ISA ?= all
ARGS ?=

BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
SOURCES = $(shell find cpp src backends -type f ! -name '*.pyc' 2>/dev/null) CMakeLists.txt pyproject.toml
CPP = $(shell find cpp -name '*.cpp' -o -name '*.h' 2>/dev/null)
PYTHON_TREES = $(wildcard src backends tests benchmarks examples)
TIDY ?= $(shell command -v clang-tidy || command -v clang-tidy-14)

# Builds keep their objects between runs, each kind in a folder of its own.
SANITIZED = .venv-sanitize
THREADED = .venv-tsan
MUTABLE = .venv-mutants
RUNTIME = $(shell $${CXX:-g++} -print-file-name=$(1))
SUPPRESS = $(CURDIR)/tests/sanitize

# What an extra asks for, without building the package once more.
EXTRA = $(BIN)/python -c 'import sys, tomllib; \
  project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
  print(*project["optional-dependencies"][sys.argv[1]], sep="\n")' $(1) > $(VENV)/$(1).txt \
  && $(PIP) -r $(VENV)/$(1).txt

.PHONY: demo test test-clients test-client-suites fuzz lint format conformance matrix bench \
  sanitize tsan mutants clean

demo: $(VENV)/demo.stamp
	$(BIN)/python -m arrayforge demo $(ARGS)

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest $(ARGS)

# Calls of scikit-learn, SciPy, array-api-extra, einops and xarray, compared with NumPy's results.
# CLIENT_BACKENDS=numpy,torch names the engines.
test-clients: $(VENV)/clients.stamp
	$(BIN)/python -m pytest tests/clients $(ARGS)

# SciPy's and scikit-learn's own tests; ARGS='scipy.fft sklearn --backend numpy' picks some.
test-client-suites: $(VENV)/clients.stamp
	$(BIN)/python tests/clients/suites.py --jobs $(JOBS) $(ARGS)

conformance: $(VENV)/conformance.stamp
	$(BIN)/python -m arrayforge conformance --backend $(BACKEND) --isa '$(ISA)' \
	  --max-examples $(MAX_EXAMPLES) --jobs $(JOBS) --output build/conformance \
	  --skips-file conformance/skips.txt --xfails-file conformance/xfails.txt $(ARGS)

# What passes where, and who computes what; ARGS='--backend dask --max-examples 10' renews one.
matrix: $(VENV)/conformance.stamp
	$(BIN)/python -m arrayforge conformance --matrix --json docs/backends-matrix.json \
	  --max-examples $(MAX_EXAMPLES) --jobs $(JOBS) --output build/conformance $(ARGS)
	$(BIN)/python tests/make_matrix.py

# ARGS='--seconds 600', or --seed and --cases to repeat one.
fuzz: $(VENV)/test.stamp
	$(BIN)/python tests/fuzz.py $(ARGS)

bench: $(VENV)/test.stamp
	$(BIN)/python -m arrayforge bench $(ARGS)

lint: $(VENV)/lint.stamp
	$(BIN)/ruff check $(PYTHON_TREES)
	$(BIN)/ruff format --check $(PYTHON_TREES)
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(CPP)
	@database=$$(find build -maxdepth 2 -name compile_commands.json 2>/dev/null | head -n 1); \
	if [ -z "$(TIDY)" ] || [ -z "$$database" ]; then \
	  echo "clang-tidy: not run (needs clang-tidy and a build)"; \
	else find cpp/core cpp/linalg -name '*.cpp' | xargs -P $(JOBS) -n 4 $(TIDY) --quiet -p $$database; fi

format: $(VENV)/lint.stamp
	$(BIN)/ruff check --fix $(PYTHON_TREES)
	$(BIN)/ruff format $(PYTHON_TREES)
	$(BIN)/clang-format -i $(CPP)

# The sanitizers' runtimes must be in the process before Python loads the extension.
sanitize: $(SANITIZED)/sanitize.stamp
	LD_PRELOAD="$(call RUNTIME,libasan.so) $(call RUNTIME,libstdc++.so)" PYTHONMALLOC=malloc \
	ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
	LSAN_OPTIONS=suppressions=$(SUPPRESS)/leaks.txt:print_suppressions=0 \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
	$(SANITIZED)/bin/python -m pytest -p no:cacheprovider $(ARGS)

tsan: $(THREADED)/tsan.stamp
	LD_PRELOAD="$(call RUNTIME,libtsan.so)" \
	TSAN_OPTIONS=halt_on_error=1:die_after_fork=0:suppressions=$(SUPPRESS)/threads.txt \
	$(THREADED)/bin/python -m pytest -p no:cacheprovider $(ARGS)

# Wrong results on purpose, function by function: each must make a test fail.
mutants: $(MUTABLE)/mutants.stamp
	$(MUTABLE)/bin/python tests/support/mutants.py --jobs $(JOBS) $(ARGS)

clean:
	rm -rf build build-* dist demo-output .venv .venv-sanitize .venv-tsan .venv-mutants
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis

%/made.stamp:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "arrayforge needs Python >= 3.11")'
	$(PYTHON) -m venv $*
	touch $@

$(VENV)/built.stamp: $(VENV)/made.stamp $(SOURCES)
	$(PIP) .
	touch $@

$(VENV)/test.stamp: $(VENV)/built.stamp
	$(call EXTRA,test)
	touch $@

$(VENV)/clients.stamp: $(VENV)/test.stamp
	$(call EXTRA,clients)
	touch $@

$(VENV)/demo.stamp: $(VENV)/built.stamp
	$(call EXTRA,demo)
	touch $@

$(VENV)/conformance.stamp: $(VENV)/built.stamp
	$(call EXTRA,conformance)
	touch $@

# The tools alone: lint needs no build.
$(VENV)/lint.stamp: $(VENV)/made.stamp pyproject.toml
	$(call EXTRA,lint)
	touch $@

$(SANITIZED)/sanitize.stamp: $(SANITIZED)/made.stamp $(SOURCES)
	$(SANITIZED)/bin/python -m pip install --quiet '.[test]' -C build-dir=build/sanitize \
	  -C install.strip=false -C cmake.define.ARRAYFORGE_SANITIZE=address,undefined
	touch $@

$(THREADED)/tsan.stamp: $(THREADED)/made.stamp $(SOURCES)
	$(THREADED)/bin/python -m pip install --quiet '.[test]' -C build-dir=build/tsan \
	  -C install.strip=false -C cmake.define.ARRAYFORGE_SANITIZE=thread
	touch $@

$(MUTABLE)/mutants.stamp: $(MUTABLE)/made.stamp $(SOURCES)
	$(MUTABLE)/bin/python -m pip install --quiet '.[test]' -C build-dir=build/mutants \
	  -C cmake.define.ARRAYFORGE_MUTANTS=ON
	touch $@

.PRECIOUS: %/made.stamp
