/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "api/handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const minipay_id world_nobody = {{0}};

const char *const world_contexts[] = {"membership", "banking",    "wallet", "transfer",
                                      "payment",    "settlement", NULL};

/* ---- host ------------------------------------------------------------------------------------------ */

static int64_t virtual_now(void *impl)
{
    const world *w = impl;
    if (w->on_clock)
        w->on_clock(w->clock_context);
    return w->now;
}

static minipay_status fixed_key(void *impl, int32_t key_id, uint8_t key[32])
{
    const world *w = impl;
    if (key_id != 1)
        return MINIPAY_KEY_MISSING;
    memcpy(key, w->key, 32);
    return MINIPAY_OK;
}

/* ---- a storage whose n-th call fails ---------------------------------------------------------------- */

static bool storage_fails(world *w)
{
    return __atomic_add_fetch(&w->faults.storage_calls, 1, __ATOMIC_RELAXED) ==
           w->faults.storage_fails_at;
}

static minipay_status storage_fault(const world *w, minipay_error *error)
{
    if (error) {
        minipay_error_init(error);
        error->status = w->faults.storage_status;
    }
    return w->faults.storage_status;
}

static minipay_storage_capabilities fs_capabilities(void *impl)
{
    const world_store *of = impl;
    return of->storage.capabilities(of->storage.impl);
}

static minipay_status fs_open(void *impl, const minipay_schema *schema, minipay_error *error)
{
    world_store *of = impl;
    world *w = of->w;
    return storage_fails(w) ? storage_fault(w, error)
                            : of->storage.open(of->storage.impl, schema, error);
}

static minipay_status fs_begin(void *impl, int32_t kind, void **session, int32_t *foreign,
                               minipay_error *error)
{
    world_store *of = impl;
    world *w = of->w;
    if (storage_fails(w))
        return storage_fault(w, error);
    minipay_status status = of->storage.begin(of->storage.impl, kind, session, foreign, error);
    if (status == MINIPAY_OK && kind == MINIPAY_SESSION_WRITE)
        __atomic_store_n(&of->write_session, *session, __ATOMIC_RELAXED);
    return status;
}

static minipay_status fs_get_many(void *impl, void *session, const minipay_table *table, int32_t index,
                                  void *const *rows, uint8_t *found, uint32_t count,
                                  minipay_error *error)
{
    world_store *of = impl;
    world *w = of->w;
    return storage_fails(w) ? storage_fault(w, error)
                            : of->storage.get_many(of->storage.impl, session, table, index, rows, found,
                                                   count, error);
}

static minipay_status fs_scan(void *impl, void *session, const minipay_scan *scan, void *rows,
                              uint32_t *count, minipay_error *error)
{
    world_store *of = impl;
    world *w = of->w;
    return storage_fails(w) ? storage_fault(w, error)
                            : of->storage.scan(of->storage.impl, session, scan, rows, count, error);
}

static minipay_status fs_write_many(void *impl, void *session, minipay_write *write,
                                    minipay_error *error)
{
    world_store *of = impl;
    world *w = of->w;
    return storage_fails(w) ? storage_fault(w, error)
                            : of->storage.write_many(of->storage.impl, session, write, error);
}

/* ---- a process that dies at its n-th commit or bank call --------------------------------------------- */

static bool is_last_turn(world *w)
{
    bool last = __atomic_add_fetch(&w->faults.turns, 1, __ATOMIC_RELAXED) == w->faults.dies_at;
    if (last && !w->faults.dies_after)
        _exit(WORLD_DIED);
    return last;
}

static void end_turn(bool last)
{
    if (last)
        _exit(WORLD_DIED);
}

/* Only the end of a WRITE session may fail. */
static minipay_status end_session(world_store *of, void *session, minipay_error *error)
{
    world *w = of->w;
    bool writes = session == __atomic_load_n(&of->write_session, __ATOMIC_RELAXED);
    if (writes)
        __atomic_store_n(&of->write_session, NULL, __ATOMIC_RELAXED);
    if (!writes || !storage_fails(w))
        return of->storage.commit(of->storage.impl, session, error);
    if (!w->faults.commit_is_lost) {
        of->storage.rollback(of->storage.impl, session);
        return storage_fault(w, error);
    }
    minipay_status status = of->storage.commit(of->storage.impl, session, error);
    if (status == MINIPAY_OK && error) {
        minipay_error_init(error);
        error->status = MINIPAY_COMMIT_UNKNOWN;
    }
    return status == MINIPAY_OK ? MINIPAY_COMMIT_UNKNOWN : status;
}

