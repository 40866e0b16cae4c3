/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/claim.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/money.h"
#include "ledger/hold.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES = 1024, LISTS_LARGEST = 8, NAME_SIZE = 128 };

/* Each topic's check, and who speaks on its sides. */
static const struct {
    const char *check;
    const char *first, *second;
} topics[MPI_TOPICS] = {
    [MPI_TOPIC_POSTINGS] = {"documents and postings", "the journal has", "the documents say"},
    [MPI_TOPIC_HELD] = {"held money", "the balance has", "the open holds say"},
    [MPI_TOPIC_INCOMING] = {"incoming money", "the balance has", "the open top-ups say"},
    [MPI_TOPIC_HOLDS] = {"holds", "the hold has", "the operations on it say"},
    [MPI_TOPIC_ORDERS] = {"bank orders", "the orders say", "the operation says"},
    [MPI_TOPIC_WAITING] = {"waiting operations", "its open part says", "the one that waits says"},
    [MPI_TOPIC_PROMOTIONS] = {"promotions", "the promotion has", "the slips say"},
    [MPI_TOPIC_SLIPS] = {"slips", "the slip has", "its captures and refunds say"},
    [MPI_TOPIC_BUCKETS] = {"slips and buckets", "the buckets have", "the slips say"},
    [MPI_TOPIC_LINES] = {"buckets and settlement lines", "the line has", "the buckets say"},
    [MPI_TOPIC_RUNS] = {"settlement runs", "the run has", "the lines say"},
    [MPI_TOPIC_CARRIED] = {"carried money", "the buckets have", "the lines say"},
    [MPI_TOPIC_PAYABLES] = {"payables", "the account has", "open buckets and lines say"},
};

/* What was said under a key that falls into a place that does not come out. */
typedef struct saying {
    struct saying *next; /* in the order of being said */
    uint64_t key;
    int64_t value;
    const char *table, *column;
    mpi_side side;
    char name[NAME_SIZE];
} saying;

typedef struct topic_state {
    uint64_t sums[PLACES];
    uint64_t count;
    int32_t wanted; /* the place that the second pass looks at; -1: none */
    minipay_audit_check *check;
    saying *first, *last;
} topic_state;

struct mpi_claims {
    uint8_t key[16];
    topic_state topics[MPI_TOPICS];
    const mpi_claimant *lists[LISTS_LARGEST];
    uint32_t list_count;
    mpi_plain plain;
    bool second_pass;
    bool no_memory;
    mpi_view *view;
    const mpi_record *record; /* of the row that is shown */
    const void *row;
    mpi_claim_row say; /* the record's claimant, or NULL */
};

minipay_status mpi_claims_new(const mpi_keys *keys, mpi_claims **claims, minipay_error *error)
{
    mpi_claims *made = calloc(1, sizeof *made);
    if (!made)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    memcpy(made->key, keys->column, sizeof made->key);
    for (int i = 0; i < MPI_TOPICS; i++)
        made->topics[i].wanted = -1;
    *claims = made;
    return MINIPAY_OK;
}

static void forget(topic_state *topic)
{
    while (topic->first) {
        saying *next = topic->first->next;
        free(topic->first);
        topic->first = next;
    }
    topic->last = NULL;
}

void mpi_claims_free(mpi_claims *claims)
{
    for (int i = 0; claims && i < MPI_TOPICS; i++)
        forget(&claims->topics[i]);
    free(claims);
}

void mpi_claims_add(mpi_claims *claims, const mpi_claimant *claimants)
{
    MPI_ASSERT(claims->list_count < LISTS_LARGEST);
    claims->lists[claims->list_count++] = claimants;
}

void mpi_claims_set_plain(mpi_claims *claims, const mpi_plain *plain)
{
    claims->plain = *plain;
}

mpi_view *mpi_claims_view(mpi_claims *claims)
{
    return claims->view;
}

/* ---- saying -------------------------------------------------------------------------------------------- */

static void keep(mpi_claims *claims, topic_state *topic, mpi_side side, uint64_t key, int64_t value,
                 const char *column)
{
    saying *kept = calloc(1, sizeof *kept);
    if (!kept) {
        claims->no_memory = true;
        return;
    }
    *kept = (saying){
        .key = key, .value = value, .table = claims->record->table.name, .column = column, .side = side};
    mpi_record_key_text(claims->record, claims->row, kept->name);
    if (topic->last)
        topic->last->next = kept;
    else
        topic->first = kept;
    topic->last = kept;
}

static void say(mpi_claims *claims, mpi_topic number, mpi_side side, const void *key, size_t size,
                int64_t value, const char *column)
{
    topic_state *topic = &claims->topics[number];
    uint64_t hash = mpi_hash64(claims->key, key, size) | 1;
    uint64_t amount = hash * (uint64_t)value;
    int32_t place = (int32_t)(hash >> 54);
    _Static_assert(PLACES == 1 << 10, "the hash's highest bits are the place");
    if (claims->second_pass) {
        if (place == topic->wanted)
            keep(claims, topic, side, hash, value, column);
        return;
    }
    topic->sums[place] += side == MPI_SIDE_FIRST ? amount : 0 - amount;
    topic->count++;
}

