/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TESTS_CONFORMANCE_KIT_H
#define MINIPAY_TESTS_CONFORMANCE_KIT_H

/* What the parts of the suite share: the tables they store, and short forms of the contract's methods, most of
 * which let nothing but OK pass. */

#include "cmocka_all.h"
#include "conformance.h"

#include <stdbool.h>

enum { STATE_NONE, STATE_OPEN, STATE_SHUT };

/* Every kind of field. */
typedef struct item {
    minipay_id id;
    int64_t wide;
    int32_t narrow;
    int32_t state;
    char text[24];
    uint8_t hash[40];
    struct {
        uint32_t length;
        uint8_t bytes[20];
    } blob;
    minipay_id other;
    int64_t maybe;
    char maybe_text[8];
    uint8_t maybe_hash[32];
    int64_t added; /* from version 2 on */
    char added_text[8];
} item;

enum { BY_WIDE, OPEN_BY_NARROW, BY_OTHER, BY_TEXT };

typedef struct entry {
    int64_t sequence;
    int64_t amount;
} entry;

typedef struct sum {
    char name[16];
    int64_t number;
    int64_t total;
    int64_t other_total;
    int64_t still;
} sum;

/* Version 1 has neither `sum` nor what `item` gained; 3 is 2 under a higher number. */
extern const minipay_table conf_item_table_1, conf_item_table, conf_entry_table, conf_sum_table;
extern const minipay_schema conf_schema_1, conf_schema, conf_schema_3;

typedef struct opened {
    const conformance_factory *factory;
    minipay_storage storage;
    void *session;
    int32_t foreign;
} opened;

void conf_expect(minipay_status found, minipay_status wanted);
void conf_open_as(const conformance_factory *factory, const minipay_schema *described, opened *o);
void conf_open_new(void **state, opened *o);
void conf_close(opened *o);
void conf_begin(opened *o, int32_t kind);
void conf_commit(opened *o);
void conf_roll_back(opened *o);
minipay_status conf_write_all(opened *o, int32_t kind, const minipay_table *table,
                              const void *const *rows, uint32_t count, uint32_t *conflict);
minipay_status conf_write_one(opened *o, int32_t kind, const minipay_table *table, const void *row);
void conf_store(opened *o, int32_t kind, const minipay_table *table, const void *row);
bool conf_get(opened *o, const minipay_table *table, int32_t index, void *row);
bool conf_read(opened *o, const minipay_table *table, int32_t index, void *row);
uint32_t conf_scan(opened *o, const minipay_scan *wanted, void *rows, uint32_t room);
item conf_item(uint8_t number);
void conf_store_items(opened *o, uint8_t count);
void conf_store_sums(opened *o);

/* The parts, each its tests. */
typedef struct conf_part {
    const struct CMUnitTest *tests;
    size_t count;
} conf_part;

extern const conf_part conf_sessions, conf_fields, conf_reads, conf_writes, conf_schemas;

#define CONF_PART(name, list) const conf_part name = {list, sizeof list / sizeof *list}

#endif