static minipay_status fs_commit(void *impl, void *session, minipay_error *error)
{
    world_store *of = impl;
    bool last = session == __atomic_load_n(&of->write_session, __ATOMIC_RELAXED) && is_last_turn(of->w);
    minipay_status status = end_session(of, session, error);
    end_turn(last);
    return status;
}

static void fs_rollback(void *impl, void *session)
{
    world_store *of = impl;
    if (session == __atomic_load_n(&of->write_session, __ATOMIC_RELAXED))
        __atomic_store_n(&of->write_session, NULL, __ATOMIC_RELAXED);
    of->storage.rollback(of->storage.impl, session);
}

static void fs_close(void *impl)
{
    world_store *of = impl;
    of->storage.close(of->storage.impl);
    memset(&of->storage, 0, sizeof of->storage);
}

/* A context's own file stands beside the path. */
static void name_file(const world *w, uint32_t number, char path[WORLD_PATH_SIZE])
{
    bool beside = w->apart && strcmp(w->path, ":memory:") != 0;
    snprintf(path, WORLD_PATH_SIZE, "%.200s%s%s", w->path, beside ? "." : "",
             beside ? world_contexts[number] : "");
}

static minipay_status make_storage(world *w, uint32_t number, minipay_storage *storage,
                                   minipay_error *error)
{
    minipay_sqlite_config config;
    world_store *of = &w->stores[number];
    of->w = w;
    minipay_sqlite_config_init(&config);
    config.busy_ms = w->busy_ms;
    config.cache_kib = w->cache_kib;
    config.page_bytes = w->page_bytes;
    name_file(w, number, config.path);
    minipay_status status = minipay_sqlite_storage(&config, &of->storage, error);
    *storage = (minipay_storage){
        .version = MINIPAY_STORAGE_VERSION,
        .impl = of,
        .capabilities = fs_capabilities,
        .open = fs_open,
        .begin = fs_begin,
        .get_many = fs_get_many,
        .scan = fs_scan,
        .write_many = fs_write_many,
        .commit = fs_commit,
        .rollback = fs_rollback,
        .close = fs_close,
    };
    return status;
}

/* ---- a bank whose n-th call fails ------------------------------------------------------------------- */

static bool bank_fails(world *w)
{
    return __atomic_add_fetch(&w->faults.bank_calls, 1, __ATOMIC_RELAXED) == w->faults.bank_fails_at;
}

static minipay_bank_capabilities fb_capabilities(void *impl)
{
    world *w = impl;
    return w->scripted.capabilities(w->scripted.impl);
}

static minipay_status fb_verify(void *impl, const char *bank, const char *account_number,
                                const char *holder, minipay_error *error)
{
    world *w = impl;
    bool last = is_last_turn(w);
    minipay_status status = bank_fails(w) ? MINIPAY_UNAVAILABLE
                                          : w->scripted.verify_account(w->scripted.impl, bank,
                                                                       account_number, holder, error);
    end_turn(last);
    return status;
}

typedef minipay_status (*order_call)(void *impl, const minipay_bank_order *orders,
                                     minipay_bank_answer *answers, uint32_t count, minipay_error *error);

static minipay_status pass_or_fail(world *w, order_call call, const minipay_bank_order *orders,
                                   minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    if (!bank_fails(w))
        return call(w->scripted.impl, orders, answers, count, error);
    if (w->faults.bank_reply_is_lost)
        call(w->scripted.impl, orders, answers, count, error);
    for (uint32_t i = 0; i < count; i++)
        answers[i].verdict = MINIPAY_VERDICT_UNANSWERED;
    return MINIPAY_UNAVAILABLE;
}

static minipay_status pass_on(world *w, order_call call, const minipay_bank_order *orders,
                              minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    bool last = is_last_turn(w);
    minipay_status status = pass_or_fail(w, call, orders, answers, count, error);
    end_turn(last);
    return status;
}

