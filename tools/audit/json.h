/* SPDX-License-Identifier: MIT */
/* Writes JSON (RFC 8259), indented, one value a line. */
#ifndef TOOLS_AUDIT_JSON_H
#define TOOLS_AUDIT_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A document under way; zeroed but for the file it begins. */
struct json {
    FILE *file;
    unsigned depth;
    bool has_values; /* in the innermost object or array */
};

/* @key is NULL in arrays. Strings are UTF-8. */
void json_open_object(struct json *json, const char *key);
void json_open_array(struct json *json, const char *key);
void json_close_object(struct json *json);
void json_close_array(struct json *json);
void json_string(struct json *json, const char *key, const char *value); /* NULL: null */
void json_number(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);
__attribute__((format(printf, 3, 4))) void json_format(struct json *json, const char *key,
                                                       const char *format, ...);

/* Ends the line behind the outermost value. */
void json_end(struct json *json);

#endif
