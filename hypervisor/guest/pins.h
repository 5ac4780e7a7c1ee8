/* SPDX-License-Identifier: MIT */
/*
 * Which of the machine's interrupt pins lead to which domain.
 *
 * A pin belongs to one domain, or to none. It is connected with a pin of that domain's
 * own I/O APIC: what the guest writes into the entry there, the machine's own entry
 * becomes, but for vector and destination, which go through the IOMMU. So interrupts
 * arrive without an exit; their end is the guest's write of the EOI register.
 */
#ifndef GUEST_PINS_H
#define GUEST_PINS_H

#include "guest/domain.h"

/* Pin of a guest's I/O APIC that its first port's interrupts arrive at; others follow. */
#define PINS_FIRST_PORT 16u

/*
 * Connects pin @line of @domain's I/O APIC with the machine's interrupt @gsi, 1 to
 * 255; once more, if it is already. NULL, or why it can't be: the pin is another
 * domain's, is connected with another line of this one, or isn't there. With 0, of
 * which nothing is known, nothing is done, here and in pins_disconnect().
 */
const char *pins_connect(struct domain *domain, unsigned line, unsigned gsi);

/* Takes one connection back; after the last the pin is masked, and nobody's. */
void pins_disconnect(unsigned gsi);

/* Masks all pins of @domain. Those that nothing of its is connected with are let go. */
void pins_reset(struct domain *domain);

/*
 * The domain changed its entry of pin @line. The hardware domain takes a pin of the
 * machine's that way, unless another domain has it. These three: with the domain's
 * device lock.
 */
void pins_update(struct domain *domain, unsigned line);

/* Brings the entry up to date, before the domain reads it. */
void pins_refresh(struct domain *domain, unsigned line);

/* The domain has dealt with its interrupt @vector. */
void pins_eoi(const struct domain *domain, uint8_t vector);

#endif