void mpi_claim_say(mpi_claims *claims, mpi_topic topic, mpi_side side, const mpi_claim_key *key,
                   int64_t value, const char *column)
{
    if (value || claims->second_pass) /* who says zero is named when the other side says more */
        say(claims, topic, side, key, sizeof *key, value, column);
}

void mpi_claim_posting(mpi_claims *claims, const mpi_claimed_posting *posting, int64_t amount_minor)
{
    say(claims, MPI_TOPIC_POSTINGS, MPI_SIDE_SECOND, posting, sizeof *posting, amount_minor,
        "amount_minor");
}

void mpi_claim_journal(mpi_claims *claims, const mpi_claimed_posting *posting, const mpi_journal *row)
{
    const mpi_plain *plain = &claims->plain;
    if (plain->is_plain && plain->is_plain(plain->context, posting, row))
        return;
    say(claims, MPI_TOPIC_POSTINGS, MPI_SIDE_FIRST, posting, sizeof *posting, row->amount_minor,
        "amount_minor");
}

/* Names the operation that is undone in the place of the parties. */
static mpi_claimed_posting reversal_of(const minipay_id *operation_id, int32_t leg,
                                       const minipay_id *undone_id, const char currency[4])
{
    mpi_claimed_posting posting = {.operation_id = *operation_id,
                                   .debit_owner = *undone_id,
                                   .leg = leg,
                                   .kind = MINIPAY_KIND_REVERSAL};
    memcpy(posting.currency, currency, sizeof posting.currency);
    return posting;
}

void mpi_claim_reversal(mpi_claims *claims, const minipay_id *operation_id, int32_t leg,
                        const minipay_id *undone_id, const char currency[4], int64_t amount_minor)
{
    mpi_claimed_posting posting = reversal_of(operation_id, leg, undone_id, currency);
    mpi_claim_posting(claims, &posting, amount_minor);
}

void mpi_claim_undone(mpi_claims *claims, const mpi_claimed_posting *undone, const mpi_journal *row)
{
    if (memcmp(&undone->operation_id, &row->operation_id, sizeof row->operation_id) == 0) {
        mpi_claim_posting(claims, undone, row->amount_minor);
        return;
    }
    mpi_claimed_posting posting =
        reversal_of(&row->operation_id, row->leg, &undone->operation_id, undone->currency);
    say(claims, MPI_TOPIC_POSTINGS, MPI_SIDE_FIRST, &posting, sizeof posting, row->amount_minor,
        "amount_minor");
}

void mpi_claim_order(mpi_claims *claims, mpi_side side, const minipay_id *operation_id,
                     int32_t direction, const minipay_id *owner_id, const char currency[4], bool done,
                     int64_t amount_minor)
{
    mpi_claim_key key = {.id = *operation_id, .other = *owner_id, .part = 2 * direction + done};
    memcpy(key.currency, currency, sizeof key.currency);
    mpi_claim_say(claims, MPI_TOPIC_ORDERS, side, &key, amount_minor, "amount_minor");
}

void mpi_claim_wrong(mpi_claims *claims, mpi_topic topic, const char *column, int64_t stands,
                     int64_t should)
{
    char name[NAME_SIZE];
    if (stands == should)
        return;
    mpi_record_key_text(claims->record, claims->row, name);
    mpi_audit_fail(claims->topics[topic].check, "%s %s: %s is %lld, should be %lld",
                   claims->record->table.name, name, column, (long long)stands, (long long)should);
}

/* ---- showing rows --------------------------------------------------------------------------------------- */

static minipay_status start(void *context, mpi_audit *audit, minipay_error *error)
{
    mpi_claims *claims = context;
    claims->view = audit->view;
    claims->record = NULL;
    for (int i = 0; i < MPI_TOPICS && !claims->second_pass; i++) {
        claims->topics[i].check = mpi_audit_check(audit, topics[i].check);
        if (!claims->topics[i].check)
            return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "count", "room for 32 checks is needed");
    }
    return MINIPAY_OK;
}

static mpi_claim_row claimant_of(const mpi_claims *claims, const mpi_record *record)
{
    for (uint32_t i = 0; i < claims->list_count; i++) {
        for (const mpi_claimant *at = claims->lists[i]; at->record; at++) {
            if (at->record == record)
                return at->say;
        }
    }
    return NULL;
}

void mpi_claims_at(mpi_claims *claims, const mpi_record *record, const void *row)
{
    if (claims->record != record) {
        claims->record = record;
        claims->say = claimant_of(claims, record);
    }
    claims->row = row;
}

static minipay_status visit(void *context, const mpi_record *record, const void *row,
                            minipay_error *error)
{
    mpi_claims *claims = context;
    mpi_claims_at(claims, record, row);
    return claims->say ? claims->say(claims, row, error) : MINIPAY_OK;
}