static minipay_status fb_prepare(void *impl, minipay_bank_order *orders, uint32_t count,
                                 minipay_error *error)
{
    (void)impl, (void)error;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *id = orders[i].id.bytes;
        snprintf(orders[i].reference, sizeof orders[i].reference, "W%02x%02x%02x%02x%02x%02x%02x%02x",
                 id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]);
    }
    return MINIPAY_OK;
}

static minipay_status fb_submit(void *impl, const minipay_bank_order *orders,
                                minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    world *w = impl;
    return pass_on(w, w->scripted.submit, orders, answers, count, error);
}

static minipay_status fb_query(void *impl, const minipay_bank_order *orders,
                               minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    world *w = impl;
    return pass_on(w, w->scripted.query, orders, answers, count, error);
}

static minipay_status fb_statement(void *impl, int64_t position, minipay_bank_movement *movements,
                                   uint32_t *count, minipay_error *error)
{
    world *w = impl;
    return w->scripted.statement(w->scripted.impl, position, movements, count, error);
}

static minipay_status fb_balance(void *impl, const char *currency, int64_t *balance_minor,
                                 minipay_error *error)
{
    world *w = impl;
    return w->scripted.balance(w->scripted.impl, currency, balance_minor, error);
}

static void fb_close(void *impl)
{
    world *w = impl;
    w->scripted.close(w->scripted.impl);
    memset(&w->scripted, 0, sizeof w->scripted);
}

static minipay_status make_bank(world *w, minipay_bank *bank, minipay_error *error)
{
    if (w->without_bank || w->bank.version) {
        *bank = w->bank;
        return MINIPAY_OK;
    }
    bool in_memory = strcmp(w->path, ":memory:") == 0;
    snprintf(w->script.path, sizeof w->script.path, "%s%s", w->path, in_memory ? "" : ".bank");
    *bank = (minipay_bank){
        .version = MINIPAY_BANK_VERSION,
        .impl = w,
        .capabilities = fb_capabilities,
        .verify_account = fb_verify,
        .prepare = w->prepares ? fb_prepare : NULL,
        .submit = fb_submit,
        .query = fb_query,
        .statement = fb_statement,
        .balance = fb_balance,
        .close = fb_close,
    };
    return minipay_scripted_bank(&w->script, &w->scripted, error);
}

/* ---- opening ----------------------------------------------------------------------------------------- */

/* ctest gives every test a folder; a test started by hand in the checkout leaves nothing there. */
static void leave_checkout(void)
{
    if (access("CMakePresets.json", F_OK) == 0)
        assert_int_equal(chdir(MINIPAY_TEST_DATA_DIR), 0);
}

void world_init(world *w, const char *path)
{
    leave_checkout();
    memset(w, 0, sizeof *w);
    snprintf(w->path, sizeof w->path, "%s", path);
    const char *stores = getenv("MINIPAY_TEST_STORES");
    w->apart = stores && strcmp(stores, "apart") == 0;
    w->now = INT64_C(1763856000000000); /* 2025-11-23T00:00:00Z, 09:00 in Seoul */
    memset(w->key, 0x5a, sizeof w->key);
    minipay_scripted_bank_config_init(&w->script);
    w->script.seed = 1;
    w->faults.storage_status = MINIPAY_IO_ERROR;
    minipay_host_init(&w->host);
    w->host.now = virtual_now;
    w->host.key = fixed_key;
}

/* What is not opened stays with the caller, as with minipay_open. */
static minipay_status open_stores(world *w, minipay_config *config, minipay_error *error)
{
    minipay_storage storages[MPI_CONTEXTS];
    uint32_t count = w->apart ? MPI_CONTEXTS : 1;
    for (uint32_t i = 0; i < count; i++)
        ASSERT_STATUS(make_storage(w, i, &storages[i], error), MINIPAY_OK);
    config->storage = storages[0];
    minipay_status status = w->apart ? mpi_open(config, storages, count, &w->pay, error)
                                     : minipay_open(config, &w->pay, error);
    for (uint32_t i = 0; status != MINIPAY_OK && i < count; i++) {
        assert_non_null(w->stores[i].storage.close);
        storages[i].close(storages[i].impl);
    }
    return status;
}

