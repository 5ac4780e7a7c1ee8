# SPDX-License-Identifier: MIT
# How each kind of product is made. What is made of what stands in sources.mk.

# Objects of one world have a folder of their own, since the core is compiled
# for each of them.
core_objects = $(patsubst %,$(BUILD)/core/%.o,$(basename $(1)))
hypervisor_objects = $(patsubst %,$(BUILD)/hypervisor/%.o,$(basename $(1)))
tool_objects = $(patsubst %,$(BUILD)/tool/%.o,$(basename $(1)))
unit_objects = $(patsubst %,$(BUILD)/unit/%.o,$(basename $(1)))
thread_objects = $(patsubst %,$(BUILD)/thread/%.o,$(basename $(1)))
fuzz_objects = $(patsubst %,$(BUILD)/fuzz/%.o,$(basename $(1)))

LIBRARY := $(BUILD)/librootport.a

HYPERVISOR := $(BUILD)/rootport.elf
HYPERVISOR_OBJECTS := $(call hypervisor_objects,$(HYPERVISOR_SRCS) $(LAUNCH_SRCS) $(CORE_SRCS))
TOOL := $(BUILD)/rootport
CONFIG_BLOBS := $(patsubst %.dts,$(BUILD)/%.dtb,$(CONFIGS))

PRODUCTS := $(LIBRARY) $(TOOL) $(CONFIG_BLOBS) \
	$(if $(filter hypervisor/main.c,$(HYPERVISOR_SRCS)),$(HYPERVISOR),$(HYPERVISOR_OBJECTS))

FLAG_FILES := Makefile mk/flags.mk mk/rules.mk

# --- compiling ---------------------------------------------------------------

define compile
@echo "CC $<"
@mkdir -p $(@D)
@$(CC) $(1) -MMD -MP -c -o $@ $<
endef

$(BUILD)/core/%.o: %.c $(FLAG_FILES)
	$(call compile,$(CORE_FLAGS))

$(BUILD)/hypervisor/core/%.o: core/%.c $(FLAG_FILES)
	$(call compile,$(CORE_FLAGS))

$(BUILD)/hypervisor/%.o: %.c $(FLAG_FILES)
	$(call compile,$(HYPERVISOR_FLAGS))

$(BUILD)/hypervisor/%.o: %.S $(FLAG_FILES)
	$(call compile,$(HYPERVISOR_FLAGS))

$(BUILD)/tool/%.o: %.c $(FLAG_FILES)
	$(call compile,$(HOST_FLAGS) $(OPT))

$(BUILD)/unit/%.o: %.c $(FLAG_FILES)
	$(call compile,$(HOST_FLAGS) $(SANITIZERS))

$(BUILD)/thread/%.o: %.c $(FLAG_FILES)
	$(call compile,$(HOST_FLAGS) $(THREAD_SANITIZER))

# What each access of a guest goes through is built for speed, where OPT leaves the choice.
$(call core_objects,$(CORE_HOT_SRCS)) \
$(call hypervisor_objects,$(CORE_HOT_SRCS)): CORE_OPT := $(or $(OPT),-O2)

# gcc finds mem* in the loops of mem*, even freestanding; clang doesn't then.
$(call hypervisor_objects,hypervisor/lib/string.c): MACHINE_FLAGS += \
	$(if $(findstring clang,$(CC)),,-fno-tree-loop-distribute-patterns)

# Not at the link: mem*, since calls of them appear when it is too late to find them
# there, and what breaks the rules on purpose.
HYPERVISOR_APART_SRCS := hypervisor/lib/string.c hypervisor/cpu/selftest.c

$(filter-out $(call hypervisor_objects,$(HYPERVISOR_APART_SRCS)),$(HYPERVISOR_OBJECTS)): \
	MACHINE_FLAGS += $(LINK_TIME) $(STACK_ALIGNMENT)

# --- the core ----------------------------------------------------------------

define archive
@echo "AR $@"
@mkdir -p $(@D)
@rm -f $@
@ar rcsD $@ $(filter %.o,$^)
endef

$(LIBRARY): $(call core_objects,$(CORE_SRCS)) mk/sources.mk
	$(archive)

# --- the hypervisor ----------------------------------------------------------

LINKER_SCRIPT := hypervisor/hypervisor.lds
LIBFDT := $(shell $(CC) -print-file-name=libfdt.a)

$(HYPERVISOR)64: $(HYPERVISOR_OBJECTS) $(LINKER_SCRIPT) mk/sources.mk
	@echo "LD $@"
	@$(CC) $(HYPERVISOR_LDFLAGS) -T $(LINKER_SCRIPT) -o $@ $(filter %.o,$^) $(LIBFDT)

# Multiboot loaders take nothing but 32-bit ELF files. The code stays 64-bit.
$(HYPERVISOR): $(HYPERVISOR)64
	@echo "OBJCOPY $@"
	@objcopy -O elf32-i386 --strip-debug $< $@

