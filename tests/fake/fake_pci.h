/* SPDX-License-Identifier: MIT */
/*
 * PCI functions that exist only in a test: made by hand, or read from a
 * fixture in the format that `lspci -xxxx` prints.
 */
#ifndef FAKE_PCI_H
#define FAKE_PCI_H

#include <rootport/cfg.h>

enum {
    FAKE_EXPECT_COUNT = 64,
    FAKE_LINE_SIZE = 256,
};

struct fake_function {
    rp_sbdf_t sbdf;
    uint8_t bytes[RP_CFG_SIZE_EXTENDED]; /* what a read returns */
    uint8_t
        writable[RP_CFG_SIZE_EXTENDED]; /* the bits that a write changes; none at first */
    struct fake_function *next;         /* of the same hash */
};

enum {
    FAKE_HASH_SIZE = 4096,
};

struct fake_pci {
    struct fake_function *functions[FAKE_HASH_SIZE];
    size_t count;
    _Atomic(unsigned long) reads;  /* that reached this fake, present function or not */
    _Atomic(unsigned long) writes; /* likewise */
    char name[FAKE_LINE_SIZE];     /* of the fixture */
    char expect[FAKE_EXPECT_COUNT][FAKE_LINE_SIZE]; /* its "# expect:" lines */
    size_t expect_count;
    char ecam[FAKE_LINE_SIZE]; /* its "# ecam:" line, empty without one */
};

struct fake_pci *fake_pci_new(void);
void fake_pci_free(struct fake_pci *pci);

/*
 * Reads a fixture. NULL, with a sentence in *@out_error, for one that cannot
 * be read, that has no "# name:", no "# expect:" or no function: such a test
 * could not fail.
 */
struct fake_pci *fake_pci_load(const char *path, const char **out_error);

/* Likewise, from the text of a fixture. */
struct fake_pci *fake_pci_parse(const char *text, const char **out_error);

/* A new function with 4096 bytes, zero but for its IDs. */
struct fake_function *fake_pci_add(struct fake_pci *pci, rp_sbdf_t sbdf,
                                   uint16_t vendor_id, uint16_t device_id);

/* NULL if there is no such function. */
struct fake_function *fake_pci_find(const struct fake_pci *pci, rp_sbdf_t sbdf);

/* Takes a function away, as a surprise removal does. */
void fake_pci_remove(struct fake_pci *pci, rp_sbdf_t sbdf);

/* Sets bytes of a function, little-endian, without counting as an access. */
void fake_set8(struct fake_function *function, unsigned reg, uint8_t value);
void fake_set16(struct fake_function *function, unsigned reg, uint16_t value);
void fake_set32(struct fake_function *function, unsigned reg, uint32_t value);

/* An access by the machine. An absent function reads all ones. */
uint32_t fake_pci_read(struct fake_pci *pci, rp_sbdf_t sbdf, unsigned reg,
                       unsigned width);
void fake_pci_write(struct fake_pci *pci, rp_sbdf_t sbdf, unsigned reg, unsigned width,
                    uint32_t value);

/*
 * A carrier straight to the fake, for tests of what stands above the carrier:
 * every register of every function can be reached. Its context is the fake.
 */
extern const struct rp_cfg_ops fake_cfg_ops;
struct rp_cfg fake_cfg(struct fake_pci *pci);

#endif
