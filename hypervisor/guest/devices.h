/* SPDX-License-Identifier: MIT */
/* The devices of a guest that are not PCI functions: console, I/O APIC, clock, power. */
#ifndef GUEST_DEVICES_H
#define GUEST_DEVICES_H

#include <stdint.h>

#include "guest/domain.h"

/* As after power-on. */
void devices_init(struct domain *domain);

/* A one-byte access to the UART's port @offset. */
uint8_t devices_uart_read(struct domain *domain, unsigned offset);
void devices_uart_write(struct domain *domain, unsigned offset, uint8_t value);

/* Gives it a byte of input; false: it has no room for it now. */
bool devices_uart_receive(struct domain *domain, uint8_t byte);

/* A one-byte access to the clock's port @offset. */
uint8_t devices_rtc_read(struct domain *domain, unsigned offset);
void devices_rtc_write(struct domain *domain, unsigned offset, uint8_t value);

/* An access of 4 bytes to the I/O APIC's page; others read as ones. */
uint64_t devices_ioapic_read(struct domain *domain, uint32_t offset, unsigned width);
void devices_ioapic_write(struct domain *domain, uint32_t offset, unsigned width,
                          uint64_t value);

#endif