minipay_status world_try_open(world *w, minipay_error *error)
{
    minipay_config config;
    minipay_config_init(&config);
    w->host.impl = w;
    config.cached_accounts = w->cached_accounts;
    config.examine = w->examines;
    config.host = w->host;
    ASSERT_STATUS(make_bank(w, &config.bank, error), MINIPAY_OK);
    minipay_status status = open_stores(w, &config, error);
    if (status != MINIPAY_OK) { /* the adapters are still ours */
        if (config.bank.close)
            config.bank.close(config.bank.impl);
        w->pay = NULL;
    }
    return status;
}

void world_open(world *w)
{
    minipay_error error;
    minipay_error_init(&error);
    minipay_status status = world_try_open(w, &error);
    if (status != MINIPAY_OK)
        print_error("open: %s\n", error.message);
    ASSERT_STATUS(status, MINIPAY_OK);
}

void world_close(world *w)
{
    minipay_close(w->pay);
    w->pay = NULL;
}

void world_reopen(world *w)
{
    world_close(w);
    world_open(w);
}

void world_begin(world *w)
{
    world_init(w, ":memory:");
    world_open(w);
}

bool world_writes(const world *w)
{
    bool any = false;
    for (int i = 0; i < WORLD_STORES; i++)
        any |= w->stores[i].write_session != NULL;
    return any;
}

static void forget_file(const char *path, const char *end)
{
    static const char *const beside[] = {"", "-wal", "-shm", "-lock"};
    char name[WORLD_PATH_SIZE + 32];
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        snprintf(name, sizeof name, "%s%s%s%s", path, *end ? "." : "", end, beside[i]);
        unlink(name);
    }
}

void world_forget(const char *path)
{
    leave_checkout();
    forget_file(path, "");
    forget_file(path, "bank");
    for (const char *const *context = world_contexts; *context; context++)
        forget_file(path, *context);
}

/* ---- parties ----------------------------------------------------------------------------------------- */

minipay_id world_id(world *w)
{
    minipay_id id = {{0x01, 0x9a, 0xb0, 0, 0, 0, 0x70, 0, 0x80}};
    uint64_t number = ++w->made;
    for (int i = 15; i > 8; i--, number >>= 8)
        id.bytes[i] = (uint8_t)number;
    return id;
}

static void expect_done(const minipay_outcome *outcome, minipay_status status)
{
    ASSERT_STATUS(status, MINIPAY_OK);
    ASSERT_STATE(outcome->state, MINIPAY_STATE_DONE);
}

minipay_id world_link(world *w, minipay_id owner, const char *account_number)
{
    minipay_link_request request;
    minipay_outcome outcome;
    minipay_link_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = world_id(w);
    request.owner_id = owner;
    snprintf(request.bank, sizeof request.bank, "004");
    snprintf(request.account_number, sizeof request.account_number, "%s", account_number);
    snprintf(request.holder, sizeof request.holder, "Holder");
    minipay_status status = minipay_account_link(w->pay, &request, 1, &outcome, NULL);
    expect_done(&outcome, status);
    return request.id;
}

minipay_id world_person_of_tier(world *w, const char *account_number, int32_t tier)
{
    minipay_member_request member;
    minipay_wallet_request wallet;
    minipay_outcome outcome;
    minipay_member_request_init(&member);
    minipay_wallet_request_init(&wallet);
    minipay_outcome_init(&outcome);
    member.id = world_id(w);
    member.tier = tier;
    snprintf(member.region, sizeof member.region, "11");
    snprintf(member.name, sizeof member.name, "Member %u", (unsigned)w->made);
    snprintf(member.email, sizeof member.email, "m%u@world.example", (unsigned)w->made);
    minipay_status status = minipay_member_register(w->pay, &member, 1, &outcome, NULL);
    expect_done(&outcome, status);
    wallet.id = world_id(w);
    wallet.member_id = member.id;
    memcpy(wallet.currency, "KRW", 4);
    status = minipay_wallet_open(w->pay, &wallet, 1, &outcome, NULL);
    expect_done(&outcome, status);
    if (account_number)
        world_link(w, member.id, account_number);
    return member.id;
}

