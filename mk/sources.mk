# SPDX-License-Identifier: MIT
# What is built from what: one list a product, alphabetical, one path a line.

CORE_SRCS := \
	core/access.c \
	core/bridge.c \
	core/cap.c \
	core/cfg.c \
	core/cfg_direct.c \
	core/chipset.c \
	core/ecam.c \
	core/ecam_text.c \
	core/ecam_window.c \
	core/extcfg.c \
	core/group.c \
	core/image.c \
	core/mcfg.c \
	core/probe.c \
	core/probe_region.c \
	core/report.c \
	core/rootport.c \
	core/rootport_image.c \
	core/rootport_text.c \
	core/scan.c \
	core/space.c \
	core/status.c \
	core/topology.c \
	core/type1.c \
	core/vpci.c \
	core/vpci_build.c \
	core/vpci_caps.c \
	core/vpci_errors.c \
	core/vpci_extcaps.c \
	core/vpci_header.c \
	core/vpci_map.c \
	core/vpci_msi.c \
	core/vpci_msix.c \
	core/vpci_rebar.c \
	core/vpci_sriov.c \
	core/vpci_state.c \
	core/vpci_words.c \

# What of these each access to a register goes through.
CORE_HOT_SRCS := \
	core/vpci.c \

HYPERVISOR_SRCS := \
	hypervisor/bars.c \
	hypervisor/boot/boot_info.c \
	hypervisor/boot/start.S \
	hypervisor/control.c \
	hypervisor/control_get.c \
	hypervisor/cpu/alarm.c \
	hypervisor/cpu/apic.c \
	hypervisor/cpu/clock.c \
	hypervisor/cpu/selftest.c \
	hypervisor/cpu/smp.c \
	hypervisor/cpu/trampoline.S \
	hypervisor/cpu/traps.c \
	hypervisor/cpu/traps_entry.S \
	hypervisor/dev/acpi.c \
	hypervisor/dev/acpi_fadt.c \
	hypervisor/dev/acpi_ivrs.c \
	hypervisor/dev/acpi_madt.c \
	hypervisor/dev/console.c \
	hypervisor/dev/ioapic.c \
	hypervisor/dev/power.c \
	hypervisor/dev/rtc.c \
	hypervisor/evidence.c \
	hypervisor/domains.c \
	hypervisor/guest/acpi_tables.c \
	hypervisor/guest/acpi_writer.c \
	hypervisor/guest/aml.c \
	hypervisor/guest/arguments.c \
	hypervisor/guest/build.c \
	hypervisor/guest/config_ports.c \
	hypervisor/guest/conline.c \
	hypervisor/guest/cpuid.c \
	hypervisor/guest/devices.c \
	hypervisor/guest/domain.c \
	hypervisor/guest/dsdt.c \
	hypervisor/guest/elf.c \
	hypervisor/guest/errors.c \
	hypervisor/guest/exits.c \
	hypervisor/guest/fetch.c \
	hypervisor/guest/function.c \
	hypervisor/guest/held.c \
	hypervisor/guest/hardware.c \
	hypervisor/guest/hardware_io.c \
	hypervisor/guest/hardware_memory.c \
	hypervisor/guest/hardware_move.c \
	hypervisor/guest/hardware_pci.c \
	hypervisor/guest/hardware_tables.c \
	hypervisor/guest/hypercall.c \
	hypervisor/guest/io.c \
	hypervisor/guest/mmio.c \
	hypervisor/guest/msr.c \
	hypervisor/guest/npt.c \
	hypervisor/guest/pci.c \
	hypervisor/guest/pci_access.c \
	hypervisor/guest/pci_interrupt.c \
	hypervisor/guest/pci_plug.c \
	hypervisor/guest/physdev.c \
	hypervisor/guest/pins.c \
	hypervisor/guest/pvh.c \
	hypervisor/guest/sriov.c \
	hypervisor/guest/trapped.c \
	hypervisor/guest/vapic.c \
	hypervisor/guest/vcpu.c \
	hypervisor/guest/vioapic.c \
	hypervisor/guest/vrtc.c \
	hypervisor/guest/vuart.c \
	hypervisor/guest/x2apic.c \
	hypervisor/input.c \
	hypervisor/iommu/amdvi.c \
	hypervisor/iommu/amdvi_format.c \
	hypervisor/iommu/amdvi_table.c \
	hypervisor/iommu/amdvi_unit.c \
	hypervisor/iommu/iommu.c \
	hypervisor/lib/format.c \
	hypervisor/lib/stack_guard.c \
	hypervisor/lib/string.c \
	hypervisor/machine.c \
	hypervisor/machine_options.c \
	hypervisor/machine_print.c \
	hypervisor/main.c \
	hypervisor/mm/memmap.c \
	hypervisor/mm/pages.c \
	hypervisor/mm/pagetable.c \
	hypervisor/mm/paging.c \
	hypervisor/platform.c \
	hypervisor/poll.c \
	hypervisor/reports.c \
	hypervisor/seal.c \
	hypervisor/svm/decode.c \
	hypervisor/svm/enter.S \
	hypervisor/svm/execute.c \
	hypervisor/svm/permissions.c \
	hypervisor/svm/svm.c \
	hypervisor/system.c \

