/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_RECORD_RECORD_H
#define MPI_RECORD_RECORD_H

/* A record is described once, here; its SQL table, its binding, its tag and its JSON come from the
 * description.
 *
 * Layout: the key fields stand first in the struct, in order and without gaps, so that a key is the
 * first `mpi_record_key_size` bytes of a row. A document ends with
 * `uint8_t row_tag[MPI_TAG_SIZE]`. */

#include "base/hash.h"
#include "minipay/sys/storage.h"

#include <stdbool.h>

/* What proves a record. */
typedef enum mpi_form {
    MPI_FORM_STATE,    /* cached, proven by other rows: balances */
    MPI_FORM_DOCUMENT, /* carries a tag; the table's tally proves that none is changed, gone or added */
    MPI_FORM_STREAM    /* appended only, first field `int64_t sequence`; proven by the block chain */
} mpi_form;

typedef struct mpi_record {
    minipay_table table;
    mpi_form form;
    uint32_t cached; /* sixteenths of the configured rows that a store keeps in memory */
} mpi_record;

#define MPI_FIELD(type, member, field_kind, field_flags, enum_names)                                    \
    {                                                                                                   \
#member, field_kind, offsetof(type, member), sizeof(((type *)0)->member), field_flags,          \
            enum_names                                                                                  \
    }

/* A field of a struct that the row has as its member `part`; the column has the field's name alone. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a member is no expression */
#define MPI_PART(type, part, member, field_kind, field_flags, enum_names)                               \
    {                                                                                                   \
#member, field_kind, offsetof(type, part.member), sizeof(((type *)0)->part.member),             \
            field_flags, enum_names                                                                     \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

#define MPI_INT64(type, member) MPI_FIELD(type, member, MINIPAY_FIELD_INT64, 0, NULL)
#define MPI_MONEY(type, member) MPI_FIELD(type, member, MINIPAY_FIELD_INT64, MINIPAY_FIELD_MONEY, NULL)
#define MPI_INT32(type, member) MPI_FIELD(type, member, MINIPAY_FIELD_INT32, 0, NULL)
#define MPI_ENUM(type, member, names) MPI_FIELD(type, member, MINIPAY_FIELD_ENUM, 0, names)
#define MPI_ID(type, member) MPI_FIELD(type, member, MINIPAY_FIELD_ID, 0, NULL)
#define MPI_OPTIONAL_ID(type, member)                                                                   \
    MPI_FIELD(type, member, MINIPAY_FIELD_ID, MINIPAY_FIELD_OPTIONAL, NULL)
#define MPI_TEXT(type, member) MPI_FIELD(type, member, MINIPAY_FIELD_TEXT, 0, NULL)
#define MPI_HASH(type, member) MPI_FIELD(type, member, MINIPAY_FIELD_HASH, 0, NULL)
#define MPI_BYTES(type, member) MPI_FIELD(type, member, MINIPAY_FIELD_BYTES, MINIPAY_FIELD_SECRET, NULL)

/* A secret field with room for text of `size` bytes with its NUL. */
#define MPI_SECRET(size)                                                                                \
    struct {                                                                                            \
        uint32_t length;                                                                                \
        uint8_t bytes[(((size) + MPI_SEAL_OVERHEAD) + 3) / 4 * 4];                                      \
    }

#define MPI_COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))

#define MPI_CACHED_RECORD(record_form, type, name, field_array, keys, index_array, index_total, share)  \
    {                                                                                                   \
        {name, field_array, index_array, MPI_COUNT(field_array), keys, index_total, sizeof(type)},      \
            record_form, share                                                                          \
    }
#define MPI_RECORD(record_form, type, name, field_array, keys, index_array, index_total)                \
    MPI_CACHED_RECORD(record_form, type, name, field_array, keys, index_array, index_total, 1)

/* A record that most operations touch. */
#define MPI_HOT_RECORD(record_form, type, name, field_array, keys, index_array, index_total)            \
    MPI_CACHED_RECORD(record_form, type, name, field_array, keys, index_array, index_total, 16)

enum { MPI_TAG_CHECKS = 8, MPI_TAG_SIZE = 24, MPI_RECORD_LARGEST = 2048 };

/* Bytes of the key; asserts the layout above. */
uint32_t mpi_record_key_size(const mpi_record *record);

/* The row in the one form that is hashed: (position, value) of every field that is not zero, a document's
 * tag left out; integers as 8 bytes little-endian, text and bytes behind their length. So a field that a
 * later version appends changes nothing for the rows that stand: their tags, blocks and fingerprints hold.
 * Fields are only ever appended (a document's tag stays last). `bytes` takes MPI_RECORD_LARGEST. */
size_t mpi_record_canonical(const mpi_record *record, const void *row, uint8_t *bytes);

/* The same without secret fields: what an event tells. */
size_t mpi_record_public(const mpi_record *record, const void *row, uint8_t *bytes);

/* The row that such bytes were made of; fields that they do not name are zero. -1 when they are not the form
 * of this record. */
int mpi_record_restore(const mpi_record *record, const uint8_t *bytes, size_t count, void *row);

/* The row as one JSON object: every field but secret ones and the tag, integers as numbers, ids and hashes as
 * text, an optional id that is none as null. What `json` has no room for is cut at a field, and the answer is
 * false. */
bool mpi_record_json(const mpi_record *record, const void *row, char *json, size_t room);

/* A document's tag: 8 bytes for the whole row, then MPI_TAG_CHECKS checks of two bytes each, by which the audit
 * names a changed MONEY field, of however many. A row that an older version wrote has checks of one byte, and
 * none for fields that came later. */
void mpi_record_tag(const mpi_record *record, const mpi_keys *keys, const void *row,
                    uint8_t tag[MPI_TAG_SIZE]);

/* Is the row the one that the tag was made for? */
bool mpi_record_is_tagged(const mpi_record *record, const mpi_keys *keys, const void *row,
                          const uint8_t tag[MPI_TAG_SIZE]);

/* Names the MONEY field that was changed, or the one field that a row has beside its key; "more than one
 * amount" when no change of one explains the checks; "" when no MONEY field was changed. */
void mpi_record_changed_field(const mpi_record *record, const mpi_keys *keys, const void *row,
                              const uint8_t tag[MPI_TAG_SIZE], char text[128]);

/* Seals every secret field in place: text in plain before, ciphertext after; empty stays empty. The room
 * of the field takes MPI_SEAL_OVERHEAD more than its text. */
void mpi_record_seal(const mpi_record *record, const mpi_keys *keys, const minipay_id *context,
                     void *row);

/* The text of one secret field; "" when it is empty. -1 when it was not sealed under these keys. */
int mpi_record_unseal(const mpi_keys *keys, const minipay_id *context, const void *field, char *text,
                      size_t room);

/* Sets a secret field, a length and `size` - 4 bytes, from text. */
void mpi_secret_set(void *field, size_t size, const char *text);

/* Where a document keeps its tag. */
uint8_t *mpi_record_tag_of(const mpi_record *record, void *row);
const uint8_t *mpi_record_stored_tag(const mpi_record *record, const void *row);

/* The key for a person: "0192…-…" or "slip 12/KRW". `text` takes 128 bytes. */
void mpi_record_key_text(const mpi_record *record, const void *row, char text[128]);

#endif