minipay_id world_person(world *w, const char *account_number)
{
    return world_person_of_tier(w, account_number, 0);
}

minipay_id world_merchant(world *w, const char *account_number, int32_t fee_basis_points)
{
    minipay_merchant_request request;
    minipay_outcome outcome;
    minipay_merchant_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = world_id(w);
    request.fee_basis_points = fee_basis_points;
    memcpy(request.currency, "KRW", 4);
    snprintf(request.name, sizeof request.name, "Merchant %u", (unsigned)w->made);
    minipay_status status = minipay_merchant_register(w->pay, &request, 1, &outcome, NULL);
    expect_done(&outcome, status);
    if (account_number)
        world_link(w, request.id, account_number);
    return request.id;
}

/* ---- money ------------------------------------------------------------------------------------------- */

minipay_instruction world_ask(world *w, int32_t kind, minipay_id member, minipay_id other,
                              int64_t amount_minor)
{
    minipay_instruction instruction;
    minipay_instruction_init(&instruction, kind);
    instruction.id = world_id(w);
    instruction.member_id = member;
    instruction.other_id = other;
    instruction.amount_minor = amount_minor;
    memcpy(instruction.currency, "KRW", 4);
    if (kind == MINIPAY_KIND_CREDIT || kind == MINIPAY_KIND_DEBIT)
        snprintf(instruction.reason, sizeof instruction.reason, "test");
    return instruction;
}

minipay_outcome world_execute(world *w, const minipay_instruction *instruction)
{
    minipay_outcome outcome;
    minipay_outcome_init(&outcome);
    minipay_status status = minipay_execute(w->pay, instruction, 1, &outcome, NULL);
    ASSERT_STATUS(status, outcome.status);
    return outcome;
}

minipay_outcome world_do(world *w, int32_t kind, minipay_id member, minipay_id other,
                         int64_t amount_minor)
{
    minipay_instruction instruction = world_ask(w, kind, member, other, amount_minor);
    return world_execute(w, &instruction);
}

void world_expect(world *w, const minipay_instruction *instruction, int32_t state, minipay_status status)
{
    minipay_outcome outcome = world_execute(w, instruction);
    ASSERT_STATUS(outcome.status, status);
    ASSERT_STATE(outcome.state, state);
}

minipay_outcome world_outcome(world *w, int32_t kind, minipay_id id)
{
    minipay_outcome outcome;
    minipay_outcome_init(&outcome);
    ASSERT_STATUS(minipay_outcome_get(w->pay, kind, &id, &outcome, NULL), MINIPAY_OK);
    return outcome;
}

void world_credit(world *w, minipay_id member, int64_t amount_minor)
{
    minipay_outcome outcome = world_do(w, MINIPAY_KIND_CREDIT, member, world_nobody, amount_minor);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
}

void world_topup(world *w, minipay_id member, int64_t amount_minor)
{
    minipay_outcome outcome = world_do(w, MINIPAY_KIND_TOPUP, member, world_nobody, amount_minor);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
}

minipay_order world_order(world *w, minipay_id operation)
{
    minipay_order order, same;
    minipay_order_init(&order);
    minipay_order_init(&same);
    ASSERT_STATUS(minipay_order_find(w->pay, &operation, &order, NULL), MINIPAY_OK);
    ASSERT_STATUS(minipay_order_get(w->pay, &order.id, &same, NULL), MINIPAY_OK);
    assert_memory_equal(&order, &same, sizeof order);
    return order;
}

minipay_wallet world_wallet(world *w, minipay_id member)
{
    minipay_wallet wallet;
    minipay_wallet_init(&wallet);
    ASSERT_STATUS(minipay_wallet_get(w->pay, &member, "KRW", &wallet, NULL), MINIPAY_OK);
    return wallet;
}

int64_t world_promotion_used(world *w, minipay_id promotion)
{
    minipay_promotion shown;
    minipay_promotion_init(&shown);
    ASSERT_STATUS(minipay_promotion_get(w->pay, &promotion, &shown, NULL), MINIPAY_OK);
    return shown.used_minor;
}

