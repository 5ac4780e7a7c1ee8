/* SPDX-License-Identifier: MIT */
/* The virtual machine control block (AMD64 APM vol. 2, appendix B). */
#ifndef SVM_VMCB_H
#define SVM_VMCB_H

#include <stddef.h>
#include <stdint.h>

/* Intercepts at 0x00c. */
#define INTERCEPT1_NMI      0x00000002u
#define INTERCEPT1_INIT     0x00000008u
#define INTERCEPT1_CPUID    0x00040000u
#define INTERCEPT1_INVD     0x00400000u
#define INTERCEPT1_INVLPGA  0x04000000u
#define INTERCEPT1_IOIO     0x08000000u
#define INTERCEPT1_MSR      0x10000000u
#define INTERCEPT1_SHUTDOWN 0x80000000u

/* Intercepts at 0x010. */
#define INTERCEPT2_VMRUN       0x00000001u
#define INTERCEPT2_VMMCALL     0x00000002u
#define INTERCEPT2_VMLOAD      0x00000004u
#define INTERCEPT2_VMSAVE      0x00000008u
#define INTERCEPT2_STGI        0x00000010u
#define INTERCEPT2_CLGI        0x00000020u
#define INTERCEPT2_SKINIT      0x00000040u
#define INTERCEPT2_MONITOR     0x00000400u
#define INTERCEPT2_MWAIT       0x00000800u
#define INTERCEPT2_MWAIT_ARMED 0x00001000u

#define TLB_CONTROL_FLUSH_ALL  1u

#define NP_ENABLE              1u

/* EVENTINJ, 15.20. */
#define EVENT_TYPE_NMI       0x00000200u
#define EVENT_TYPE_EXCEPTION 0x00000300u
#define EVENT_HAS_ERROR_CODE 0x00000800u
#define EVENT_VALID          0x80000000u

/* Exit codes, appendix C. */
enum {
    VMEXIT_EXCEPTION_DB = 0x41,
    VMEXIT_EXCEPTION_AC = 0x51,
    VMEXIT_NMI = 0x61,
    VMEXIT_INIT = 0x63,
    VMEXIT_CPUID = 0x72,
    VMEXIT_INVD = 0x76,
    VMEXIT_INVLPGA = 0x7a,
    VMEXIT_IOIO = 0x7b,
    VMEXIT_MSR = 0x7c,
    VMEXIT_SHUTDOWN = 0x7f,
    VMEXIT_VMRUN = 0x80,
    VMEXIT_VMMCALL = 0x81,
    VMEXIT_SKINIT = 0x86,
    VMEXIT_MONITOR = 0x8a,
    VMEXIT_MWAIT = 0x8b,
    VMEXIT_MWAIT_ARMED = 0x8c,
    VMEXIT_NPF = 0x400,
};
#define VMEXIT_INVALID 0xffffffffffffffffull

/* EXITINFO1 of VMEXIT_IOIO, 15.10.2. */
#define IOIO_IN     0x00000001u
#define IOIO_STRING 0x00000004u
#define IOIO_REP    0x00000008u
#define IOIO_WIDTH  0x00000070u
#define IOIO_PORT   0xffff0000u

/* EXITINFO1 of VMEXIT_NPF, 15.25.6. */
#define NPF_PRESENT 0x0000000000000001ull
#define NPF_WRITE   0x0000000000000002ull
#define NPF_FETCH   0x0000000000000010ull
#define NPF_FINAL   0x0000000100000000ull /* the guest's own access ... */
#define NPF_TABLE   0x0000000200000000ull /* ... or a walk of its page tables */

/* Attributes of a segment, 15.5.1: descriptor bits 55:52 and 47:40. */
#define SEGMENT_LONG    0x0200u
#define SEGMENT_DEFAULT 0x0400u

struct vmcb_segment {
    uint16_t selector;
    uint16_t attributes;
    uint32_t limit;
    uint64_t base;
};

