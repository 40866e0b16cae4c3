/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "base/id.h"

#include <stdlib.h>
#include <string.h>

/* Which ids certainly stand nowhere. Ids are made in time order, but come a little out of it: from many
 * threads, behind an operation that waited. So beside the highest id that stands, the newest are known
 * by a hash each:
 *
 *      0 ────── floor ─────────────────────── highest ──────
 *        who knows    stands only if its hash    certainly
 *                     is in one of the two sets  not
 *
 * When the younger set is full the older one is dropped, and the floor rises to where the younger began. */

enum { SET_IDS = 16384, SET_SLOTS = SET_IDS * 2 };

static uint64_t hash_of(const void *id)
{
    uint64_t high, low;
    memcpy(&high, id, sizeof high);
    memcpy(&low, (const uint8_t *)id + sizeof high, sizeof low);
    uint64_t hash = (high * 0x9e3779b97f4a7c15u ^ low) * 0xff51afd7ed558ccdu;
    hash ^= hash >> 32;
    return hash ? hash : 1;
}

static uint64_t *slot_of(uint64_t *slots, uint64_t hash)
{
    uint64_t at = hash % SET_SLOTS;
    while (slots[at] && slots[at] != hash)
        at = (at + 1) % SET_SLOTS;
    return &slots[at];
}

static bool is_above(const void *id, const minipay_id *other)
{
    return memcmp(id, other, sizeof *other) > 0;
}

bool mpi_recent_begin(mpi_recent *recent, const minipay_id *highest)
{
    for (int i = 0; i < 2; i++) {
        free(recent->sets[i].slots);
        recent->sets[i] = (mpi_recent_set){calloc(SET_SLOTS, sizeof(uint64_t)), 0, *highest};
    }
    recent->highest = *highest;
    recent->known = recent->sets[0].slots && recent->sets[1].slots;
    return recent->known;
}

void mpi_recent_free(mpi_recent *recent)
{
    free(recent->sets[0].slots);
    free(recent->sets[1].slots);
}

static void turn(mpi_recent *recent)
{
    mpi_recent_set dropped = recent->sets[0];
    memset(dropped.slots, 0, SET_SLOTS * sizeof(uint64_t));
    recent->sets[0] = recent->sets[1];
    recent->sets[1] = (mpi_recent_set){dropped.slots, 0, recent->highest};
}

void mpi_recent_add(mpi_recent *recent, const void *id)
{
    if (!recent->known || !is_above(id, &recent->sets[0].floor))
        return;
    if (recent->sets[1].count == SET_IDS)
        turn(recent);
    uint64_t hash = hash_of(id), *slot = slot_of(recent->sets[1].slots, hash);
    recent->sets[1].count += *slot == 0;
    *slot = hash;
    if (is_above(id, &recent->highest))
        memcpy(&recent->highest, id, sizeof recent->highest);
}

bool mpi_recent_may_have(const mpi_recent *recent, const void *id)
{
    if (!recent->known)
        return true;
    if (is_above(id, &recent->highest))
        return false;
    if (!is_above(id, &recent->sets[0].floor))
        return true;
    uint64_t hash = hash_of(id);
    return *slot_of(recent->sets[0].slots, hash) || *slot_of(recent->sets[1].slots, hash);
}
