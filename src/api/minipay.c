/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/time.h"
#include "event/stream.h"
#include "saga/ask.h"
#include "store/installation.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- composition ---------------------------------------------------------------------------------------- */

static bool is_storage(const minipay_storage *storage)
{
    return storage->version == MINIPAY_STORAGE_VERSION && storage->capabilities && storage->open &&
           storage->begin && storage->get_many && storage->scan && storage->write_many &&
           storage->commit && storage->rollback && storage->close;
}

static minipay_status check_adapters(const minipay_config *config, const minipay_storage *storages,
                                     uint32_t count, minipay_error *error)
{
    const minipay_host *host = &config->host;
    const minipay_bank *bank = &config->bank;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_storage(&storages[i]))
            return mpi_fail_plain(error, MINIPAY_ADAPTER_INVALID, "storage");
    }
    if (host->version != MINIPAY_HOST_VERSION || !host->now || !host->entropy || !host->key)
        return mpi_fail_plain(error, MINIPAY_ADAPTER_INVALID, "host");
    if (bank->version != 0 &&
        (bank->version != MINIPAY_BANK_VERSION || !bank->capabilities || !bank->verify_account ||
         !bank->submit || !bank->query || !bank->statement || !bank->balance))
        return mpi_fail_plain(error, MINIPAY_ADAPTER_INVALID, "bank");
    return MINIPAY_OK;
}

/* Who may have a bank account. */
static minipay_status check_owner(void *impl, mpi_flow *flow, const minipay_id *owner_id)
{
    minipay *pay = impl;
    mpi_terms terms;
    mpi_membership_port membership = mpi_membership_open_port(&pay->membership);
    minipay_status status = membership.terms(membership.impl, flow, owner_id, &terms);
    if (status == MINIPAY_MEMBER_NOT_FOUND)
        status = mpi_payments_check_merchant(&pay->payments, flow, owner_id);
    return status == MINIPAY_MERCHANT_NOT_FOUND ? MINIPAY_NOT_FOUND : status;
}

static minipay_status ask_owner(void *impl, mpi_flow *flow, const minipay_id *owner_id)
{
    minipay *pay = impl;
    mpi_terms terms;
    mpi_membership_port membership = mpi_membership_open_far(&pay->membership);
    minipay_status status = membership.terms(membership.impl, flow, owner_id, &terms);
    if (status == MINIPAY_MEMBER_NOT_FOUND)
        status = mpi_payments_ask_merchant(flow, owner_id);
    return status == MINIPAY_MERCHANT_NOT_FOUND ? MINIPAY_NOT_FOUND : status;
}

/* The ports by which contexts ask each other. */
typedef struct ports {
    mpi_membership_port membership;
    mpi_banking_port banking;
    mpi_wallet_port wallet;
    mpi_payment_port payment;
    mpi_bank_fees fees;
    mpi_terms_sink terms;
    mpi_owners owners;
} ports;

/* All stand on one store: a port call joins its caller's unit of work. */
static ports open_near(minipay *pay)
{
    return (ports){.membership = mpi_membership_open_port(&pay->membership),
                   .banking = mpi_banking_open_port(&pay->banking),
                   .wallet = mpi_wallets_open_port(&pay->wallets),
                   .payment = mpi_payments_open_port(&pay->payments),
                   .fees = mpi_wallets_open_fees(&pay->wallets),
                   .terms = mpi_wallets_open_sink(&pay->wallets),
                   .owners = {pay, check_owner}};
}

/* Each has its own: a port call is a question, which is answered in another unit of work. */
static ports open_far(minipay *pay)
{
    return (ports){.membership = mpi_membership_open_far(&pay->membership),
                   .banking = mpi_banking_open_far(&pay->banking),
                   .wallet = mpi_wallets_open_far(&pay->wallets),
                   .payment = mpi_payments_open_far(&pay->payments),
                   .fees = mpi_wallets_open_far_fees(&pay->wallets),
                   .terms = mpi_wallets_open_far_sink(&pay->wallets),
                   .owners = {pay, ask_owner}};
}

