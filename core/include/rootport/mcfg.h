/* SPDX-License-Identifier: MIT */
/*
 * The ACPI MCFG table: where firmware says that the ECAM regions are. Nothing
 * in it is believed for being in it (ecam.h).
 *
 * PCI Firmware r3.2, 4.1.2; ACPI 6.3, 5.2.6.
 */
#ifndef ROOTPORT_MCFG_H
#define ROOTPORT_MCFG_H

#include <rootport/ecam.h>

/* What is true of a table. Anything but USABLE makes it useless as a whole. */
enum rp_mcfg_verdict {
    RP_MCFG_NOT_READ = 0,
    RP_MCFG_USABLE,
    RP_MCFG_TRUNCATED,     /* less memory than its own header takes */
    RP_MCFG_BAD_SIGNATURE, /* it is no MCFG */
    RP_MCFG_BAD_LENGTH, /* its length field leaves out the header or exceeds the memory */
    RP_MCFG_BAD_CHECKSUM, /* its bytes do not sum up to zero */
    RP_MCFG_NO_ENTRIES,
    RP_MCFG_PARTIAL_ENTRY, /* its length is not that of a whole number of entries */
};

/* A table that has been read; zeroed, it has no entries. */
struct rp_mcfg {
    const unsigned char *entries;
    size_t entry_count;
};

/*
 * Checks the table in the @size bytes at @table (any alignment; more than its
 * length field says is fine) and opens it if USABLE; else *@out_mcfg has no
 * entries. Reads nothing outside those bytes. The table must stay where it is.
 */
enum rp_mcfg_verdict rp_mcfg_open(const void *table, size_t size,
                                  struct rp_mcfg *out_mcfg);

/* Entry @index, 0 to entry_count - 1, as firmware wrote it: not checked. */
struct rp_ecam_range rp_mcfg_entry(const struct rp_mcfg *mcfg, size_t index);

/*
 * Puts every entry into @ecam (see rp_ecam_add() for what becomes of the
 * malformed ones). RP_ERR_NO_SPACE when the storage filled up; the entries
 * before that are in.
 */
enum rp_status rp_mcfg_add_to(const struct rp_mcfg *mcfg, struct rp_ecam *ecam);

/* A short sentence in English for @verdict, never NULL. */
const char *rp_mcfg_verdict_text(enum rp_mcfg_verdict verdict);

#endif
