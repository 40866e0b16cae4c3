/* SPDX-License-Identifier: Apache-2.0 */
#include "map.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, then a finalizer that spreads its low bits. The replay derives account numbers and regions
 * from it: another function would give the same file other books. */
uint64_t map_hash(const void *key, size_t length)
{
    const unsigned char *bytes = key;
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

static bool is_key(const map *m, uint32_t number, uint64_t hash, const void *key, uint32_t length)
{
    const map_key *k = &m->keys[number];
    return k->hash == hash && k->length == length && memcmp(m->bytes + k->offset, key, length) == 0;
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t slot_of(const map *m, uint64_t hash, const void *key, uint32_t length)
{
    uint32_t slot = (uint32_t)hash & (m->slot_count - 1);
    while (m->slots[slot] && !is_key(m, m->slots[slot] - 1, hash, key, length))
        slot = (slot + 1) & (m->slot_count - 1);
    return slot;
}

uint32_t map_find(const map *m, const void *key, uint32_t length)
{
    if (!m->slot_count)
        return MAP_NONE;
    uint32_t held = m->slots[slot_of(m, map_hash(key, length), key, length)];
    return held ? held - 1 : MAP_NONE;
}

static bool grow_slots(map *m)
{
    uint32_t slot_count = m->slot_count ? m->slot_count * 2 : 1024;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t slot = (uint32_t)m->keys[i].hash & (slot_count - 1);
        while (slots[slot])
            slot = (slot + 1) & (slot_count - 1);
        slots[slot] = i + 1;
    }
    free(m->slots);
    m->slots = slots;
    m->slot_count = slot_count;
    return true;
}

static bool grow_keys(map *m)
{
    uint32_t room = m->room ? m->room * 2 : 512;
    map_key *keys = realloc(m->keys, room * sizeof *keys);
    if (!keys)
        return false;
    m->keys = keys;
    m->room = room;
    return true;
}

static bool grow_bytes(map *m, size_t more)
{
    size_t room = m->byte_room ? m->byte_room * 2 : 8192;
    while (room < m->byte_count + more)
        room *= 2;
    char *bytes = realloc(m->bytes, room);
    if (!bytes)
        return false;
    m->bytes = bytes;
    m->byte_room = room;
    return true;
}

static bool has_room(map *m, uint32_t length)
{
    if (m->count >= UINT32_MAX / 4)
        return false;
    if (m->count * 2 >= m->slot_count && !grow_slots(m))
        return false;
    if (m->count == m->room && !grow_keys(m))
        return false;
    return m->byte_count + length + 1 <= m->byte_room || grow_bytes(m, (size_t)length + 1);
}

uint32_t map_put(map *m, const void *key, uint32_t length)
{
    if (!has_room(m, length))
        return MAP_NONE;
    uint64_t hash = map_hash(key, length);
    uint32_t slot = slot_of(m, hash, key, length);
    if (m->slots[slot])
        return m->slots[slot] - 1;
    m->keys[m->count] = (map_key){.hash = hash, .offset = m->byte_count, .length = length};
    memcpy(m->bytes + m->byte_count, key, length);
    m->bytes[m->byte_count + length] = 0;
    m->byte_count += (size_t)length + 1;
    m->slots[slot] = ++m->count;
    return m->count - 1;
}

const char *map_at(const map *m, uint32_t number)
{
    return m->bytes + m->keys[number].offset;
}

void map_free(map *m)
{
    free(m->keys);
    free(m->slots);
    free(m->bytes);
    memset(m, 0, sizeof *m);
}