/* Every context is handed the ports of those it may ask. */
static void set_up(minipay *pay, const minipay_config *config, const ports *by)
{
    mpi_engine *engine = pay->engine;
    const mpi_home *wallets = mpi_home_of(pay, MPI_CONTEXT_WALLET);
    mpi_batches_set_up(engine, wallets);
    mpi_governance_set_up(&pay->governance, engine, wallets);
    mpi_membership_set_up(&pay->membership, engine, mpi_home_of(pay, MPI_CONTEXT_MEMBERSHIP));
    mpi_membership_bind(&pay->membership, mpi_home_of(pay, MPI_CONTEXT_MEMBERSHIP), &by->terms);
    mpi_banking_set_up(&pay->banking, engine, mpi_home_of(pay, MPI_CONTEXT_BANKING), &config->bank);
    mpi_banking_set_fees(&pay->banking, &by->fees);
    mpi_banking_set_owners(&pay->banking, &by->owners);
    mpi_wallets_set_up(&pay->wallets, engine, wallets, &by->membership, &by->banking);
    mpi_transfers_set_up(&pay->transfers, engine, mpi_home_of(pay, MPI_CONTEXT_TRANSFER), &by->wallet,
                         &by->banking);
    mpi_payments_set_up(&pay->payments, engine, mpi_home_of(pay, MPI_CONTEXT_PAYMENT), &by->wallet,
                        &by->banking);
    mpi_settlements_set_up(&pay->settlements, engine, mpi_home_of(pay, MPI_CONTEXT_SETTLEMENT),
                           &by->wallet, &by->banking, &by->payment);
}

static void serve_far(minipay *pay)
{
    for (mpi_context context = 0; context < MPI_CONTEXTS; context++)
        mpi_engine_part(pay->engine, mpi_home_of(pay, context));
    mpi_membership_serve(&pay->membership, mpi_home_of(pay, MPI_CONTEXT_MEMBERSHIP));
    mpi_banking_serve(&pay->banking, mpi_home_of(pay, MPI_CONTEXT_BANKING));
    mpi_wallets_serve(&pay->wallets, mpi_home_of(pay, MPI_CONTEXT_WALLET));
    mpi_payments_serve(&pay->payments, mpi_home_of(pay, MPI_CONTEXT_PAYMENT));
}

static void compose(minipay *pay, const minipay_config *config)
{
    bool apart = mpi_homes_are_apart(pay);
    ports by = apart ? open_far(pay) : open_near(pay);
    set_up(pay, config, &by);
    if (apart)
        serve_far(pay);
}

/* All but the homes, which are closed or given back. */
static void discard(minipay *pay)
{
    mpi_engine_free(pay->engine);
    pthread_mutex_destroy(&pay->lock);
    pthread_cond_destroy(&pay->idle);
    free(pay);
}

minipay_status minipay_open(const minipay_config *config, minipay **pay, minipay_error *error)
{
    minipay_status status = mpi_check_both(config, "config", pay, "pay", error);
    if (status == MINIPAY_OK)
        status = mpi_check_size("config", config->struct_size, sizeof *config, error);
    return status == MINIPAY_OK ? mpi_open(config, &config->storage, 1, pay, error) : status;
}

minipay_status mpi_open(const minipay_config *config, const minipay_storage *storages, uint32_t count,
                        minipay **pay, minipay_error *error)
{
    minipay_status status = check_adapters(config, storages, count, error);
    if (status != MINIPAY_OK)
        return status;
    minipay *opened = calloc(1, sizeof *opened);
    if (!opened)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    opened->host = config->host;
    opened->process = getpid();
    pthread_mutex_init(&opened->lock, NULL);
    pthread_cond_init(&opened->idle, NULL);
    status = mpi_homes_open(opened, config, storages, count, error);
    if (status == MINIPAY_OK)
        status = mpi_engine_new(mpi_store_keys(opened->homes[0].store), &opened->engine, error);
    if (status != MINIPAY_OK) {
        mpi_homes_give_back(opened);
        discard(opened);
        return status;
    }
    compose(opened, config);
    *pay = opened;
    return MINIPAY_OK;
}

