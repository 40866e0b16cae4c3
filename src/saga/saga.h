/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_SAGA_SAGA_H
#define MPI_SAGA_SAGA_H

/* Sagas: operations of several steps that always end, done or undone.
 *
 * An operation has one document, in its owner's store, whose head is an `mpi_operation`. A saga is a
 * const table of steps over it. A step is one function that asks a port and is asked again until the port
 * knows: ports are idempotent, so a step that must wait is simply run once more, after a crash too.
 *
 *              OK                        OK                last OK
 *   start ──▶ step 0 ──▶ step 1 ──▶ … ──▶ step n ──────────▶ DONE
 *               │ refused   │ MPI_WAIT
 *               │           ▼
 *               │        document RUNNING, committed before anything outside is asked;
 *               │        the answer runs the same step again
 *               ▼
 *          REJECTED: what this run staged is undone; steps of earlier runs are compensated, last first;
 *          behind a pivot step (the bank has moved the money) PARKED instead, for a person to see;
 *          the steps up to the pivot stand
 *
 * A saga that never waits leaves one row, or none of its own where its posting says all. */

#include "base/error.h"
#include "minipay/books.h"
#include "minipay/instruction.h"
#include "minipay/sys/bank.h"
#include "policy/policy.h"
#include "store/store.h"

/* A step's answer besides statuses: not known yet; run me again when something has changed. */
enum { MPI_WAIT = -1 };

/* How every operation's document begins. */
typedef struct mpi_operation {
    minipay_id id;
    minipay_id parent_id; /* the operation that this one serves, or none */
    int32_t parent_kind;
    int32_t kind;
    int32_t state;
    int32_t step;
    int32_t status; /* the first reason, when REJECTED */
    int32_t policy_version;
    int64_t fingerprint;
    int64_t created_at;
    int64_t finished_at;
    char actor[MINIPAY_ACTOR_SIZE];
    char channel[MINIPAY_CHANNEL_SIZE];
    char reason[MINIPAY_REASON_SIZE];
} mpi_operation;

/* Fills what a request says of itself into a zeroed head. */
void mpi_operation_head(mpi_operation *op, int32_t kind, const minipay_id *id,
                        const char actor[MINIPAY_ACTOR_SIZE], const char channel[MINIPAY_CHANNEL_SIZE],
                        const char reason[MINIPAY_REASON_SIZE]);

/* Does the effect of a step stand? A rejected operation's do not: they were undone. */
bool mpi_operation_passed(const mpi_operation *op, int32_t step);

/* Does it wait, for an answer or for a person? */
bool mpi_operation_waits(const mpi_operation *op);

/* The head's fields, for the description of a document whose first member is `op`. */
#define MPI_OP(type, member, field_kind, field_flags, names)                                            \
    MPI_PART(type, op, member, field_kind, field_flags, names)
#define MPI_OPERATION_FIELDS(type)                                                                      \
    MPI_OP(type, id, MINIPAY_FIELD_ID, 0, NULL),                                                        \
        MPI_OP(type, parent_id, MINIPAY_FIELD_ID, MINIPAY_FIELD_OPTIONAL, NULL),                        \
        MPI_OP(type, parent_kind, MINIPAY_FIELD_ENUM, 0, mpi_kind_names),                               \
        MPI_OP(type, kind, MINIPAY_FIELD_ENUM, 0, mpi_kind_names),                                      \
        MPI_OP(type, state, MINIPAY_FIELD_ENUM, 0, mpi_state_names),                                    \
        MPI_OP(type, step, MINIPAY_FIELD_INT32, 0, NULL),                                               \
        MPI_OP(type, status, MINIPAY_FIELD_INT32, 0, NULL),                                             \
        MPI_OP(type, policy_version, MINIPAY_FIELD_INT32, 0, NULL),                                     \
        MPI_OP(type, fingerprint, MINIPAY_FIELD_INT64, 0, NULL),                                        \
        MPI_OP(type, created_at, MINIPAY_FIELD_INT64, 0, NULL),                                         \
        MPI_OP(type, finished_at, MINIPAY_FIELD_INT64, 0, NULL),                                        \
        MPI_OP(type, actor, MINIPAY_FIELD_TEXT, 0, NULL),                                               \
        MPI_OP(type, channel, MINIPAY_FIELD_TEXT, 0, NULL),                                             \
        MPI_OP(type, reason, MINIPAY_FIELD_TEXT, 0, NULL)

