/* SPDX-License-Identifier: MIT */
/* Reads what a guest executes, through its own page tables. */
#include "guest/fetch.h"

#include "cpu/regs.h"
#include "guest/domain.h"
#include "guest/hw.h"
#include "lib/string.h"

#define ENTRY_PRESENT 0x001ull
#define ENTRY_LARGE   0x080ull
#define ENTRY_ADDRESS 0x000ffffffffff000ull
#define PSE36_HIGH    0x001fe000ull /* bits 20:13 of a 4 MiB entry are address 39:32 */

enum {
    PAGE_BYTES = 4096,
};

/* One of the four forms of paging: how many levels, and how wide an entry is. */
struct paging {
    unsigned levels;
    unsigned entry_size;
    unsigned index_bits;
};

static struct paging paging_of(const struct hw_mode *mode)
{
    if (mode->efer & EFER_LMA)
        return (struct paging){mode->cr4 & CR4_LA57 ? 5 : 4, 8, 9};
    if (mode->cr4 & CR4_PAE)
        return (struct paging){3, 8, 9};
    return (struct paging){2, 4, 10};
}

static bool read_entry(const struct vcpu *vcpu, uint64_t table, uint64_t index,
                       unsigned size, uint64_t *out_entry)
{
    const void *place = domain_memory(vcpu->domain, table + index * size, size);

    if (place == NULL)
        return false;
    *out_entry = size == 8 ? *(const uint64_t *)place : *(const uint32_t *)place;
    return (*out_entry & ENTRY_PRESENT) != 0;
}

/* Where the page of a leaf entry is that maps @page_bits of address. */
static uint64_t leaf_base(uint64_t entry, const struct paging *paging, unsigned page_bits)
{
    uint64_t base = entry & ENTRY_ADDRESS & ~((UINT64_C(1) << page_bits) - 1);

    if (paging->entry_size == 4 && page_bits > 12)
        base = (base & 0xffc00000) | (entry & PSE36_HIGH) << 19;
    return base;
}

/* 4 MiB pages have to be turned on; in PAE paging the root has no large pages. */
static bool is_large(const struct hw_mode *mode, const struct paging *paging,
                     unsigned level, uint64_t entry)
{
    if (paging->levels == 2)
        return (mode->cr4 & CR4_PSE) && (entry & ENTRY_LARGE);
    return level <= (paging->levels == 3 ? 2u : 3u) && (entry & ENTRY_LARGE);
}

bool fetch_translate(const struct vcpu *vcpu, uint64_t linear, uint64_t *out_gpa)
{
    struct hw_mode mode = hw_mode(vcpu);
    struct paging paging = paging_of(&mode);
    uint64_t table = mode.cr3 & (paging.levels == 3 ? 0xffffffe0 : ENTRY_ADDRESS);
    unsigned page_bits = 12 + paging.levels * paging.index_bits;

    if (!(mode.cr0 & CR0_PG)) {
        *out_gpa = linear & 0xffffffff;
        return true;
    }
    for (unsigned level = paging.levels; level > 0; level--) {
        uint64_t entry;
        uint64_t index;

        page_bits -= paging.index_bits;
        index = linear >> page_bits & ((UINT64_C(1) << paging.index_bits) - 1);
        if (paging.levels == 3 && level == 3)
            index &= 3; /* PAE: the root has four entries */
        if (!read_entry(vcpu, table, index, paging.entry_size, &entry))
            return false;
        if (level == 1 || is_large(&mode, &paging, level, entry)) {
            *out_gpa = leaf_base(entry, &paging, page_bits) |
                       (linear & ((UINT64_C(1) << page_bits) - 1));
            return true;
        }
        table = entry & ENTRY_ADDRESS;
    }
    return false;
}

/* Copies up to @size bytes at @linear, no further than its page; returns how many. */
static unsigned copy_in_page(const struct vcpu *vcpu, uint64_t linear, uint8_t *bytes,
                             unsigned size)
{
    unsigned left = PAGE_BYTES - (unsigned)(linear % PAGE_BYTES);
    const void *place;
    uint64_t gpa;

    if (size > left)
        size = left;
    if (!fetch_translate(vcpu, linear, &gpa))
        return 0;
    place = domain_memory(vcpu->domain, gpa, size);
    if (place == NULL)
        return 0;
    memcpy(bytes, place, size);
    return size;
}

static unsigned fetch(const struct vcpu *vcpu, uint8_t bytes[DECODE_MAX_LENGTH])
{
    uint64_t linear = vcpu->rip + hw_segment_base(vcpu, DECODE_CS);
    const uint8_t *fetched;
    unsigned count = hw_fetched(vcpu, &fetched);

    if (count != 0) {
        memcpy(bytes, fetched, count);
        return count;
    }
    count = copy_in_page(vcpu, linear, bytes, DECODE_MAX_LENGTH);
    if (count != 0 && count < DECODE_MAX_LENGTH)
        count +=
            copy_in_page(vcpu, linear + count, bytes + count, DECODE_MAX_LENGTH - count);
    return count;
}

enum decode_status fetch_decode(const struct vcpu *vcpu,
                                struct decode_instruction *out_instruction)
{
    uint8_t bytes[DECODE_MAX_LENGTH];
    unsigned count = fetch(vcpu, bytes);

    return decode_instruction(bytes, count, hw_mode(vcpu).code, out_instruction);
}

unsigned fetch_length(const struct vcpu *vcpu)
{
    static const enum decode_expected expected[EXIT_KIND_COUNT] = {
        [EXIT_CPUID] = DECODE_EXPECT_CPUID,     [EXIT_MSR_READ] = DECODE_EXPECT_RDMSR,
        [EXIT_MSR_WRITE] = DECODE_EXPECT_WRMSR, [EXIT_HYPERCALL] = DECODE_EXPECT_VMMCALL,
        [EXIT_IGNORED] = DECODE_EXPECT_INVD,
    };
    uint8_t bytes[DECODE_MAX_LENGTH];
    unsigned count = fetch(vcpu, bytes);

    return decode_length_of(bytes, count, hw_mode(vcpu).code, expected[vcpu->exit.kind]);
}
