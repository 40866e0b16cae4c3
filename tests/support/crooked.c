/* SPDX-License-Identifier: Apache-2.0 */
#include "crooked.h"

#include <stdio.h>
#include <string.h>

static minipay_bank_capabilities capabilities(void *impl)
{
    const crooked *bank = impl;
    return bank->w->scripted.capabilities(bank->w->scripted.impl);
}

static minipay_status verify(void *impl, const char *name, const char *number, const char *holder,
                             minipay_error *error)
{
    const crooked *bank = impl;
    return bank->w->scripted.verify_account(bank->w->scripted.impl, name, number, holder, error);
}

static void bend(const crooked *bank, minipay_bank_answer *answers, uint32_t count, bool hushed)
{
    for (uint32_t i = 0; i < count; i++) {
        if (answers[i].verdict == MINIPAY_VERDICT_DONE)
            answers[i].amount_minor += bank->answer_more;
        if (answers[i].verdict == MINIPAY_VERDICT_DONE)
            answers[i].fee_minor += bank->fee_more;
        if (hushed)
            answers[i].verdict = MINIPAY_VERDICT_NO_ANSWER;
    }
}

static minipay_status submit(void *impl, const minipay_bank_order *orders, minipay_bank_answer *answers,
                             uint32_t count, minipay_error *error)
{
    crooked *bank = impl;
    bank->submits += count;
    minipay_status status =
        bank->w->scripted.submit(bank->w->scripted.impl, orders, answers, count, error);
    bend(bank, answers, count, bank->hush || bank->mute);
    return status;
}

static minipay_status query(void *impl, const minipay_bank_order *orders, minipay_bank_answer *answers,
                            uint32_t count, minipay_error *error)
{
    const crooked *bank = impl;
    minipay_status status =
        bank->w->scripted.query(bank->w->scripted.impl, orders, answers, count, error);
    bend(bank, answers, count, bank->mute);
    return status;
}

static void put(minipay_bank_movement *lines, uint32_t room, uint32_t *used,
                const minipay_bank_movement *line, int64_t position)
{
    if (*used == room)
        return;
    lines[*used] = *line;
    lines[(*used)++].position = position;
}

/* Positions are doubled, to leave room for a second line behind each. */
static minipay_status statement(void *impl, int64_t position, minipay_bank_movement *lines,
                                uint32_t *count, minipay_error *error)
{
    crooked *bank = impl;
    minipay_bank_movement all[CROOKED_LINES];
    uint32_t read = CROOKED_LINES, used = 0;
    bank->pages++;
    assert_false(world_writes(bank->w)); /* sys/bank.h: no call while a storage transaction is open */
    if (bank->silent || (bank->silent_after && bank->pages > bank->silent_after))
        return MINIPAY_UNAVAILABLE;
    minipay_status status = bank->w->scripted.statement(bank->w->scripted.impl, 0, all, &read, error);
    for (uint32_t i = 0; i < read && status == MINIPAY_OK && !bank->empty; i++) {
        int64_t at = all[i].position * 2;
        all[i].amount_minor += bank->line_more;
        all[i].fee_minor += bank->line_fee_more;
        if (at > position && at != bank->hidden_position)
            put(lines, *count, &used, &all[i], at);
        if (bank->twice && at + 1 > position)
            put(lines, *count, &used, &all[i], at + 1);
    }
    for (uint32_t i = 0; i < bank->extra_count; i++) {
        if (bank->extras[i].position > position)
            put(lines, *count, &used, &bank->extras[i], bank->extras[i].position);
    }
    *count = used;
    return status;
}

static minipay_status balance(void *impl, const char *currency, int64_t *balance_minor,
                              minipay_error *error)
{
    const crooked *bank = impl;
    assert_false(world_writes(bank->w));
    return bank->silent
               ? MINIPAY_IO_ERROR
               : bank->w->scripted.balance(bank->w->scripted.impl, currency, balance_minor, error);
}

static void close_bank(void *impl)
{
    crooked *bank = impl;
    bank->w->scripted.close(bank->w->scripted.impl);
    memset(&bank->w->scripted, 0, sizeof bank->w->scripted);
}

void crooked_begin(world *w, crooked *bank, const char *path)
{
    memset(bank, 0, sizeof *bank);
    bank->w = w;
    world_init(w, path);
    snprintf(w->script.path, sizeof w->script.path, ":memory:");
    ASSERT_STATUS(minipay_scripted_bank(&w->script, &w->scripted, NULL), MINIPAY_OK);
    w->bank = (minipay_bank){.version = MINIPAY_BANK_VERSION,
                             .impl = bank,
                             .capabilities = capabilities,
                             .verify_account = verify,
                             .submit = submit,
                             .query = query,
                             .statement = statement,
                             .balance = balance,
                             .close = close_bank};
    world_open(w);
}

static void leave_open(void *impl)
{
    (void)impl;
}

void crooked_second(const world *first, world *second)
{
    world_init(second, first->path);
    second->now = first->now;
    second->bank = first->bank;
    second->bank.close = leave_open;
    world_open(second);
}

void crooked_add(crooked *bank, int64_t position, const char *reference, int32_t direction,
                 int64_t amount_minor)
{
    assert_true(bank->extra_count < CROOKED_EXTRAS);
    minipay_bank_movement *line = &bank->extras[bank->extra_count++];
    memset(line, 0, sizeof *line);
    line->struct_size = sizeof *line;
    line->position = position;
    line->direction = direction;
    line->amount_minor = amount_minor;
    line->value_date = 20251123;
    memcpy(line->currency, "KRW", 4);
    snprintf(line->reference, sizeof line->reference, "%s", reference);
}
