/* SPDX-License-Identifier: MIT */
/* Reads what a guest executes, through its own page tables. */
#include "guest/fetch.h"

#include "cpu/regs.h"
#include "guest/domain.h"
#include "guest/hw.h"
#include "lib/string.h"

/* ---- Translation ---------------------------------------------------------------- */

#define ENTRY_PRESENT  0x001ull
#define ENTRY_WRITABLE 0x002ull
#define ENTRY_USER     0x004ull
#define ENTRY_LARGE    0x080ull
#define ENTRY_ADDRESS  0x000ffffffffff000ull
#define PSE_ADDRESS    0xffc00000ull
#define PSE36_HIGH     0x001fe000ull /* bits 20:13 of a 4 MiB entry are address 39:32 */
#define PAE_ROOT       0xffffffe0ull
#define INDEX_MASK     0x1ffull

enum {
    CPL_USER = 3,
    PAGE_BYTES = 4096,
    PAGE_SHIFT = 12,
    INDEX_BITS = 9,
    SHIFT_2M = 21,
    SHIFT_1G = 30,
    PAE_LEVELS = 3,
};

/* domain_memory(), which most often finds it in the first bank. */
static inline const void *memory_at(const struct domain *domain, uint64_t gpa,
                                    unsigned size)
{
    const struct domain_bank *first = &domain->banks[0];
    uint64_t offset = gpa - first->gpa;

    if (offset < first->size && size <= first->size - offset)
        return (const void *)(first->hpa + offset);
    return domain_memory(domain, gpa, size);
}

/*
 * Tables of 512 entries of 8 bytes, @levels of them, from @table on, each with the bits
 * @needed. PAE paging has no large pages and no rights at its root.
 */
static bool walk(const struct domain *domain, uint64_t table, unsigned levels,
                 uint64_t linear, uint64_t needed, uint64_t *out_gpa)
{
    uint64_t needed_here = levels == PAE_LEVELS ? ENTRY_PRESENT : needed;
    unsigned largest = levels == PAE_LEVELS ? SHIFT_2M : SHIFT_1G;
    unsigned shift = PAGE_SHIFT + INDEX_BITS * levels;
    uint64_t in_page;
    uint64_t entry;

    do {
        const uint64_t *place;

        shift -= INDEX_BITS;
        place = memory_at(domain, table + (linear >> shift & INDEX_MASK) * 8, 8);
        if (place == NULL)
            return false;
        entry = __atomic_load_n(place, __ATOMIC_RELAXED);
        if ((entry & needed_here) != needed_here)
            return false;
        needed_here = needed;
        table = entry & ENTRY_ADDRESS;
    } while (shift > PAGE_SHIFT && !((entry & ENTRY_LARGE) && shift <= largest));
    in_page = (UINT64_C(1) << shift) - 1;
    *out_gpa = (table & ~in_page) | (linear & in_page);
    return true;
}

/* An entry of 4 bytes with the bits @needed. The guest may change it: it is read once. */
static bool read_legacy(const struct domain *domain, uint64_t table, uint64_t index,
                        uint64_t needed, uint32_t *out_entry)
{
    const uint32_t *place = memory_at(domain, table + index * 4, 4);

    if (place == NULL)
        return false;
    *out_entry = __atomic_load_n(place, __ATOMIC_RELAXED);
    return (*out_entry & needed) == needed;
}

/* Two tables of 1024 entries of 4 bytes. 4 MiB pages have to be turned on. */
static bool walk_legacy(const struct domain *domain, const struct hw_mode *mode,
                        uint64_t linear, uint64_t needed, uint64_t *out_gpa)
{
    uint32_t entry;

    if (!read_legacy(domain, mode->cr3 & ENTRY_ADDRESS, linear >> 22, needed, &entry))
        return false;
    if ((mode->cr4 & CR4_PSE) && (entry & ENTRY_LARGE)) {
        *out_gpa =
            (entry & PSE_ADDRESS) | (entry & PSE36_HIGH) << 19 | (linear & ~PSE_ADDRESS);
        return true;
    }
    if (!read_legacy(domain, entry & ENTRY_ADDRESS, linear >> 12 & 0x3ff, needed, &entry))
        return false;
    *out_gpa = (entry & ENTRY_ADDRESS) | linear % PAGE_BYTES;
    return true;
}

/* Where every entry on the way has the bits @needed. */
static bool translate(const struct vcpu *vcpu, const struct hw_mode *mode,
                      uint64_t linear, uint64_t needed, uint64_t *out_gpa)
{
    const struct domain *domain = vcpu->domain;

    if (mode->efer & EFER_LMA)
        return walk(domain, mode->cr3 & ENTRY_ADDRESS, mode->cr4 & CR4_LA57 ? 5 : 4,
                    linear, needed, out_gpa);
    linear &= 0xffffffff;
    if (!(mode->cr0 & CR0_PG)) {
        *out_gpa = linear;
        return true;
    }
    if (mode->cr4 & CR4_PAE)
        return walk(domain, mode->cr3 & PAE_ROOT, PAE_LEVELS, linear, needed, out_gpa);
    return walk_legacy(domain, mode, linear, needed, out_gpa);
}

bool fetch_translate(const struct vcpu *vcpu, uint64_t linear, uint64_t *out_gpa)
{
    struct hw_mode mode = hw_mode(vcpu);

    return translate(vcpu, &mode, linear, ENTRY_PRESENT, out_gpa);
}