struct vmcb {
    uint32_t intercept_cr;         /* 000 */
    uint32_t intercept_dr;         /* 004 */
    uint32_t intercept_exceptions; /* 008 */
    uint32_t intercept1;           /* 00c */
    uint32_t intercept2;           /* 010 */
    uint32_t intercept3;           /* 014 */
    uint8_t reserved0[0x040 - 0x018];
    uint64_t iopm_base;        /* 040 */
    uint64_t msrpm_base;       /* 048 */
    uint64_t tsc_offset;       /* 050 */
    uint32_t asid;             /* 058 */
    uint32_t tlb_control;      /* 05c */
    uint64_t vintr;            /* 060 */
    uint64_t interrupt_shadow; /* 068 */
    uint64_t exit_code;        /* 070 */
    uint64_t exit_info1;       /* 078 */
    uint64_t exit_info2;       /* 080 */
    uint64_t exit_int_info;    /* 088 */
    uint64_t np_enable;        /* 090 */
    uint8_t reserved1[0x0a8 - 0x098];
    uint64_t event_inject; /* 0a8 */
    uint64_t nested_cr3;   /* 0b0 */
    uint64_t lbr_enable;   /* 0b8 */
    uint64_t clean;        /* 0c0 */
    uint64_t next_rip;     /* 0c8 */
    uint8_t fetched_count; /* 0d0 */
    uint8_t fetched[15];   /* 0d1 */
    uint8_t reserved2[0x400 - 0x0e0];

    struct vmcb_segment es, cs, ss, ds, fs, gs; /* 400 */
    struct vmcb_segment gdtr, ldtr, idtr, tr;   /* 460 */
    uint8_t reserved3[0x4cb - 0x4a0];
    uint8_t cpl; /* 4cb */
    uint8_t reserved4[0x4d0 - 0x4cc];
    uint64_t efer; /* 4d0 */
    uint8_t reserved5[0x548 - 0x4d8];
    uint64_t cr4;    /* 548 */
    uint64_t cr3;    /* 550 */
    uint64_t cr0;    /* 558 */
    uint64_t dr7;    /* 560 */
    uint64_t dr6;    /* 568 */
    uint64_t rflags; /* 570 */
    uint64_t rip;    /* 578 */
    uint8_t reserved6[0x5d8 - 0x580];
    uint64_t rsp; /* 5d8 */
    uint8_t reserved7[0x5f8 - 0x5e0];
    uint64_t rax;            /* 5f8 */
    uint64_t star;           /* 600 */
    uint64_t lstar;          /* 608 */
    uint64_t cstar;          /* 610 */
    uint64_t sfmask;         /* 618 */
    uint64_t kernel_gs_base; /* 620 */
    uint64_t sysenter_cs;    /* 628 */
    uint64_t sysenter_esp;   /* 630 */
    uint64_t sysenter_eip;   /* 638 */
    uint64_t cr2;            /* 640 */
    uint8_t reserved8[0x668 - 0x648];
    uint64_t g_pat; /* 668 */
    uint8_t reserved9[0x1000 - 0x670];
};

_Static_assert(offsetof(struct vmcb, iopm_base) == 0x040, "APM vol. 2, table B-1");
_Static_assert(offsetof(struct vmcb, exit_code) == 0x070, "APM vol. 2, table B-1");
_Static_assert(offsetof(struct vmcb, event_inject) == 0x0a8, "APM vol. 2, table B-1");
_Static_assert(offsetof(struct vmcb, fetched) == 0x0d1, "APM vol. 2, table B-1");
_Static_assert(offsetof(struct vmcb, gdtr) == 0x460, "APM vol. 2, table B-2");
_Static_assert(offsetof(struct vmcb, cpl) == 0x4cb, "APM vol. 2, table B-2");
_Static_assert(offsetof(struct vmcb, cr4) == 0x548, "APM vol. 2, table B-2");
_Static_assert(offsetof(struct vmcb, rsp) == 0x5d8, "APM vol. 2, table B-2");
_Static_assert(offsetof(struct vmcb, g_pat) == 0x668, "APM vol. 2, table B-2");
_Static_assert(sizeof(struct vmcb) == 4096, "APM vol. 2, 15.5.1");

#endif
