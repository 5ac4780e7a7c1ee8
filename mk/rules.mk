# SPDX-License-Identifier: MIT
# How each kind of product is made. What is made of what stands in sources.mk.

# Objects of one world have a folder of their own, since the core is compiled
# for each of them.
core_objects = $(patsubst %,$(BUILD)/core/%.o,$(basename $(1)))
hypervisor_objects = $(patsubst %,$(BUILD)/hypervisor/%.o,$(basename $(1)))
unit_objects = $(patsubst %,$(BUILD)/unit/%.o,$(basename $(1)))
fuzz_objects = $(patsubst %,$(BUILD)/fuzz/%.o,$(basename $(1)))

LIBRARY := $(BUILD)/librootport.a

PRODUCTS := $(if $(CORE_SRCS),$(LIBRARY))

FLAG_FILES := Makefile mk/flags.mk mk/rules.mk

# --- compiling ---------------------------------------------------------------

define compile
@echo "CC $<"
@mkdir -p $(@D)
@$(CC) $(1) -MMD -MP -c -o $@ $<
endef

$(BUILD)/core/%.o: %.c $(FLAG_FILES)
	$(call compile,$(CORE_FLAGS))

$(BUILD)/hypervisor/%.o: %.c $(FLAG_FILES)
	$(call compile,$(HYPERVISOR_FLAGS))

$(BUILD)/hypervisor/%.o: %.S $(FLAG_FILES)
	$(call compile,$(HYPERVISOR_FLAGS))

$(BUILD)/unit/%.o: %.c $(FLAG_FILES)
	$(call compile,$(HOST_FLAGS) $(SANITIZERS))

# --- the core ----------------------------------------------------------------

define archive
@echo "AR $@"
@rm -f $@
@ar rcsD $@ $(filter %.o,$^)
endef

$(LIBRARY): $(call core_objects,$(CORE_SRCS)) mk/sources.mk
	$(archive)

# --- unit tests --------------------------------------------------------------

UNIT_LIBRARY := $(BUILD)/unit/librootport.a
UNIT_PROGRAMS := $(patsubst %,$(BUILD)/unit/test_%,$(UNIT_TESTS))

$(UNIT_LIBRARY): $(call unit_objects,$(CORE_SRCS) $(FAKE_SRCS)) mk/sources.mk
	@mkdir -p $(@D)
	$(archive)

define unit_program
$(BUILD)/unit/test_$(1): $(call unit_objects,tests/unit/test_$(1).c $(test_$(1)_SRCS))
endef
$(foreach name,$(UNIT_TESTS),$(eval $(call unit_program,$(name))))

$(UNIT_PROGRAMS): $(UNIT_LIBRARY)
	@echo "LD $@"
	@$(CC) $(SANITIZERS) -o $@ $(filter %.o,$^) $(UNIT_LIBRARY) -lcmocka -Wl,--as-needed -lfdt

# Leaves a list behind, so that a removed test whose program is still there is not run.
.PHONY: unit-tests
unit-tests: $(UNIT_PROGRAMS)
	@mkdir -p $(BUILD)/unit
	@printf '%s\n' $(UNIT_TESTS) > $(BUILD)/unit/tests.txt

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
