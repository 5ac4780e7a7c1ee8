/* SPDX-License-Identifier: MIT */
/* Writes JSON (RFC 8259). */
#include "tools/audit/json.h"

#include <stdarg.h>

static void write_string(FILE *file, const char *value)
{
    fputc('"', file);
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', file);
        if ((unsigned char)*c < ' ')
            fprintf(file, "\\u%04x", (unsigned)*c);
        else
            fputc(*c, file);
    }
    fputc('"', file);
}

static void indent(struct json *json)
{
    fputc('\n', json->file);
    for (unsigned i = 0; i < json->depth; i++)
        fputs("  ", json->file);
}

/* What stands before any value: a comma, a new line, the key. */
static void begin_value(struct json *json, const char *key)
{
    if (json->has_values)
        fputc(',', json->file);
    if (json->depth > 0)
        indent(json);
    if (key) {
        write_string(json->file, key);
        fputs(": ", json->file);
    }
    json->has_values = true;
}

static void open_level(struct json *json, const char *key, char bracket)
{
    begin_value(json, key);
    fputc(bracket, json->file);
    json->depth++;
    json->has_values = false;
}

static void close_level(struct json *json, char bracket)
{
    json->depth--;
    if (json->has_values)
        indent(json);
    fputc(bracket, json->file);
    json->has_values = true;
}

void json_open_object(struct json *json, const char *key)
{
    open_level(json, key, '{');
}

void json_open_array(struct json *json, const char *key)
{
    open_level(json, key, '[');
}

void json_close_object(struct json *json)
{
    close_level(json, '}');
}

void json_close_array(struct json *json)
{
    close_level(json, ']');
}

void json_string(struct json *json, const char *key, const char *value)
{
    begin_value(json, key);
    if (value)
        write_string(json->file, value);
    else
        fputs("null", json->file);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
    begin_value(json, key);
    fprintf(json->file, "%llu", (unsigned long long)value);
}

void json_bool(struct json *json, const char *key, bool value)
{
    begin_value(json, key);
    fputs(value ? "true" : "false", json->file);
}

void json_format(struct json *json, const char *key, const char *format, ...)
{
    char value[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(value, sizeof(value), format, arguments);
    va_end(arguments);
    json_string(json, key, value);
}

void json_end(struct json *json)
{
    fputc('\n', json->file);
}
