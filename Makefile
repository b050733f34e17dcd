# Shortcuts for the common tasks. CMake and the scripts do the work.
BUILD := build/dev
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell nproc)
export CTEST_PARALLEL_LEVEL ?= $(shell nproc)

.DEFAULT_GOAL := help
.PHONY: help deps build test release simulate mutants demo lint lint-all format asan fuzz bench check interop image container deb deb-test clean

help: ## show this list
	@echo "make <target>, where <target> is one of"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 12

deps: ## install the missing Debian packages (apt, as root or with sudo)
	@scripts/deps.sh build

build: ## compile tender, the tests and the zooid stand-in to build/dev
	@scripts/deps.sh --quiet build
	@test -f $(BUILD)/build.ninja || cmake --preset dev
	@cmake --build --preset dev

test: build ## build, then run every test
	@ctest --preset dev

release: ## build the optimized release and run every test against it
	@scripts/deps.sh --quiet build
	@cmake --preset release -D TENDER_TESTS=ON -D CMAKE_COMPILE_WARNING_AS_ERROR=ON
	@cmake --build --preset release
	@ctest --preset release

simulate: ## run the simulation for SEEDS (7, 1-2000 or 3,5,10-20) and print the rule that breaks; one seed prints its trace
	@scripts/deps.sh --quiet build
	@test -f $(BUILD)/build.ninja || cmake --preset dev
	@cmake --build --preset dev --target simulate
	@$(BUILD)/tests/simulation/simulate $(SEEDS)

mutants: ## break one rule at a time and show that the simulation notices; slow
	@scripts/deps.sh --quiet build
	@scripts/mutants.sh $(MUTANTS)

demo: build ## build, then show tender beside a stand-in for zooid, in under a minute
	@scripts/demo.sh

lint: ## check format, room order, docs, shell, Dockerfile, compose.yaml, the systemd unit and clang-tidy
	@scripts/deps.sh --quiet build lint
	@scripts/lint.sh

lint-all: ## the same, with clang-tidy for every source and not only for those that changed
	@scripts/deps.sh --quiet build lint
	@TIDY=all scripts/lint.sh

format: ## rewrite the sources with clang-format
	@scripts/deps.sh --quiet lint
	@find include src tests tools fuzz bench examples -name '*.[ch]pp' -print0 | xargs -0 clang-format-16 -i

asan: ## run every test under AddressSanitizer and UndefinedBehaviorSanitizer
	@scripts/deps.sh --quiet build
	@test -f build/asan/build.ninja || cmake --preset asan
	@cmake --build --preset asan
	@ctest --preset asan

fuzz: ## give hostile input to each parser of foreign bytes, for 60 s each (FUZZ_SECONDS)
	@scripts/deps.sh --quiet build fuzz
	@test -f build/fuzz/build.ninja || cmake --preset fuzz
	@cmake --build --preset fuzz
	@scripts/fuzz.sh

bench: build ## run the benchmarks and print the numbers
	@bench/run.sh

interop: build ## compare tokens, events, keys and webhooks with other implementations (npm, pip)
	@scripts/deps.sh --quiet interop
	@tests/interop/run.sh $(BUILD)

image: ## build the container image, with docker or podman, or without an engine as root
	@scripts/image.sh

container: ## build the image without an engine, as root, and test it beside the zooid stand-in
	@scripts/deps.sh --quiet build image
	@scripts/image_without_engine.sh
	@test -f $(BUILD)/build.ninja || cmake --preset dev
	@cmake --build --preset dev --target zooid-sim
	@TENDER=tender ZOOID_SIM=$(abspath $(BUILD))/tools/zooid-sim/zooid-sim python3 -B tests/container/test_image.py

deb: ## build the Debian package to build/package
	@scripts/deps.sh --quiet build package
	@test -f build/release/build.ninja || cmake --preset release
	@cmake --build --preset release --target tender
	@rm -f build/package/*.deb
	@cpack --config build/release/CPackConfig.cmake -B build/package

deb-test: deb ## build the package, and as root install, upgrade and remove it in a bare Debian
	@test -f $(BUILD)/build.ninja || cmake --preset dev
	@cmake --build --preset dev --target zooid-sim
	@scripts/deb_in_chroot.sh

check: ## run everything that CI runs
	@.ci/run

clean: ## remove what was built
	@rm -rf build