/* Where a context lives: its store, and the rules as they stand there. Contexts may share a home. */
typedef struct mpi_home {
    mpi_store *store;
    mpi_policy *policy;
} mpi_home;

typedef struct mpi_engine mpi_engine;
typedef struct mpi_saga mpi_saga;

/* What a step works with: one operation's run inside a unit of work. Only `find` of a saga and of a port may
 * also be asked beside the lane: then `view` is set, and there is no unit. */
typedef struct mpi_flow {
    mpi_engine *engine;
    mpi_unit *unit;
    struct mpi_call_list *calls; /* to be made once the unit is committed */
    minipay_error *error;
    mpi_view *view;
    struct mpi_atomic *atomic;   /* the batch that is being carried out */
    const struct mpi_ask *heard; /* the answer for which the step runs again */
    bool is_taken;               /* the id of the operation that is started stands in another store */
    int32_t parked;              /* why a part that was asked waits for a person; 0: none does */
    const mpi_operation *op;     /* whose step runs */
} mpi_flow;

/* `context` is the owner's; `document` may be changed and is written when it waits or ends. Answers OK,
 * MPI_WAIT, a REJECTED status, or a failure of the store. */
typedef minipay_status (*mpi_step_run)(void *context, mpi_flow *flow, void *document);

typedef struct mpi_step {
    const char *name;
    const char *asks; /* the port and call, for diagrams: "wallet.post" */
    mpi_step_run run;
    mpi_step_run undo;     /* NULL: nothing to compensate */
    const char *undo_asks; /* "wallet.reverse" */
} mpi_step;

/* What an instruction touches beside its member's wallet. Instructions of one call that touch the same keep
 * their order; all others share commits and bank calls. */
enum {
    MPI_TOUCHES_OWN = 1,   /* it makes what later ones go on with, under its own id: a payment, a hold */
    MPI_TOUCHES_OTHER = 2, /* what `other_id` names */
    MPI_OTHER_IS_MEMBER = 4, /* with MPI_TOUCHES_OTHER: whose wallet it touches, and is read ahead */
    MPI_REVERSIBLE = 8,      /* like MPI_TOUCHES_OWN, but only in a call with one that reverses */
    MPI_REVERSES = 16
};

struct mpi_saga {
    int32_t kind;
    const char *name;
    uint32_t touches; /* MPI_TOUCHES_OWN and so on; of instructions only */
    const mpi_record *record;
    const mpi_step *steps;
    uint32_t step_count;
    int32_t kept;    /* so many first steps stand even when a later one is refused */
    int32_t pivot;   /* with so many steps done it is never refused; 0: there is no such step */
    bool needs_bank; /* NOT_SUPPORTED where there is none, and nothing is stored */

    /* Fills a zeroed document from an instruction, secrets in plain; the head is filled already. NULL
     * where operations do not come as instructions. */
    void (*draw_up)(const minipay_instruction *instruction, void *document);

    /* Optional. Finds an operation that stands without a document, by its posting; fills all of `document`
     * as it would be, from its id. OK or MINIPAY_NOT_FOUND. */
    minipay_status (*find)(void *context, mpi_flow *flow, void *document);

    /* Optional. May this finished document be left out because its posting says all? */
    bool (*is_said)(void *context, const void *document);

    /* Optional, with `is_said`. The documents of operations that stand without one, as `find` fills them, in
     * the order of ids from behind `after`; `*count` is the room, then the number. Beside the lane. */
    minipay_status (*said)(void *context, const minipay_id *after, void *documents, uint32_t *count,
                           minipay_error *error);

    /* Optional. Runs when the document has become DONE or REJECTED, before it is written. */
    minipay_status (*ended)(void *context, mpi_flow *flow, void *document);

    /* Optional; NULL behind the last. The fields of a request that its document may have lost: later operations
     * change them, or a step moves them elsewhere. */
    const char *const *changed_later;