# The parser of launch configurations, which needs libfdt and is shared by the
# hypervisor and the tool.
LAUNCH_SRCS := \
	launch/check.c \
	launch/describe.c \
	launch/findings.c \
	launch/mends.c \
	launch/module.c \
	launch/nearest.c \
	launch/property.c \
	launch/read.c \
	launch/resolve.c \
	launch/schema.c \
	launch/selector.c \
	launch/tree.c \

# The rootport command for Linux.
TOOL_SRCS := \
	tools/audit/assess.c \
	tools/audit/audit.c \
	tools/audit/capabilities.c \
	tools/audit/document.c \
	tools/audit/dump.c \
	tools/audit/files.c \
	tools/audit/input.c \
	tools/audit/json.c \
	tools/audit/libpci.c \
	tools/audit/listing.c \
	tools/audit/live_firmware.c \
	tools/audit/live_functions.c \
	tools/audit/machine.c \
	tools/audit/memory.c \
	tools/audit/options.c \
	tools/audit/picture.c \
	tools/audit/platform.c \
	tools/audit/redact.c \
	tools/audit/regions.c \
	tools/audit/saved_read.c \
	tools/audit/saved_write.c \
	tools/audit/table.c \
	tools/audit/text.c \
	tools/audit/topology.c \
	tools/audit/tree.c \
	tools/audit/words.c \
	tools/command.c \
	tools/config/check.c \
	tools/config/config.c \
	tools/config/fit.c \
	tools/config/new.c \
	tools/config/source.c \
	tools/ctl/control.c \
	tools/ctl/list.c \
	tools/ctl/log.c \
	tools/ctl/move.c \
	tools/ctl/seal.c \
	tools/ctl/stats.c \
	tools/main.c \

# What of it reads files that may come from anybody.
AUDIT_INPUT_SRCS := $(addprefix tools/audit/,dump.c machine.c memory.c saved_read.c \
	saved_write.c text.c words.c)

CONFIGS := \
	configs/demo.dts \
	configs/nvme.dts \

# The guest without a kernel that misbehaves in boot tests, one act a name.
BARE_SRCS := \
	tests/bare/crash.c \
	tests/bare/dma.c \
	tests/bare/exits.c \
	tests/bare/gone.c \
	tests/bare/instructions.c \
	tests/bare/ipis.c \
	tests/bare/machine.c \
	tests/bare/main.c \
	tests/bare/refused.c \
	tests/bare/reports.c \
	tests/bare/runtime.c \
	tests/bare/slots.c \
	tests/bare/start.S \
	tests/bare/storm.c \
	tests/bare/traces.c \

# tests/unit/test_X.c is named X here. test_X_SRCS names what X needs besides
# the core and the fakes.
UNIT_TESTS := \
	access \
	acpi \
	acpi_ivrs \
	acpi_tables \
	amdvi \
	aml \
	boot_info \
	bridge \
	cap \
	cfg \
	chipset \
	config \
	config_ports \
	conline \
	ctl \
	decode \
	dsdt \
	dump \
	ecam \
	elf \
	execute \
	extcfg \
	fetch \
	fixtures \
	format \
	guest_cpu \
	group \
	hardware_domain \
	hardware_tables \
	iommu \
	launch \
	mcfg \
	memmap \
	mmio \
	pagetable \
	pciehp \
	pins \
	probe \
	pvh \
	readers \
	rebar_driver \
	report \
	resolve \
	rootport \
	rootport_errors \
	rootport_image \
	rootport_slot \
	saved \
	scan \
	space \
	sriov \
	string \
	topology \
	types \
	vapic \
	vioapic \
	vpci \
	vpci_bars \
	vpci_caps \
	vpci_errors \
	vpci_header \
	vpci_interrupts \
	vpci_msi \
	vpci_rebar \
	vpci_rows \
	vpci_secrets \
	vpci_sriov \
	vpci_vpd \
	vrtc \
	vuart \
	x2apic \

test_acpi_SRCS := hypervisor/dev/acpi.c hypervisor/dev/acpi_fadt.c \
	hypervisor/dev/acpi_ivrs.c hypervisor/dev/acpi_madt.c
test_acpi_ivrs_SRCS := $(test_acpi_SRCS)
test_acpi_tables_SRCS := $(addprefix hypervisor/guest/,acpi_tables.c acpi_writer.c aml.c dsdt.c)
test_amdvi_SRCS := hypervisor/iommu/amdvi_format.c \
	hypervisor/iommu/amdvi_table.c hypervisor/iommu/iommu.c
test_boot_info_SRCS := hypervisor/boot/boot_info.c
test_fetch_SRCS := hypervisor/guest/fetch.c hypervisor/svm/decode.c
test_format_SRCS := hypervisor/lib/format.c
test_pagetable_SRCS := hypervisor/mm/pagetable.c
test_guest_cpu_SRCS := hypervisor/guest/cpuid.c hypervisor/guest/io.c \
	hypervisor/guest/msr.c hypervisor/svm/decode.c
