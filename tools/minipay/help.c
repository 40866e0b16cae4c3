/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"

#include <stddef.h>
#include <string.h>

#define ALL_THAT_IS_LEFT(what)                                                                          \
    "Without --amount it is all that is left. The amount is in the " what                               \
    "'s currency; another one in --currency is refused."

static const struct {
    const char *command, *detail;
} details[] = {
    {"capture", ALL_THAT_IS_LEFT("payment")},
    {"refund", ALL_THAT_IS_LEFT("payment")},
    {"wallet capture", ALL_THAT_IS_LEFT("hold")},
    {"merchant terms", "What is not named stays as it is in force now. Terms come into force in the "
                       "order in which they are "
                       "agreed: not before those that are agreed already, though these may be planned "
                       "for later. The answer "
                       "says from when on they hold."},
    {"settle retry",
     "A payout whose retry is refused too is paid by the next run, or by a retry of that retry's "
     "own run. What this one left alone of the run's refused payouts, and where it is, is said."},
    {"transfer batch",
     "The file is read and checked whole before anything moves. Each line, the last one too, ends with "
     "a "
     "line end: a file whose last line is without a line end may have been cut short, and is refused. "
     "Without a column id a row's id is made of the batch's --id and the row's number. A row that says "
     "again what an earlier one says, id and all, is the same transfer, and is counted once."},
    {"replay",
     "A name that begins with C is a member with a wallet, M a merchant or agent, B a bank; a cent is a "
     "won. The whole file is checked before anything is made. There is no minimum and no limit, every "
     "day of 24 steps is settled when it ends, and the clock is the file's.\n\n"
     "The same rows again, under whatever name and packed or not, change nothing; a replay that was "
     "killed goes on. Another file is carried out whole, from the midnight behind what the books hold: "
     "who has a name of an earlier file is the same member or merchant. He goes on with the money that "
     "he has, no opening balance is deposited for him a second time, and his fee stays; the report "
     "counts him as known already."},
};

const char *help_detail(const char *command)
{
    for (size_t i = 0; i < sizeof details / sizeof *details; i++) {
        if (strcmp(details[i].command, command) == 0)
            return details[i].detail;
    }
    return "";
}