/* An error code has the bits of the entry's that matter where that has them: 8.4.2. */
bool fetch_operand(struct vcpu *vcpu, uint64_t linear, bool is_write, uint64_t *out_gpa)
{
    const struct hw_mode mode = hw_mode(vcpu);
    uint64_t error = mode.cpl == CPL_USER ? ENTRY_USER : 0;
    uint64_t needed = ENTRY_PRESENT | error;

    if (is_write)
        error |= ENTRY_WRITABLE;
    if (mode.cpl == CPL_USER || (mode.cr0 & CR0_WP))
        needed |= error;
    if (translate(vcpu, &mode, linear, needed, out_gpa))
        return true;
    if (translate(vcpu, &mode, linear, ENTRY_PRESENT, out_gpa))
        error |= ENTRY_PRESENT;
    hw_inject_page_fault(vcpu, linear, (uint32_t)error);
    return false;
}

/* ---- Code ------------------------------------------------------------------- */

/* Bytes of code, the unused ones zero, and last how many there are. */
union code {
    uint8_t bytes[16];
    uint64_t words[2];
};
_Static_assert(DECODE_MAX_LENGTH == 15, "the last byte is free");

static void set_count(union code *code, unsigned count)
{
    code->bytes[DECODE_MAX_LENGTH] = (uint8_t)count;
}

static unsigned count_of(const union code *code)
{
    return code->bytes[DECODE_MAX_LENGTH];
}

/* Copies up to @size bytes at @linear, no further than its page; returns how many. */
static unsigned copy_in_page(const struct vcpu *vcpu, const struct hw_mode *mode,
                             uint64_t linear, uint8_t *bytes, unsigned size)
{
    unsigned left = PAGE_BYTES - (unsigned)(linear % PAGE_BYTES);
    const void *place;
    uint64_t gpa;

    if (size > left)
        size = left;
    if (!translate(vcpu, mode, linear, ENTRY_PRESENT, &gpa))
        return 0;
    place = memory_at(vcpu->domain, gpa, size);
    if (place == NULL)
        return 0;
    if (size == DECODE_MAX_LENGTH)
        __builtin_memcpy(bytes, place, DECODE_MAX_LENGTH); /* without a call */
    else
        memcpy(bytes, place, size);
    return size;
}

static union code read_code(const struct vcpu *vcpu, const struct hw_mode *mode)
{
    union code code = {.words = {0, 0}};
    uint64_t linear = vcpu->rip + hw_segment_base(vcpu, DECODE_CS);
    const uint8_t *fetched;
    unsigned count = hw_fetched(vcpu, &fetched);

    if (count != 0) {
        memcpy(code.bytes, fetched, count);
        set_count(&code, count);
        return code;
    }
    count = copy_in_page(vcpu, mode, linear, code.bytes, DECODE_MAX_LENGTH);
    if (count != 0 && count < DECODE_MAX_LENGTH)
        count += copy_in_page(vcpu, mode, linear + count, code.bytes + count,
                              DECODE_MAX_LENGTH - count);
    set_count(&code, count);
    return code;
}

/* ---- Instructions ------------------------------------------------------------- */

/*
 * Where what is known of @code is remembered. Guests exit at few places, over and
 * over, and what bytes mean depends on nothing but the mode: remembering them is not
 * remembering where they were.
 */
static struct fetch_memo *recall(struct vcpu *vcpu, const union code *code,
                                 enum decode_mode mode, bool *out_is_known)
{
    struct fetch_memo *memo =
        &vcpu->memos[(vcpu->rip ^ vcpu->rip >> 3) % FETCH_MEMO_COUNT];

    *out_is_known = memo->code[0] == code->words[0] && memo->code[1] == code->words[1] &&
                    memo->mode == mode && memo->kind == vcpu->exit.kind;
    return memo;
}

static void remember(struct fetch_memo *memo, const union code *code,
                     enum decode_mode mode, enum exit_kind kind)
{
    memo->code[0] = code->words[0];
    memo->code[1] = code->words[1];
    memo->mode = mode;
    memo->kind = kind;
}

enum decode_status fetch_decode(struct vcpu *vcpu,
                                const struct decode_instruction **out_instruction)
{
    struct hw_mode mode = hw_mode(vcpu);
    union code code = read_code(vcpu, &mode);
    bool is_known;
    struct fetch_memo *memo = recall(vcpu, &code, mode.code, &is_known);
    enum decode_status status;

    *out_instruction = &memo->instruction;
    if (is_known)
        return DECODE_OK;
    memo->mode = DECODE_MODE_NONE;
    status =
        decode_instruction(code.bytes, count_of(&code), mode.code, &memo->instruction);
    if (status == DECODE_OK)
        remember(memo, &code, mode.code, vcpu->exit.kind);
    return status;
}

unsigned fetch_length(struct vcpu *vcpu)
{
    static const enum decode_expected expected[EXIT_KIND_COUNT] = {
        [EXIT_CPUID] = DECODE_EXPECT_CPUID,     [EXIT_MSR_READ] = DECODE_EXPECT_RDMSR,
        [EXIT_MSR_WRITE] = DECODE_EXPECT_WRMSR, [EXIT_HYPERCALL] = DECODE_EXPECT_VMMCALL,
        [EXIT_IGNORED] = DECODE_EXPECT_INVD,
    };
    struct hw_mode mode = hw_mode(vcpu);
    union code code = read_code(vcpu, &mode);
    bool is_known;
    struct fetch_memo *memo = recall(vcpu, &code, mode.code, &is_known);

    if (is_known)
        return memo->length;
    memo->length = decode_length_of(code.bytes, count_of(&code), mode.code,
                                    expected[vcpu->exit.kind]);
    remember(memo, &code, mode.code, vcpu->exit.kind);
    return memo->length;
}