    /* Optional. Fills amounts into an outcome. */
    void (*tell)(const void *document, minipay_outcome *outcome);
};

enum { MPI_DOCUMENT_LARGEST = 1536 };

/* Room for any document, aligned. */
typedef union mpi_document {
    mpi_operation op;
    uint64_t room[MPI_DOCUMENT_LARGEST / 8];
} mpi_document;

/* ---- the engine ------------------------------------------------------------------------------------ */

/* A call to a bank, made between two units of work; or to the host's log, of an operation that cannot be
 * ended. */
typedef enum mpi_call_kind {
    MPI_CALL_SUBMIT,
    MPI_CALL_QUERY,
    MPI_CALL_VERIFY,
    MPI_CALL_PREPARE,
    MPI_CALL_TELL_PARKED
} mpi_call_kind;

typedef struct mpi_call {
    mpi_call_kind kind;
    minipay_status status; /* VERIFY, PREPARE: the bank's answer; TELL_PARKED: what refused it */
    int32_t parked_kind;   /* TELL_PARKED: its kind; its id is the order's here */
    int64_t drawn_at;      /* when it was asked for: it is made after that */
    minipay_bank_order order;
    minipay_bank_answer answer;
} mpi_call;

/* An operation that is to go on. */
typedef struct mpi_resumption {
    int32_t kind;
    minipay_id id;
} mpi_resumption;

/* What a unit of work leaves to be done when it is committed. */
typedef struct mpi_call_list {
    mpi_call *calls;
    uint32_t count, room;
    struct mpi_ask *asks; /* of other stores */
    uint32_t ask_count, ask_room;
    mpi_resumption *wakes; /* operations of other stores that wait for one which has ended here */
    uint32_t wake_count, wake_room;
} mpi_call_list;

/* How calls are made and answers taken in: banking's part, given to the engine when it is composed. */
typedef struct mpi_caller {
    void *impl;
    bool has_bank;
    void (*make)(void *impl, mpi_call *calls, uint32_t count); /* outside any unit of work */
    minipay_status (*take_in)(void *impl, mpi_flow *flow, const mpi_call *call);
} mpi_caller;

/* Called with the wallets that the next instructions touch, before they run: the wallet context's part.
 * It changes nothing and may do nothing. */
typedef struct mpi_wallet_name {
    const minipay_id *member_id;
    const char *currency; /* char[4] */
} mpi_wallet_name;

typedef struct mpi_warmer {
    void *impl;
    void (*warm)(void *impl, mpi_unit *unit, const mpi_wallet_name *names, uint32_t count);
} mpi_warmer;

/* `keys` stay the caller's, and must outlive the engine. */
minipay_status mpi_engine_new(const mpi_keys *keys, mpi_engine **engine, minipay_error *error);
void mpi_engine_free(mpi_engine *engine);
void mpi_engine_add(mpi_engine *engine, const mpi_home *home, const mpi_saga *saga, void *context);
void mpi_engine_set_caller(mpi_engine *engine, const mpi_home *home, const mpi_caller *caller);
void mpi_engine_set_warmer(mpi_engine *engine, const mpi_warmer *warmer);
/* Where operations of a kind are. */
mpi_store *mpi_engine_store(const mpi_engine *engine, int32_t kind);
const mpi_saga *mpi_engine_saga(const mpi_engine *engine, int32_t kind);

/* The keyed hash of a request: of its document as it is drawn up, secrets in plain. */
int64_t mpi_saga_fingerprint(const mpi_engine *engine, const mpi_record *record, const void *document);

/* The name of the first field in which a request, drawn up, is another one than that which stands with this
 * fingerprint; NULL when what stands now does not tell. `changed_later` as a saga has it. */
const char *mpi_saga_differing(const mpi_engine *engine, const mpi_record *record,
                               const char *const *changed_later, const void *asked, const void *standing,
                               int64_t fingerprint);

/* Room for one more call; NULL: no memory. */
mpi_call *mpi_call_add(mpi_call_list *list);
void mpi_calls_clear(mpi_call_list *list);
void mpi_calls_free(mpi_call_list *list);

