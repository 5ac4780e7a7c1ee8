/* SPDX-License-Identifier: MIT */
/*
 * The functions of C17's <string.h> (7.24) that compilers call on their own
 * account, that libfdt.a calls, and that the hypervisor uses; semantics as in
 * the standard. strnlen() is POSIX.1-2017's.
 */
#ifndef HYPERVISOR_LIB_STRING_H
#define HYPERVISOR_LIB_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);
void *memchr(const void *bytes, int byte, size_t size);

size_t strlen(const char *text);
size_t strnlen(const char *text, size_t size_max);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t size_max);
char *strchr(const char *text, int character);
char *strrchr(const char *text, int character);

#endif
