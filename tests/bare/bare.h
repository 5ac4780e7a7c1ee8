/* SPDX-License-Identifier: MIT */
/*
 * A guest without a kernel: a few functions on the bare machine that a domain is.
 * What it does its command line says: do=NAME, with main.c's table of names.
 */
#ifndef BARE_H
#define BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu/io.h"
#include "cpu/msr.h"

enum {
    VECTOR_DB = 1,
    VECTOR_NMI = 2,
    VECTOR_UD = 6,
    VECTOR_GP = 13,
    VECTOR_PF = 14,
    NO_FAULT = -1,
};

#define RFLAGS_TF 0x100

/* Where a domain finds configuration space: its first port, and what is behind it. */
#define ECAM              0xe0000000ull
#define ECAM_PORT         (ECAM + (1ull << 15)) /* device 1 of bus 0 */
#define ECAM_FUNCTION     (ECAM + (1ull << 20)) /* device 0 of bus 1 */

#define TABLE_SIZE(table) (sizeof(table) / sizeof((table)[0]))

/* What the last PROVOKE led to: the exception's vector, or NO_FAULT. */
extern int fault_vector;
/* Where the handler goes on after an exception; 0: nobody expects one. */
extern uint64_t resume_rip;
/* Whether #DB is expected, and to be returned from. */
extern bool is_stepping;
extern volatile unsigned nmi_count;
extern volatile unsigned interrupt_count;

/*
 * Executes @text, with whatever registers the operands name, and leaves in
 * fault_vector how it went. Text must have no effect on the stack pointer.
 */
#define PROVOKE(text, ...)                                                               \
    do {                                                                                 \
        fault_vector = NO_FAULT;                                                         \
        __asm__ volatile("movq $9f, resume_rip\n\t" text                                 \
                         "\n9:\n\tmovq $0, resume_rip" __VA_ARGS__);                     \
    } while (0)

/* One beyond the domain's memory, all of which is below 2 GiB. */
extern uint64_t memory_end;
/* Whether the domain's memory map says that there is memory of its own. */
bool is_own_memory(uint64_t address);
/* The word @name=NUMBER of the command line, or 0. */
uint64_t command_line_number(const char *name);

void runtime_init(void);

/* Parts of a line on the console, the second with a number in hexadecimal. */
void put(const char *text);
void put_number(const char *text, uint64_t number);
/* A line on the console, complete with a number likewise. */
void say(const char *text);
void say_number(const char *text, uint64_t number);

/* The lines that scenarios wait for. fail() does not end the guest. */
void pass(const char *name);
void fail(const char *name, const char *reason, uint64_t number);
void check(bool is_right, const char *name, const char *reason, uint64_t number);

_Noreturn void power_off(void);

/* MSRs, with fault_vector saying whether they are there. */
uint64_t try_read_msr(uint32_t msr);
void try_write_msr(uint32_t msr, uint64_t value);

/* Fails if the hypervisor's text is in the domain's memory, above the first 2 MiB. */
void search_own_memory(void);

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);

/*
 * The NVMe controller behind the domain's first port: opens it, false if there is
 * none; starts it with a first command; and has it carry out one more. All are done on
 * return.
 */
bool nvme_open(void);
void nvme_start(void);
void nvme_command(void);

/* Shows that what is in the slot of that device's port is in use; whether there is. */
void slot_use(unsigned device);
bool slot_is_occupied(unsigned device);

/* The acts, one file each for what belongs together. */
void act_alive(void);
void act_neighbour(void);
void act_instructions(void);
void act_control_registers(void);
void act_ports(void);
void act_strings(void);
void act_msrs(void);
void act_memory(void);
void act_ipis(void);
void act_reports(void);
void act_triple_fault(void);
void act_jump(void);
void act_tables(void);
void act_unemulated(void);
void act_halt(void);
void act_debug_loop(void);
void act_spin(void);
void act_hung_cpu(void);
void act_dma(void);
void act_function(void);
void act_slots(void);
void act_gone(void);
void act_traces(void);
void act_static_memory(void);
void act_machine_dma(void);
void act_machine_memory(void);
void act_machine_off(void);
void act_machine_reset(void);
void act_exits(void);
void act_free_pages(void);
void act_storm(void);

#endif