/* ---- inside a unit of work ---------------------------------------------------------------------------- */

/* Starts the operation whose drawn-up document this is (id, kind, actor, channel, reason and the request's
 * fields, all else zero), or finds that it stands: then `document` becomes what stands. Its secret fields
 * are sealed here. MINIPAY_ID_REUSED when it stands for another request. OK says that `document` is
 * true, whether it is done, running or rejected; anything else is a failure of the store. */
minipay_status mpi_saga_start(mpi_flow *flow, int32_t kind, mpi_document *document);

/* For who starts an operation in a unit of his own: does its id stand in another store? Asked before, beside
 * the lanes; then `flow->is_taken` says it. */
minipay_status mpi_saga_is_taken(mpi_engine *engine, int32_t kind, const minipay_id *id, bool *taken,
                                 minipay_error *error);

/* Runs a RUNNING operation's current step again, and what waits for it when it ends. */
minipay_status mpi_saga_resume(mpi_flow *flow, int32_t kind, const minipay_id *id);

/* The same when what it waits for has ended, where others could not go on with it at once: one that was parked
 * for that runs again. */
minipay_status mpi_saga_wake(mpi_flow *flow, int32_t kind, const minipay_id *id);

/* Parks a RUNNING operation and every operation that waits for it: only a person can carry them on. `reason`
 * is what their outcomes tell. */
minipay_status mpi_saga_park(mpi_flow *flow, int32_t kind, const minipay_id *id, minipay_status reason);

/* Those that `reason` has parked run again, each where it stood: what it waited for is known now. */
minipay_status mpi_saga_unpark(mpi_flow *flow, int32_t kind, const minipay_id *id,
                               minipay_status reason);

/* For a step that another operation does: starts it at the first run, answers MPI_WAIT while it runs,
 * then OK or the reason of its refusal. `document` becomes what stands. */
minipay_status mpi_saga_child(mpi_flow *flow, int32_t kind, mpi_document *document);

/* What stands under an operation's id, read in the unit or beside the lane. MINIPAY_NOT_FOUND fills no
 * error. */
minipay_status mpi_saga_look_up(mpi_flow *flow, int32_t kind, const minipay_id *id,
                                minipay_outcome *outcome);

/* Its memo in plain, "" when it has none; of a kind whose documents have one. As above. */
minipay_status mpi_saga_memo(mpi_flow *flow, int32_t kind, const minipay_id *id,
                             char memo[MINIPAY_MEMO_SIZE]);

/* Operations of a kind in the order of ids, as minipay_operation_list says. Beside the lane. */
minipay_status mpi_saga_list(mpi_engine *engine, int32_t kind, const minipay_id *after,
                             minipay_operation *operations, uint32_t *count, minipay_error *error);

/* ---- driving ------------------------------------------------------------------------------------------ */

/* Requests of any form, in an array; each is drawn up as a document when its turn comes. */
typedef struct mpi_requests {
    const void *items;
    uint32_t count;
    void *context;
    void (*draw_up)(void *context, const void *items, uint32_t number, mpi_document *document);
    const minipay_instruction *instructions; /* when the items are: their order per wallet is kept */
} mpi_requests;

/* `draw_up` for instructions; its context is the engine. */
void mpi_saga_draw_up(void *context, const void *instructions, uint32_t number, mpi_document *document);

/* Carries out requests as minipay_execute says. `outcomes` are written only when it answers OK; `error`
 * then says more of the first one that is a usage error. */
minipay_status mpi_drive(mpi_engine *engine, const mpi_requests *requests, minipay_outcome *outcomes,
                         minipay_error *error);

/* Drives operations that stand RUNNING, each as far as it goes. */
minipay_status mpi_drive_on(mpi_engine *engine, const mpi_resumption *operations, uint32_t count,
                            minipay_error *error);

/* Makes calls that were prepared elsewhere (by recovery) and takes their answers in. */
minipay_status mpi_drive_calls(mpi_engine *engine, mpi_call_list *calls, minipay_error *error);

void mpi_saga_tell(const mpi_saga *saga, const mpi_document *document, minipay_outcome *outcome);

#endif
