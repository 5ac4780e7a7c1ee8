/* SPDX-License-Identifier: MIT */
/*
 * Control registers, flags and MSRs by their manual's names (AMD64 APM vol. 2,
 * chapter 3 and appendix A). For C and assembly.
 */
#ifndef CPU_REGS_H
#define CPU_REGS_H

#define CR0_PE             0x00000001
#define CR0_MP             0x00000002
#define CR0_ET             0x00000010
#define CR0_NE             0x00000020
#define CR0_WP             0x00010000
#define CR0_NW             0x20000000
#define CR0_CD             0x40000000
#define CR0_PG             0x80000000

#define CR4_PSE            0x00000010
#define CR4_PAE            0x00000020
#define CR4_OSFXSR         0x00000200
#define CR4_OSXMMEXCPT     0x00000400
#define CR4_LA57           0x00001000
#define CR4_OSXSAVE        0x00040000

#define RFLAGS_FIXED       0x00000002 /* always 1 */
#define RFLAGS_IF          0x00000200
#define RFLAGS_DF          0x00000400

#define MSR_APIC_BASE      0x0000001b
#define APIC_BASE_EXTD     0x00000400
#define APIC_BASE_ENABLE   0x00000800
#define MSR_MTRRCAP        0x000000fe
#define MSR_SYSENTER_CS    0x00000174
#define MSR_PAT            0x00000277
#define MSR_MTRR_DEF_TYPE  0x000002ff
#define MSR_X2APIC_BASE    0x00000800
#define MSR_EFER           0xc0000080
#define EFER_SCE           0x00000001
#define EFER_LME           0x00000100
#define EFER_LMA           0x00000400
#define EFER_NXE           0x00000800
#define EFER_SVME          0x00001000
#define EFER_FFXSR         0x00004000
#define MSR_STAR           0xc0000081
#define MSR_LSTAR          0xc0000082
#define MSR_CSTAR          0xc0000083
#define MSR_SFMASK         0xc0000084
#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX        0xc0000103
#define MSR_MMIO_CFG_BASE  0xc0010058
#define MSR_VM_CR          0xc0010114
#define VM_CR_SVMDIS       0x00000010
#define MSR_VM_HSAVE_PA    0xc0010117

/* Selectors in the hypervisor's GDT. */
#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TSS  0x18

#endif