$(BUILD)/configs/%.dtb: configs/%.dts
	@echo "DTC $<"
	@mkdir -p $(@D)
	@dtc -q -I dts -O dtb -o $@ $<

# --- guests --------------------------------------------------------------------

INITRAMFS := $(BUILD)/initramfs.cpio

GUEST_PROGRAM_FILES := $(patsubst tests/guest/%.c,$(BUILD)/guest/%,$(GUEST_PROGRAMS))

$(BUILD)/guest/%: tests/guest/%.c
	@echo "CC $@"
	@mkdir -p $(@D)
	@$(CC) $(HOST_FLAGS) -o $@ $<

$(INITRAMFS): scripts/make-initramfs $(TOOL) $(GUEST_PROGRAM_FILES) \
		$(wildcard tests/guest/*) $(CACHE)/kernel/release
	@echo "CPIO $@"
	@mkdir -p $(@D)
	@scripts/make-initramfs --kernel $(CACHE)/kernel --guest tests/guest \
		$(addprefix --program ,$(TOOL) $(GUEST_PROGRAM_FILES)) --output $@

# The same with the modules of a later kernel, which may be missing.
INITRAMFS_6_12 := $(BUILD)/initramfs-6.12.cpio

$(INITRAMFS_6_12): $(INITRAMFS) $(CACHE)/kernel-6.12/release
	@echo "CPIO $@"
	@scripts/make-initramfs --kernel $(CACHE)/kernel-6.12 --guest tests/guest \
		$(addprefix --program ,$(TOOL) $(GUEST_PROGRAM_FILES)) --output $@

# The guest without a kernel.
BARE := $(BUILD)/bare.elf

$(BARE): $(call hypervisor_objects,$(BARE_SRCS)) tests/bare/bare.lds mk/sources.mk
	@echo "LD $@"
	@$(LD) -m elf_x86_64 -nostdlib -static --gc-sections --build-id=none \
		-z noexecstack --no-warn-rwx-segments -z max-page-size=4096 \
		-T tests/bare/bare.lds -o $@ $(filter %.o,$^)

# What makes firmware another than QEMU's: 32-bit code, as multiboot starts it.
SHIM := $(BUILD)/shim.elf
SHIM_OBJECTS := $(patsubst %,$(BUILD)/shim/%.o,$(basename $(SHIM_SRCS)))

$(BUILD)/shim/%.o: %.c $(FLAG_FILES)
	$(call compile,$(SHIM_FLAGS))

$(BUILD)/shim/%.o: %.S $(FLAG_FILES)
	$(call compile,$(SHIM_FLAGS))

$(SHIM): $(SHIM_OBJECTS) tests/firmware/shim.lds mk/sources.mk
	@echo "LD $@"
	@$(LD) -m elf_i386 -nostdlib -static --build-id=none -z noexecstack \
		--no-warn-rwx-segments -T tests/firmware/shim.lds -o $@ $(filter %.o,$^)

# What QEMU loads where a device of its own isn't enough. Its functions are found then.
EMULATOR_EXTENSIONS := $(patsubst tests/%.c,$(BUILD)/%.so,$(EMULATOR_EXTENSION_SRCS))

$(BUILD)/emulator/%.so: tests/emulator/%.c $(FLAG_FILES)
	@echo "CC $<"
	@mkdir -p $(@D)
	@$(CC) $(HOST_FLAGS) -fPIC -shared -o $@ $<

GUEST_FILES := $(INITRAMFS) $(BARE) $(SHIM) $(EMULATOR_EXTENSIONS) \
	$(if $(wildcard $(CACHE)/kernel-6.12/release),$(INITRAMFS_6_12))

# --- the rootport command ----------------------------------------------------

TOOL_LIBRARY := $(BUILD)/tool/librootport.a

$(TOOL_LIBRARY): $(call tool_objects,$(CORE_SRCS)) mk/sources.mk
	$(archive)

$(call tool_objects,tools/main.c): HOST_FLAGS += -DVERSION='"$(VERSION)"'

$(TOOL): $(call tool_objects,$(TOOL_SRCS) $(LAUNCH_SRCS)) $(TOOL_LIBRARY)
	@echo "LD $@"
	@$(CC) -o $@ $(filter %.o,$^) $(TOOL_LIBRARY) -Wl,--as-needed -lfdt -lpci

# --- unit tests --------------------------------------------------------------

UNIT_LIBRARY := $(BUILD)/unit/librootport.a
UNIT_PROGRAMS := $(patsubst %,$(BUILD)/unit/test_%,$(UNIT_TESTS))

$(UNIT_LIBRARY): $(call unit_objects,$(CORE_SRCS) $(FAKE_SRCS)) mk/sources.mk
	$(archive)

define unit_program
$(BUILD)/unit/test_$(1): $(call unit_objects,tests/unit/test_$(1).c $(test_$(1)_SRCS))
endef
$(foreach name,$(UNIT_TESTS),$(eval $(call unit_program,$(name))))

$(UNIT_PROGRAMS): $(UNIT_LIBRARY)
	@echo "LD $@"
	@$(CC) $(SANITIZERS) -o $@ $(filter %.o,$^) $(UNIT_LIBRARY) -lcmocka -Wl,--as-needed -lfdt -lpci

# The tests with threads once more, since a program has room for one sanitizer.
THREAD_LIBRARY := $(BUILD)/thread/librootport.a
THREAD_PROGRAMS := $(patsubst %,$(BUILD)/thread/test_%,$(THREAD_TESTS))

$(THREAD_LIBRARY): $(call thread_objects,$(CORE_SRCS) $(FAKE_SRCS)) mk/sources.mk
	$(archive)

$(THREAD_PROGRAMS): $(BUILD)/thread/test_%: $(BUILD)/thread/tests/unit/test_%.o $(THREAD_LIBRARY)
	@echo "LD $@"
	@$(CC) $(THREAD_SANITIZER) -o $@ $< $(THREAD_LIBRARY) -lcmocka

# Leaves a list behind, so that a removed test whose program is still there is not run.
.PHONY: unit-tests
unit-tests: $(UNIT_PROGRAMS) $(THREAD_PROGRAMS)
	@mkdir -p $(BUILD)/unit $(BUILD)/thread
	@printf '%s\n' $(UNIT_TESTS) > $(BUILD)/unit/tests.txt
	@printf '%s\n' $(THREAD_TESTS) > $(BUILD)/thread/tests.txt

# --- documentation -----------------------------------------------------------

# Prints docs/capabilities.md; on the fake machine, since the core needs one.
CAPABILITIES := $(BUILD)/capabilities
CAPABILITIES_SRCS := tests/docs/capabilities.c tests/fake/fake_pci.c \
	tests/fake/fake_platform.c

$(CAPABILITIES): $(call tool_objects,$(CAPABILITIES_SRCS)) $(TOOL_LIBRARY)
	@echo "LD $@"
	@$(CC) -o $@ $(filter %.o,$^) $(TOOL_LIBRARY)

# --- fuzzers -----------------------------------------------------------------

FUZZ_CC := clang
FUZZ_LIBRARY := $(BUILD)/fuzz/librootport.a
FUZZ_PROGRAMS := $(patsubst %,$(BUILD)/fuzz/fuzz_%,$(FUZZERS))

$(BUILD)/fuzz/%.o: CC := $(FUZZ_CC)
$(BUILD)/fuzz/%.o: %.c $(FLAG_FILES)
	$(call compile,$(HOST_FLAGS) $(FUZZ_FLAGS))

$(FUZZ_LIBRARY): $(call fuzz_objects,$(CORE_SRCS) $(FAKE_SRCS)) mk/sources.mk
	$(archive)

define fuzz_program
$(BUILD)/fuzz/fuzz_$(1): $(call fuzz_objects,tests/fuzz/fuzz_$(1).c $(fuzz_$(1)_SRCS))
endef
$(foreach name,$(FUZZERS),$(eval $(call fuzz_program,$(name))))

$(FUZZ_PROGRAMS): $(FUZZ_LIBRARY)
	@echo "LD $@"
	@$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $(filter %.o,$^) $(FUZZ_LIBRARY) \
		-Wl,--as-needed -lfdt

.PHONY: fuzz-programs
fuzz-programs: $(FUZZ_PROGRAMS)
	@mkdir -p $(BUILD)/fuzz
	@printf '%s\n' $(FUZZERS) > $(BUILD)/fuzz/fuzzers.txt

# --- measuring -----------------------------------------------------------------

# The core as the hypervisor has it, in a program of this machine.
CORE_BENCH := $(BUILD)/bench/core-bench

$(BUILD)/bench/%.o: %.c $(FLAG_FILES)
	$(call compile,$(HOST_FLAGS) -O2 -fno-pie -fomit-frame-pointer)

$(CORE_BENCH): $(patsubst %.c,$(BUILD)/bench/%.o,$(CORE_BENCH_SRCS)) $(LIBRARY)
	@echo "LD $@"
	@$(CC) -no-pie -o $@ $(filter %.o,$^) $(LIBRARY)

# What measures from inside a guest, and the file system that has it.
GUEST_BENCH := $(BUILD)/bench/measure
GUEST_BENCH_SCRIPTS := $(wildcard bench/guest/*.sh)
BENCH_INITRAMFS := $(BUILD)/bench/initramfs.cpio

$(GUEST_BENCH): $(patsubst %.c,$(BUILD)/bench/%.o,$(GUEST_BENCH_SRCS))
	@echo "LD $@"
	@$(CC) -static -o $@ $^

$(BENCH_INITRAMFS): scripts/make-initramfs $(TOOL) $(wildcard tests/guest/*) \
		$(GUEST_BENCH) $(GUEST_BENCH_SCRIPTS) $(CACHE)/kernel/release
	@echo "CPIO $@"
	@scripts/make-initramfs --kernel $(CACHE)/kernel --guest tests/guest \
		--program $(TOOL) --bench $(GUEST_BENCH) $(GUEST_BENCH_SCRIPTS) --output $@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
