/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_MAP_H
#define MINIPAY_TOOL_MAP_H

/* Numbers keys (names, ids) from 0 in the order of first sight. Begins all zero. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct map_key {
    uint64_t hash;
    size_t offset;
    uint32_t length;
} map_key;

typedef struct map {
    map_key *keys;
    uint32_t *slots; /* number + 1; 0: free */
    char *bytes;
    size_t byte_count, byte_room;
    uint32_t count, room, slot_count;
} map;

#define MAP_NONE UINT32_MAX

/* The key's number, a new one at first sight; MAP_NONE when memory runs out. */
uint32_t map_put(map *m, const void *key, uint32_t length);

/* MAP_NONE when the key was never put. */
uint32_t map_find(const map *m, const void *key, uint32_t length);

/* The key's bytes, and a NUL; valid until the next put. */
const char *map_at(const map *m, uint32_t number);

void map_free(map *m);

uint64_t map_hash(const void *key, size_t length);

#endif
