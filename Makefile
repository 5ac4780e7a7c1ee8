# SPDX-License-Identifier: MIT
# make          build everything
# make run      boot Rootport in an emulator, with one domain
# make test     run everything that tests; test-unit alone takes seconds

ifeq ($(origin CC),default)
CC := gcc
endif
BUILD ?= build
CACHE ?= .cache

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

include mk/sources.mk
include mk/flags.mk
include mk/rules.mk

.PHONY: all setup test test-unit clean

all: $(PRODUCTS)

# Packages that building and testing need; installs only what is missing.
setup: $(CACHE)/packages.stamp

$(CACHE)/packages.stamp: scripts/setup-packages scripts/packages.txt
	@scripts/setup-packages scripts/packages.txt
	@mkdir -p $(@D)
	@touch $@

test: test-unit

test-unit: $(CACHE)/packages.stamp
	@$(MAKE) --no-print-directory BUILD=$(BUILD) unit-tests
	@tests/run unit --build $(BUILD)

clean:
	rm -rf $(BUILD)