test_memmap_SRCS := hypervisor/mm/memmap.c
test_mmio_SRCS := hypervisor/guest/fetch.c hypervisor/guest/mmio.c \
	hypervisor/svm/decode.c hypervisor/svm/execute.c
test_aml_SRCS := hypervisor/guest/acpi_writer.c hypervisor/guest/aml.c
test_conline_SRCS := hypervisor/guest/conline.c
test_config_SRCS := $(filter-out tools/main.c,$(TOOL_SRCS)) $(LAUNCH_SRCS)
test_config_ports_SRCS := hypervisor/guest/config_ports.c
test_ctl_SRCS := tools/ctl/control.c tools/ctl/stats.c
test_decode_SRCS := hypervisor/svm/decode.c
test_dsdt_SRCS := $(test_acpi_tables_SRCS)
test_dump_SRCS := $(AUDIT_INPUT_SRCS)
test_elf_SRCS := hypervisor/guest/elf.c
test_execute_SRCS := hypervisor/svm/decode.c hypervisor/svm/execute.c
test_pins_SRCS := hypervisor/guest/conline.c hypervisor/guest/vapic.c \
	hypervisor/guest/vioapic.c hypervisor/guest/vrtc.c hypervisor/guest/vuart.c \
	hypervisor/guest/x2apic.c hypervisor/iommu/iommu.c
test_pvh_SRCS := hypervisor/guest/pvh.c
test_hardware_domain_SRCS := hypervisor/bars.c hypervisor/guest/hardware_move.c \
	hypervisor/guest/hardware_pci.c
test_hardware_tables_SRCS := hypervisor/guest/acpi_writer.c \
	hypervisor/guest/hardware_tables.c
test_iommu_SRCS := hypervisor/iommu/amdvi.c $(test_amdvi_SRCS)
test_launch_SRCS := $(LAUNCH_SRCS)
test_pvh_SRCS := hypervisor/guest/pvh.c
test_saved_SRCS := $(AUDIT_INPUT_SRCS)
test_vapic_SRCS := hypervisor/guest/vapic.c hypervisor/guest/vioapic.c \
	hypervisor/guest/x2apic.c
test_sriov_SRCS := hypervisor/guest/sriov.c
test_vioapic_SRCS := hypervisor/guest/vioapic.c
test_vrtc_SRCS := hypervisor/guest/vrtc.c
test_vuart_SRCS := hypervisor/guest/vuart.c
test_x2apic_SRCS := hypervisor/guest/x2apic.c
test_resolve_SRCS := $(LAUNCH_SRCS)

# Those of them that have threads run with ThreadSanitizer as well.
THREAD_TESTS := \
	readers \
	vpci \

FAKE_SRCS := \
	tests/fake/fake_acpi.c \
	tests/fake/fake_device.c \
	tests/fake/fake_domain.c \
	tests/fake/fake_pci.c \
	tests/fake/fake_platform.c \
	tests/fake/fake_slot.c \

# tests/fuzz/fuzz_X.c is named X here. fuzz_X_SRCS as above.
FUZZERS := \
	acpi \
	bridge \
	cap \
	decode \
	dump \
	elf \
	guestdev \
	launch \
	mcfg \
	report \
	rootport \
	saved \
	scan \
	sriov \
	vpci \

fuzz_acpi_SRCS := $(test_acpi_SRCS)
fuzz_decode_SRCS := $(test_execute_SRCS)
fuzz_dump_SRCS := tests/fuzz/audit_repeat.c $(AUDIT_INPUT_SRCS) \
	$(addprefix tools/audit/,assess.c capabilities.c document.c json.c listing.c \
	redact.c regions.c table.c topology.c tree.c)
fuzz_elf_SRCS := $(test_elf_SRCS)
fuzz_guestdev_SRCS := hypervisor/guest/conline.c hypervisor/guest/vioapic.c \
	hypervisor/guest/vrtc.c hypervisor/guest/vuart.c
fuzz_launch_SRCS := $(LAUNCH_SRCS)
fuzz_saved_SRCS := $(fuzz_dump_SRCS)

# What measures the core on this machine.
CORE_BENCH_SRCS := \
	bench/core/machine.c \
	bench/core/main.c \
	bench/core/operations.c \

# What measures from inside a guest.
GUEST_BENCH_SRCS := \
	bench/guest/accesses.c \
	bench/guest/disk.c \
	bench/guest/exits.c \
	bench/guest/hotplug.c \
	bench/guest/measure.c \
	bench/guest/packets.c \
	tools/ctl/control.c \

# Programs that run in guests.
GUEST_PROGRAMS := \
	tests/guest/memory_watch.c \
	tests/guest/nvme_virtual.c \
	tests/guest/physdev.c \
	tests/guest/port_strings.c \

# What QEMU loads beside its own devices.
EMULATOR_EXTENSION_SRCS := \
	tests/emulator/correctable_error.c \
	tests/emulator/resizable_bar.c \

# What stands between QEMU and the hypervisor where firmware is to be another.
SHIM_SRCS := \
	tests/firmware/shim.c \
	tests/firmware/start.S \

