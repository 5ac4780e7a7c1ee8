/* SPDX-License-Identifier: MIT */
/* CF8 and CFC, to whichever topology a domain sees: its own, or the machine's. */
#ifndef GUEST_CONFIG_PORTS_H
#define GUEST_CONFIG_PORTS_H

#include <stdint.h>

#include "guest/vcpu.h"

/* Ports 0xcf8 to 0xcff; @width is 1, 2 or 4. */
uint32_t config_ports_read(struct vcpu *vcpu, uint16_t port, unsigned width);
void config_ports_write(struct vcpu *vcpu, uint16_t port, unsigned width, uint32_t value);

#endif