static minipay_status finish(void *context, minipay_error *error)
{
    mpi_claims *claims = context;
    for (int i = 0; i < MPI_TOPICS && !claims->second_pass; i++)
        claims->topics[i].check->rows = claims->topics[i].count;
    return claims->no_memory ? mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL) : MINIPAY_OK;
}

mpi_auditor mpi_claims_auditor(mpi_claims *claims)
{
    return (mpi_auditor){claims, start, visit, finish};
}

/* ---- the outcome ----------------------------------------------------------------------------------------- */

static int32_t first_wrong(const topic_state *topic)
{
    for (int32_t i = 0; i < PLACES; i++) {
        if (topic->sums[i])
            return i;
    }
    return -1;
}

bool mpi_claims_agree(const mpi_claims *claims)
{
    for (int i = 0; i < MPI_TOPICS; i++) {
        if (first_wrong(&claims->topics[i]) >= 0)
            return false;
    }
    return true;
}

void mpi_claims_again(mpi_claims *claims)
{
    claims->second_pass = true;
    for (int i = 0; i < MPI_TOPICS; i++)
        claims->topics[i].wanted = first_wrong(&claims->topics[i]);
}

/* All that was said under one key. */
typedef struct key_sum {
    const saying *speaker[2]; /* the first of each side, one that says something if there is one */
    int64_t value[2];
} key_sum;

static key_sum sum_up(const topic_state *topic, uint64_t key)
{
    key_sum sum = {{NULL, NULL}, {0, 0}};
    for (const saying *at = topic->first; at; at = at->next) {
        if (at->key != key)
            continue;
        sum.value[at->side] = mpi_money_wrap_add(sum.value[at->side], at->value);
        const saying *before = sum.speaker[at->side];
        if (!before || (before->value == 0 && at->value))
            sum.speaker[at->side] = at;
    }
    return sum;
}

static void report_key(minipay_audit_check *check, int number, const key_sum *sum)
{
    mpi_side named = sum->speaker[MPI_SIDE_FIRST] ? MPI_SIDE_FIRST : MPI_SIDE_SECOND;
    mpi_side asked = named == MPI_SIDE_FIRST ? MPI_SIDE_SECOND : MPI_SIDE_FIRST;
    const saying *speaker = sum->speaker[named], *other = sum->speaker[asked];
    MPI_ASSERT(speaker); /* the key is of something that was said */
    const char *says = asked == MPI_SIDE_FIRST ? topics[number].first : topics[number].second;
    if (other)
        mpi_audit_fail(check, "%s %s: %s is %lld, %s %lld (%s %s: %s)", speaker->table, speaker->name,
                       speaker->column, (long long)sum->value[named], says, (long long)sum->value[asked],
                       other->table, other->name, other->column);
    else
        mpi_audit_fail(check, "%s %s: %s is %lld, %s none", speaker->table, speaker->name,
                       speaker->column, (long long)sum->value[named], says);
}

static void report_topic(topic_state *topic, int number)
{
    for (const saying *at = topic->first; at && topic->check->ok; at = at->next) {
        key_sum sum = sum_up(topic, at->key);
        if (sum.value[0] != sum.value[1])
            report_key(topic->check, number, &sum);
    }
    if (topic->wanted >= 0)
        mpi_audit_fail(topic->check, "the two sides do not come out");
}

void mpi_claims_report(mpi_claims *claims)
{
    for (int i = 0; i < MPI_TOPICS; i++) {
        report_topic(&claims->topics[i], i);
        forget(&claims->topics[i]);
    }
}

/* ---- the ledger's own ------------------------------------------------------------------------------------ */

static minipay_status say_hold(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_hold *hold = row;
    bool open = hold->hold_state == MPI_HOLD_OPEN;
    int64_t left = mpi_money_wrap_subtract(hold->amount_minor, hold->captured_minor);
    mpi_claim_key owner = {.id = hold->owner_id}, part = {.id = hold->hold_id};
    (void)error;
    memcpy(owner.currency, hold->currency, sizeof owner.currency);
    mpi_claim_say(claims, MPI_TOPIC_HELD, MPI_SIDE_SECOND, &owner, open ? left : 0, "amount_minor");
    part.part = MPI_HOLD_PART_OPENED;
    mpi_claim_say(claims, MPI_TOPIC_HOLDS, MPI_SIDE_FIRST, &part, hold->amount_minor, "amount_minor");
    part.part = MPI_HOLD_PART_CAPTURED;
    mpi_claim_say(claims, MPI_TOPIC_HOLDS, MPI_SIDE_FIRST, &part, hold->captured_minor,
                  "captured_minor");
    part.part = MPI_HOLD_PART_FREED;
    mpi_claim_say(claims, MPI_TOPIC_HOLDS, MPI_SIDE_FIRST, &part, open ? 0 : left, "amount_minor");
    return MINIPAY_OK;
}

const mpi_claimant mpi_ledger_claimants[] = {{&mpi_hold_record, say_hold}, {NULL, NULL}};
