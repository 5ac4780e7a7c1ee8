/* SPDX-License-Identifier: MIT */
/*
 * What the files of the launch library share, and nobody else sees.
 */
#ifndef LAUNCH_INTERNAL_H
#define LAUNCH_INTERNAL_H

#include <libfdt.h>

#include "launch/launch.h"
#include "launch/tree.h"

#define LAUNCH_ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A domain whose number the configuration leaves to us; while reading only. */
#define LAUNCH_DOMID_OPEN UINT32_MAX

/* ---- property.c: the bytes of one property ---- */

enum launch_presence {
    LAUNCH_OPTIONAL = 0,
    LAUNCH_REQUIRED,
};

/*
 * A property that a node may have. @parse stores it @offset bytes into what the
 * node is read into, or returns the rule that it breaks and stores nothing.
 */
struct launch_property {
    const char *name;
    enum launch_rule (*parse)(const struct launch_property *property,
                              struct launch_value value, void *target);
    const char *allowed; /* the range, or choices with '|' between in enum order */
    uint32_t offset;
    enum launch_presence presence;
    uint32_t low;  /* of a number: the range, both ends included */
    uint32_t high; /* likewise; of a size: the most, in what it is a multiple of */
};

/* Each stores what its name says; the target is given behind it. */
enum launch_rule launch_parse_u32(const struct launch_property *property,
                                  struct launch_value value, void *target); /* uint32_t */
enum launch_rule launch_parse_string(const struct launch_property *property,
                                     struct launch_value value,
                                     void *target); /* const char * */
enum launch_rule launch_parse_name(const struct launch_property *property,
                                   struct launch_value value,
                                   void *target); /* const char * */
enum launch_rule launch_parse_flag(const struct launch_property *property,
                                   struct launch_value value, void *target); /* bool */
enum launch_rule launch_parse_choice(const struct launch_property *property,
                                     struct launch_value value,
                                     void *target); /* an enum without negative values */
enum launch_rule launch_parse_memory(const struct launch_property *property,
                                     struct launch_value value,
                                     void *target); /* uint64_t, bytes */
enum launch_rule launch_parse_window(const struct launch_property *property,
                                     struct launch_value value,
                                     void *target); /* uint64_t, bytes */
enum launch_rule launch_parse_address(const struct launch_property *property,
                                      struct launch_value value,
                                      void *target); /* uint64_t */
enum launch_rule launch_parse_banks(const struct launch_property *property,
                                    struct launch_value value,
                                    void *target); /* struct launch_domain */
enum launch_rule launch_parse_cpu_numbers(const struct launch_property *property,
                                          struct launch_value value,
                                          void *target); /* struct launch_domain */
enum launch_rule launch_parse_roles(const struct launch_property *property,
                                    struct launch_value value,
                                    void *target); /* uint32_t */
enum launch_rule launch_parse_seal(const struct launch_property *property,
                                   struct launch_value value,
                                   void *target); /* struct launch_config */
enum launch_rule launch_parse_config_size(const struct launch_property *property,
                                          struct launch_value value,
                                          void *target); /* uint32_t */
enum launch_rule launch_parse_module_index(const struct launch_property *property,
                                           struct launch_value value,
                                           void *target); /* struct launch_module */
enum launch_rule launch_parse_module_name(const struct launch_property *property,
                                          struct launch_value value,
                                          void *target); /* struct launch_module */

/* selector.c: how functions are named; the targets are struct launch_selector. */
enum launch_rule launch_parse_sbdf(const struct launch_property *property,
                                   struct launch_value value, void *target);
enum launch_rule launch_parse_pci_id(const struct launch_property *property,
                                     struct launch_value value, void *target);
enum launch_rule launch_parse_index(const struct launch_property *property,
                                    struct launch_value value, void *target);
enum launch_rule launch_parse_serial(const struct launch_property *property,
                                     struct launch_value value, void *target);
enum launch_rule launch_parse_path(const struct launch_property *property,
                                   struct launch_value value, void *target);

/* Whether @name is a domain's: 1 to 31 letters, digits, '-', '_' and '.'. */
bool launch_is_name(const char *name);

/* Whether the two say the same in the same way. */
bool launch_selector_equals(const struct launch_selector *a,
                            const struct launch_selector *b);
bool launch_path_equals(const struct launch_pci_path *a, const struct launch_pci_path *b);

/* ---- read.c: the walk over the tree ---- */

struct launch_reader {
    const void *blob;
    struct launch_config *config;
    struct launch_findings *findings;
    bool is_lost; /* a finding costs the system */
    int hypervisor_node;
    int config_node; /* negative: there is none */
};

/* ---- findings.c ---- */

/*
 * Appends a finding about @property (NULL: all) of the node at @node (negative:
 * the whole blob).
 */
void launch_report(struct launch_reader *reader, int node, enum launch_rule rule,
                   enum launch_severity severity, const char *property, const char *hint);

/* ---- check.c ---- */

/* Fills in what the configuration leaves open, and finds what doesn't go together. */
void launch_check(struct launch_reader *reader);

/* ---- nearest.c ---- */

/* How many letters have to change, go or come to make @a into @b; SIZE_MAX if too many.
 */
size_t launch_distance(const char *a, const char *b);

#endif
