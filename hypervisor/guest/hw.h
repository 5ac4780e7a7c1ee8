/* SPDX-License-Identifier: MIT */
/*
 * What a CPU's virtualisation must do for the rest of the hypervisor. svm/
 * implements it for AMD-V; another vendor's folder would implement the same.
 */
#ifndef GUEST_HW_H
#define GUEST_HW_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/vcpu.h"

/* Returns NULL if this machine can run guests, else what it lacks and the mend. */
const char *hw_check(void);

/* Turns virtualisation on, on the calling CPU; from here on no interrupt is taken. */
void hw_init_cpu(struct percpu *cpu);

/* Makes what @vcpu needs to run on the nested table @npt_root. False: no memory. */
bool hw_vcpu_create(struct vcpu *vcpu, const uint64_t *npt_root);
void hw_vcpu_destroy(struct vcpu *vcpu);

/*
 * Puts @vcpu at a PVH entry: 32-bit protected mode, flat segments, paging off, EIP
 * @entry, EBX @start_info (Xen's PVH boot protocol, "CPU state at entry").
 */
void hw_vcpu_reset_pvh(struct vcpu *vcpu, uint32_t entry, uint32_t start_info);

/* Puts @vcpu where a startup IPI with @vector puts a CPU (APM vol. 2, 14.1.3). */
void hw_vcpu_reset_sipi(struct vcpu *vcpu, uint8_t vector);

/* Runs the guest until it exits, and fills in vcpu->exit. */
void hw_run(struct vcpu *vcpu);

/* Moves the guest on to @rip: the instruction before it is done. */
void hw_set_rip(struct vcpu *vcpu, uint64_t rip);

/* Instruction bytes that the hardware fetched for a memory exit; 0 if it has none. */
unsigned hw_fetched(const struct vcpu *vcpu, const uint8_t **out_bytes);

/* Makes the guest take an exception, or an NMI, when it next runs. */
void hw_inject_exception(struct vcpu *vcpu, uint8_t vector, bool has_error_code,
                         uint32_t error_code);
void hw_inject_nmi(struct vcpu *vcpu);

/* Likewise the fault of an access to @linear, which its page tables do not allow. */
void hw_inject_page_fault(struct vcpu *vcpu, uint64_t linear, uint32_t error_code);

/* Drops the nested translations that this CPU caches. */
void hw_flush(struct vcpu *vcpu);

/* The guest's paging and mode, as far as emulation depends on them. */
struct hw_mode {
    uint64_t cr0, cr3, cr4, efer;
    enum decode_mode code;
    uint8_t cpl;
};

struct hw_mode hw_mode(const struct vcpu *vcpu);

/* The base of a segment, by enum decode_segment. */
uint64_t hw_segment_base(const struct vcpu *vcpu, enum decode_segment segment);

/*
 * The linear address of @offset in @segment: in 64-bit mode only FS and GS have a base,
 * else it has 32 bits (APM vol. 2, 4.5.3 and 4.8.1).
 */
static inline uint64_t hw_linear(const struct vcpu *vcpu, uint8_t segment,
                                 uint64_t offset)
{
    bool is_64bit = hw_mode(vcpu).code == DECODE_MODE_64;

    if (!is_64bit || segment >= DECODE_FS)
        offset += hw_segment_base(vcpu, (enum decode_segment)segment);
    return is_64bit ? offset : (uint32_t)offset;
}

/* EFER as the guest sees it, and its writing; false: a value that faults. */
uint64_t hw_efer_read(const struct vcpu *vcpu);
bool hw_efer_write(struct vcpu *vcpu, uint64_t value);

#endif
