/* SPDX-License-Identifier: MIT */
/*
 * A guest's I/O APIC. It sends nothing itself: it says which interrupt messages are
 * due. 82093AA data sheet, with the EOI register of version 0x20.
 *
 * Pins up to 23 can be driven by vioapic_set_pin(). An embedder who connects a pin with
 * a device that interrupts by itself looks at its entry instead, keeps remote IRR up to
 * date there, and drives nothing.
 *
 * An interrupt that reaches the guest as an IPI has a clear TMR bit, so its EOI is
 * not broadcast. Linux sees the clear bit and writes the EOI register instead.
 */
#ifndef HYPERVISOR_GUEST_VIOAPIC_H
#define HYPERVISOR_GUEST_VIOAPIC_H

#include <rootport/types.h>

#define VIOAPIC_PIN_MAX    120u /* as many as IOREGSEL can select */
#define VIOAPIC_DRIVEN_MAX 24u
#define VIOAPIC_SIZE       4096u

enum vioapic_level { VIOAPIC_LOW = 0, VIOAPIC_HIGH };

/* Values are those of the redirection entry; what is not here is never sent. */
enum vioapic_delivery {
    VIOAPIC_FIXED = 0,
    VIOAPIC_LOWEST_PRIORITY = 1, /* to any one of the addressed vCPUs */
    VIOAPIC_NMI = 4,             /* the vector means nothing */
};

enum vioapic_destination { VIOAPIC_PHYSICAL = 0, VIOAPIC_LOGICAL = 1 };

struct vioapic_message {
    enum vioapic_delivery delivery;
    enum vioapic_destination mode;
    uint8_t destination; /* see vioapic_is_addressed */
    uint8_t vector;      /* 16 to 255 */
};

/* The messages to send, in this order. */
struct vioapic_messages {
    unsigned count;
    struct vioapic_message message[VIOAPIC_DRIVEN_MAX];
};

/* Private to vioapic.c, but for its storage and the entries. */
struct vioapic {
    uint32_t pins_high; /* bit n: the input at pin n is high */
    uint8_t pin_count;
    uint8_t select;
    uint8_t id;
    uint64_t entry[VIOAPIC_PIN_MAX];
};

/* As after reset: each of @pin_count pins, 24 to VIOAPIC_PIN_MAX, masked and low. */
void vioapic_init(struct vioapic *ioapic, unsigned pin_count);

/*
 * A 4-byte access at @offset, 0 to VIOAPIC_SIZE - 1, of the register page. Other
 * widths are not defined; the embedder answers them with all ones and ignores
 * their writes. Where there is no register, 0 is read and writes are ignored.
 */
uint32_t vioapic_read(const struct vioapic *ioapic, uint32_t offset);
void vioapic_write(struct vioapic *ioapic, uint32_t offset, uint32_t value,
                   struct vioapic_messages *out_messages);

/*
 * The pin that a 4-byte access at @offset is to the entry of, or VIOAPIC_PIN_MAX: a
 * write to anything else changes no entry.
 */
unsigned vioapic_pin_at(const struct vioapic *ioapic, uint32_t offset);

/* Whether @offset is that of the EOI register. */
bool vioapic_is_eoi(uint32_t offset);

/* The message of an entry. False: it has a form that no guest may send. */
bool vioapic_message_of(uint64_t entry, struct vioapic_message *out);

/* Drives the input at @pin, 0 to VIOAPIC_DRIVEN_MAX - 1; others are ignored. */
void vioapic_set_pin(struct vioapic *ioapic, unsigned pin, enum vioapic_level level,
                     struct vioapic_messages *out_messages);

/* A local APIC broadcast the end of interrupt @vector. */
void vioapic_eoi(struct vioapic *ioapic, uint8_t vector,
                 struct vioapic_messages *out_messages);

/*
 * Whether @message addresses the vCPU with @apic_id. A logical destination is a
 * mask of the IDs 0 to 7: so it is in x2APIC mode, where the logical ID derives
 * from the APIC ID, and in xAPIC's flat model as every OS programs it.
 */
bool vioapic_is_addressed(const struct vioapic_message *message, uint32_t apic_id);

#endif
