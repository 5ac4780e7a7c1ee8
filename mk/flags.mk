# SPDX-License-Identifier: MIT
# The three worlds that C is compiled for: the core (freestanding C17), the
# hypervisor (freestanding, for one machine) and the host (tests and tools).

VERSION := 0.1

# Beside the compiler, OPT is the only knob: the gates build at -O2 and at -Os.
# Left alone, everything is built for size, which is what an auditor has to read, but
# for what each register access runs through: see rules.mk.
OPT ?=
# Passes of gcc that make code larger even so: they copy blocks to spare jumps, save
# registers around calls, compute ahead of loops, of branches and for switches, and
# repeat an expression where its value is used; and calls are shorter than it believes.
SMALL := -Oz $(if $(findstring clang,$(CC)),,-fno-tree-dominator-opts -fno-caller-saves \
	-fno-tree-loop-im -fno-move-loop-invariants -fno-if-conversion \
	-fno-tree-switch-conversion -fno-tree-forwprop -fno-forward-propagate \
	--param=uninlined-function-insns=0)
CORE_OPT := $(or $(OPT),$(SMALL))
HYPERVISOR_OPT := $(or $(OPT),$(SMALL))

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wswitch-enum -Wvla -Werror

# The same bytes wherever the sources stand.
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=.

# No red zone, because exceptions arrive on the stack in use; no vector
# registers, because those are the guest's; no canary, which would need %fs; no tables
# of jumps, which take eight bytes a case.
MACHINE_FLAGS := -m64 -mno-red-zone -mgeneral-regs-only -fno-pic -fno-pie \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-jump-tables -ffunction-sections -fdata-sections -fno-common -g

# gcc alone pads arrays to the width of vector registers, which are not used here.
MACHINE_FLAGS += $(if $(findstring clang,$(CC)),,-malign-data=abi)

COMPILER_HEADERS := $(shell $(CC) -print-file-name=include)

CORE_FLAGS = -std=c17 -pedantic-errors -ffreestanding -nostdinc \
	-isystem $(COMPILER_HEADERS) -Icore/include $(MACHINE_FLAGS) $(CORE_OPT) \
	$(WARNINGS) -Wframe-larger-than=1024 $(REPRODUCIBLE)

# The hypervisor is optimised as one piece when it is linked. Not by clang, whose
# bitcode GNU ld can't read.
LINK_TIME := $(if $(findstring clang,$(CC)),,-flto -flto-partition=one)

# The ABI aligns stacks for vector registers. To gcc, callers do so still, or it would do
# it again wherever two registers hold one value.
STACK_ALIGNMENT := $(if $(findstring clang,$(CC)),,-mpreferred-stack-boundary=3 \
	-mincoming-stack-boundary=4)

# Expanded at each use, since rules.mk adds to MACHINE_FLAGS for single files.
HYPERVISOR_FLAGS = -std=gnu17 -ffreestanding $(MACHINE_FLAGS) $(HYPERVISOR_OPT) \
	-Icore/include -Iabi -Ihypervisor -I. $(WARNINGS) $(REPRODUCIBLE)

# The boot tests' shim runs where a boot loader leaves off, in 32-bit mode.
SHIM_FLAGS = -std=gnu17 -m32 -march=i686 -ffreestanding -mgeneral-regs-only -fno-pic \
	-fno-pie -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -Os -I. $(WARNINGS) $(REPRODUCIBLE)

# Warnings are errors: one of them is that a segment would be both writable and
# executable.
HYPERVISOR_LDFLAGS = $(MACHINE_FLAGS) $(HYPERVISOR_OPT) $(LINK_TIME) $(STACK_ALIGNMENT) $(REPRODUCIBLE) \
	-nostdlib -static -Wl,--gc-sections,--build-id=none,--fatal-warnings \
	-Wl,-z,noexecstack,-z,max-page-size=4096

SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
THREAD_SANITIZER := -fsanitize=thread

HOST_FLAGS := -std=gnu17 -g -O1 -fno-omit-frame-pointer \
	-Icore/include -Iabi -Ihypervisor -I. $(WARNINGS) $(REPRODUCIBLE)

# Beside HOST_FLAGS; libFuzzer finds its entry point by name, without a header.
FUZZ_FLAGS := -Wno-missing-prototypes -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all
