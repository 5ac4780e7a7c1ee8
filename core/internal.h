/* SPDX-License-Identifier: MIT */
/* What the library's own files share, and nobody else includes. */
#ifndef ROOTPORT_INTERNAL_H
#define ROOTPORT_INTERNAL_H

#include <stddef.h>

/* All that the library takes from a C library; the embedder links them. */
void *memcpy(void *restrict destination, const void *restrict source, size_t size);
void *memset(void *destination, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);

#endif
