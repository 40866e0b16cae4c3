/* SPDX-License-Identifier: Apache-2.0 */
#include "governance/governance.h"

#include "base/hash.h"
#include "base/id.h"

#include <stdlib.h>
#include <string.h>

static const minipay_field change_fields[] = {
    MPI_OPERATION_FIELDS(mpi_policy_change),
    MPI_INT64(mpi_policy_change, effective_at),
    MPI_INT64(mpi_policy_change, rules),
    MPI_HASH(mpi_policy_change, row_tag),
};

const mpi_record mpi_policy_change_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_policy_change, "policy_change", change_fields, 1, NULL, 0);

static minipay_status publish(void *context, mpi_flow *flow, void *document)
{
    mpi_governance *governance = context;
    mpi_policy_change *change = document;
    return mpi_policy_add(governance->policy, flow->unit, governance->asked, &change->op.policy_version,
                          flow->error);
}

static const mpi_step change_steps[] = {{"publish", "policy.add", publish, NULL, NULL}};

const mpi_saga mpi_policy_change_saga = {
    .kind = MINIPAY_KIND_POLICY,
    .name = "policy_change",
    .record = &mpi_policy_change_record,
    .steps = change_steps,
    .step_count = MPI_COUNT(change_steps),
};

void mpi_governance_set_up(mpi_governance *governance, mpi_engine *engine, const mpi_home *home)
{
    *governance =
        (mpi_governance){.store = home->store, .engine = engine, .policy = home->policy, .asked = NULL};
    mpi_engine_add(engine, home, &mpi_policy_change_saga, governance);
}

/* ---- one call ------------------------------------------------------------------------------------------- */

typedef struct call {
    mpi_governance *governance;
    mpi_publication asked;
    mpi_policy_change drawn_up;
    mpi_document document;
    bool is_taken;
    minipay_status status; /* a usage error: nothing was stored */
    minipay_error detail;
} call;

/* Every rule goes into the print, in order: of two that are the same the last one counts. It is no
 * secret, so it is the same under every key. */
static int64_t print_of(const minipay_rule *rules, uint32_t count)
{
    uint8_t bytes[MPI_RECORD_LARGEST], hash[32];
    mpi_hasher hasher;
    int64_t print;
    mpi_hasher_start(&hasher, NULL);
    for (uint32_t i = 0; i < count; i++) {
        mpi_policy_rule row = {.version = (int32_t)(i + 1),
                               .rule = rules[i].rule,
                               .tier = rules[i].tier,
                               .value = rules[i].value};
        memcpy(row.currency, rules[i].currency, sizeof row.currency);
        mpi_hasher_add(&hasher, bytes, mpi_record_canonical(&mpi_policy_rule_record, &row, bytes));
    }
    mpi_hasher_end(&hasher, hash);
    memcpy(&print, hash, sizeof print);
    return print;
}

static void draw_up(call *made, const minipay_policy_request *request)
{
    mpi_policy_change *change = &made->drawn_up;
    mpi_operation_head(&change->op, MINIPAY_KIND_POLICY, &request->id, request->actor, request->channel,
                       request->reason);
    change->effective_at = request->effective_at;
    change->rules = print_of(made->asked.rules, made->asked.count);
}

/* Another process may have made the unit begin anew, so each try begins with the request. */
static minipay_status run(void *context, mpi_unit *unit, minipay_error *error)
{
    call *made = context;
    mpi_call_list none = {0};
    mpi_flow flow = {.engine = made->governance->engine,
                     .unit = unit,
                     .calls = &none,
                     .error = error,
                     .is_taken = made->is_taken};
    memset(&made->document, 0, sizeof made->document);
    memcpy(&made->document, &made->drawn_up, sizeof made->drawn_up);
    made->governance->asked = &made->asked;
    minipay_status status = mpi_saga_start(&flow, MINIPAY_KIND_POLICY, &made->document);
    made->governance->asked = NULL;
    if (status == MINIPAY_ID_REUSED) {
        made->status = status;
        made->detail = *error;
        return MINIPAY_OK;
    }
    if (status == MINIPAY_OK)
        mpi_unit_settle(unit);
    return status;
}

minipay_status mpi_governance_publish(mpi_governance *governance, const minipay_policy_request *request,
                                      const minipay_rule *rules, uint32_t count,
                                      minipay_outcome *outcome, minipay_error *error)
{
    call made = {.governance = governance,
                 .asked = {rules, count, request->effective_at, request->id},
                 .status = MINIPAY_OK};
    minipay_error_init(&made.detail);
    draw_up(&made, request);
    minipay_status status =
        mpi_saga_is_taken(governance->engine, MINIPAY_KIND_POLICY, &request->id, &made.is_taken, error);
    if (status == MINIPAY_OK)
        status = mpi_store_write(governance->store, run, &made, error);
    if (status != MINIPAY_OK)
        return status;
    if (made.status != MINIPAY_OK) {
        if (error)
            *error = made.detail;
        return made.status;
    }
    mpi_saga_tell(&mpi_policy_change_saga, &made.document, outcome);
    return MINIPAY_OK;
}

/* ---- reading, beside the lane --------------------------------------------------------------------------- */

/* The first version was made with the installation, by nobody. */
static minipay_status show(mpi_view *view, const mpi_version_seen *seen, minipay_policy_version *shown,
                           minipay_error *error)
{
    mpi_policy_change change = {.op.id = seen->row.set_by};
    minipay_policy_version_init(shown);
    shown->version = (int32_t)seen->row.version;
    shown->state = seen->state;
    shown->id = seen->row.set_by;
    shown->effective_at = seen->row.effective_at;
    shown->published_at = seen->row.published_at;
    if (mpi_id_is_none(&seen->row.set_by))
        return MINIPAY_OK;
    minipay_status status = mpi_view_get(view, &mpi_policy_change_record, -1, &change, error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(error, MINIPAY_CORRUPT, "policy_change",
                        "policy_change: the operation that published version %lld is gone",
                        (long long)seen->row.version);
    memcpy(shown->actor, change.op.actor, sizeof shown->actor);
    memcpy(shown->channel, change.op.channel, sizeof shown->channel);
    memcpy(shown->reason, change.op.reason, sizeof shown->reason);
    return status;
}

minipay_status mpi_governance_version(mpi_governance *governance, int32_t version,
                                      minipay_policy_version *found, minipay_error *error)
{
    mpi_view view;
    mpi_version_seen seen;
    minipay_policy_version shown;
    minipay_status status = mpi_view_open(governance->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_policy_find(&view, version, mpi_store_now(governance->store), &seen, error);
    if (status == MINIPAY_OK)
        status = show(&view, &seen, &shown, error);
    mpi_view_close(&view);
    if (status == MINIPAY_OK)
        *found = shown;
    return status;
}

minipay_status mpi_governance_list(mpi_governance *governance, int32_t before,
                                   minipay_policy_version *versions, uint32_t *count,
                                   minipay_error *error)
{
    mpi_view view;
    mpi_version_seen *seen = malloc((*count + 1) * sizeof *seen);
    minipay_status status = seen ? mpi_view_open(governance->store, &view, error)
                                 : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    if (status == MINIPAY_OK) {
        status = mpi_policy_list(&view, before, mpi_store_now(governance->store), seen, count, error);
        for (uint32_t i = 0; i < *count && status == MINIPAY_OK; i++)
            status = show(&view, &seen[i], &versions[i], error);
        mpi_view_close(&view);
    }
    free(seen);
    return status;
}