int64_t world_balance(world *w, minipay_id member)
{
    return world_wallet(w, member).posted_minor;
}

minipay_settlement world_settle(world *w, minipay_id id, int32_t through_date)
{
    minipay_settlement_request request;
    minipay_settlement settlement;
    minipay_error error;
    minipay_settlement_request_init(&request);
    minipay_settlement_init(&settlement);
    minipay_error_init(&error);
    request.id = id;
    request.through_date = through_date;
    memcpy(request.currency, "KRW", 4);
    minipay_status status = minipay_settlement_run(w->pay, &request, &settlement, &error);
    if (status != MINIPAY_OK)
        print_error("settlement: %s\n", error.message);
    ASSERT_STATUS(status, MINIPAY_OK);
    return settlement;
}

static bool is_amount(int32_t rule)
{
    return rule <= MINIPAY_RULE_LIMIT_MONTHLY || rule == MINIPAY_RULE_MINIMUM_PAYOUT;
}

int32_t world_publish(world *w, const minipay_rule *rules, uint32_t count, int64_t effective_at)
{
    minipay_policy_request request;
    minipay_outcome outcome;
    minipay_error error;
    minipay_policy_request_init(&request);
    minipay_outcome_init(&outcome);
    minipay_error_init(&error);
    request.id = world_id(w);
    request.effective_at = effective_at;
    minipay_status status = minipay_policy_publish(w->pay, &request, rules, count, &outcome, &error);
    if (status != MINIPAY_OK)
        print_error("policy: %s\n", error.message);
    expect_done(&outcome, status);
    return outcome.policy_version;
}

void world_rule(world *w, int32_t rule, int32_t tier, int64_t value)
{
    minipay_rule changed;
    minipay_rule_init(&changed);
    changed.rule = rule;
    changed.tier = tier;
    changed.value = value;
    memcpy(changed.currency, is_amount(rule) ? "KRW" : "\0\0\0", 4);
    assert_true(world_publish(w, &changed, 1, 0) > 1);
}

/* ---- time and proof ---------------------------------------------------------------------------------- */

void world_pass(world *w, int64_t seconds)
{
    w->now += seconds * 1000000;
}

void world_rest(world *w)
{
    int64_t next_at = 0;
    uint32_t carried = 0;
    do {
        ASSERT_STATUS(minipay_run(w->pay, 0, &carried, &next_at, NULL), MINIPAY_OK);
        if (next_at > w->now)
            w->now = next_at;
    } while (next_at || carried);
}

void world_audit_clean(world *w)
{
    minipay_audit_check checks[32];
    uint32_t count = 32;
    int32_t clean = 0;
    ASSERT_STATUS(minipay_audit(w->pay, checks, &count, &clean, NULL), MINIPAY_OK);
    for (uint32_t i = 0; i < count; i++) {
        if (!checks[i].ok)
            print_error("audit: %s: %s\n", checks[i].name, checks[i].detail);
    }
    assert_true(count > 0);
    assert_int_equal(clean, 1);
}

int64_t world_at_bank(world *w)
{
    int64_t balance_minor = 0;
    ASSERT_STATUS(w->scripted.balance(w->scripted.impl, "KRW", &balance_minor, NULL), MINIPAY_OK);
    return balance_minor;
}

void world_at_peace(world *w)
{
    minipay_corporate_account corporate;
    minipay_corporate_account_init(&corporate);
    world_audit_clean(w);
    ASSERT_STATUS(minipay_corporate_account_get(w->pay, "KRW", &corporate, NULL), MINIPAY_OK);
    assert_int_equal(corporate.in_transit_minor, 0);
    if (w->scripted.version)
        assert_int_equal(corporate.posted_minor, world_at_bank(w) - w->script.opening_minor);
}

int world_child(CMUnitTestFunction test)
{
    const struct CMUnitTest tests[] = {{"child", test, NULL, NULL, NULL}};
    int how = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(2);
        _exit(cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    if (WIFSIGNALED(how))
        print_error("the child ended by signal %d\n", WTERMSIG(how));
    assert_true(WIFEXITED(how));
    return WEXITSTATUS(how);
}

void world_survives(CMUnitTestFunction test)
{
    assert_int_equal(world_child(test), 0);
}