void minipay_close(minipay *pay)
{
    if (!pay || pay->process != getpid() || mpi_is_inside(pay))
        return;
    pthread_mutex_lock(&pay->lock);
    pay->closing = true;
    while (pay->calls)
        pthread_cond_wait(&pay->idle, &pay->lock);
    pthread_mutex_unlock(&pay->lock);
    mpi_banking_tear_down(&pay->banking);
    mpi_homes_close(pay);
    discard(pay);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a == 0 || (b && b < a) ? b : a;
}

/* Settlement goes first: its payouts become orders, of which banking then knows when they are due. */
static minipay_status carry_bank_on(minipay *pay, uint32_t budget, uint32_t *touched, int64_t *next_at,
                                    minipay_error *error)
{
    uint32_t orders = 0;
    minipay_status status = mpi_settlements_carry_on(&pay->settlements, budget, touched, error);
    *next_at = mpi_store_now(pay->homes[0].store);
    if (status != MINIPAY_OK || (budget && *touched >= budget))
        return status;
    status = mpi_banking_run(&pay->banking, budget ? budget - *touched : 0, &orders, next_at, error);
    *touched += orders;
    return status;
}

static minipay_status carry_on(minipay *pay, uint32_t budget, uint32_t *touched, int64_t *next_at,
                               minipay_error *error)
{
    uint32_t holds = 0, asked = 0;
    int64_t hold_at = 0, ask_at = 0;
    minipay_status status = mpi_homes_follow(pay, error);
    if (status == MINIPAY_OK && pay->banking.bank.version)
        status = carry_bank_on(pay, budget, touched, next_at, error);
    if (status != MINIPAY_OK || (budget && *touched >= budget))
        return status;
    status = mpi_wallets_run(&pay->wallets, budget ? budget - *touched : 0, &holds, &hold_at, error);
    *touched += holds;
    *next_at = earlier(*next_at, hold_at);
    if (status != MINIPAY_OK || (budget && *touched >= budget))
        return status;
    status = mpi_drive_waiting(pay->engine, budget ? budget - *touched : 0, &asked, &ask_at, error);
    *touched += asked;
    *next_at = earlier(*next_at, ask_at);
    return status;
}

minipay_status minipay_run(minipay *pay, uint32_t budget, uint32_t *carried, int64_t *next_at,
                           minipay_error *error)
{
    uint32_t touched = 0;
    int64_t next = 0;
    minipay_status status = MINIPAY_OK;
    if (mpi_enter(pay, &status, error)) {
        status = carry_on(pay, budget, &touched, &next, error);
        mpi_leave(pay);
    }
    if (status == MINIPAY_OK && carried)
        *carried = touched;
    if (status == MINIPAY_OK && next_at)
        *next_at = next;
    return status;
}

minipay_status minipay_id_generate(minipay *pay, minipay_id *id)
{
    uint8_t entropy[10];
    minipay_id made;
    minipay_status status = id ? MINIPAY_OK : MINIPAY_INVALID_ARGUMENT;
    if (!mpi_enter(pay, &status, NULL))
        return status;
    pay->host.entropy(pay->host.impl, entropy, sizeof entropy);
    mpi_id_make((uint64_t)(mpi_time_of_host(&pay->host) / 1000), entropy, &made);
    pthread_mutex_lock(&pay->lock);
    if (mpi_id_compare(&made, &pay->last_id) <= 0) {
        made = pay->last_id;
        mpi_id_increment(&made);
    }
    pay->last_id = made;
    pthread_mutex_unlock(&pay->lock);
    *id = made;
    mpi_leave(pay);
    return MINIPAY_OK;
}
