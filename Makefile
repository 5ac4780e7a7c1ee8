# SPDX-License-Identifier: MIT
# make          build everything
# make run      boot Rootport in an emulator, with four domains
# make test     run everything that tests; test-unit alone takes seconds
# make install  put the command and the core below $(DESTDIR)$(prefix), /usr/local
# make bench    measure beside Xen and the bare machine; PARTS="NAME ..." only some
# make docs     write the pages that are made from tables

ifeq ($(origin CC),default)
CC := gcc
endif
BUILD ?= build
CACHE ?= .cache

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-print-directory

include mk/sources.mk
include mk/flags.mk
include mk/rules.mk
include mk/install.mk

.PHONY: all products guest-files setup run test test-gates test-scripts test-unit test-tool test-model test-fuzz test-boot install docs bench bench-core clean

all: $(CACHE)/packages.stamp
	@$(MAKE) -s products

products: $(PRODUCTS)

# What guests boot. Only a make that is started after the set-up knows which kernels there are.
guest-files: $(GUEST_FILES)

# --- set-up: needs the network once; installs only what is missing ---------------

setup: $(CACHE)/packages.stamp $(CACHE)/kernel/release $(CACHE)/kernel-6.12/release

$(CACHE)/packages.stamp: scripts/setup-packages scripts/packages.txt
	@scripts/setup-packages scripts/packages.txt
	@mkdir -p $(@D)
	@touch $@

$(CACHE)/kernel/release: | $(CACHE)/packages.stamp
	@scripts/setup-kernel $(@D)

# One test boots it; that one is skipped where the kernel can't be had.
$(CACHE)/kernel-6.12/release: | $(CACHE)/packages.stamp
	@scripts/setup-kernel $(@D) bookworm-backports || \
		echo "setup: the test of Linux 6.12 will be skipped"

# --- running -------------------------------------------------------------------

# Which scenario `make run` boots: a folder below tests/boot.
SCENARIO ?= demo

run: setup
	@$(MAKE) -s products guest-files
	@scripts/run tests/boot/$(SCENARIO) --build $(BUILD) --cache $(CACHE)

# --- testing -------------------------------------------------------------------

test: setup
	@$(MAKE) -s products unit-tests fuzz-programs guest-files
	@tests/run gates scripts unit tool model fuzz boot --build $(BUILD) --cache $(CACHE)

test-gates: $(CACHE)/packages.stamp
	@$(MAKE) -s products
	@tests/run gates --build $(BUILD)

test-scripts: $(CACHE)/packages.stamp
	@tests/run scripts --build $(BUILD)

# Builds all products too, since the core's users have to keep up with it.
test-unit: $(CACHE)/packages.stamp
	@$(MAKE) -s products unit-tests
	@tests/run unit --build $(BUILD)

test-model: $(CACHE)/packages.stamp
	@tests/run model --build $(BUILD)

test-tool: $(CACHE)/packages.stamp
	@$(MAKE) -s products
	@tests/run tool --build $(BUILD)

test-fuzz: $(CACHE)/packages.stamp
	@$(MAKE) -s fuzz-programs
	@tests/run fuzz --build $(BUILD)

test-boot: setup
	@$(MAKE) -s products guest-files
	@tests/run boot --build $(BUILD) --cache $(CACHE)

# --- documentation -----------------------------------------------------------------

docs:
	@$(MAKE) -s $(CAPABILITIES)
	@$(CAPABILITIES) > docs/capabilities.md

# --- measuring -------------------------------------------------------------------

$(CACHE)/xen/xen: | $(CACHE)/packages.stamp
	@scripts/setup-xen $(@D)

bench: setup $(CACHE)/xen/xen
	@$(MAKE) -s products $(BENCH_INITRAMFS) $(BARE) $(CORE_BENCH)
	@bench/side_by_side.py --build $(BUILD) --cache $(CACHE) --output bench/results \
		$(if $(PARTS),--only $(PARTS))

bench-core: $(CACHE)/packages.stamp
	@$(MAKE) -s $(CORE_BENCH)
	@bench/core.py --program $(CORE_BENCH) --output bench/results/core.json

clean:
	rm -rf $(BUILD)
