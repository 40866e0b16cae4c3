/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TESTS_TRAMPOLINE_H
#define MINIPAY_TESTS_TRAMPOLINE_H

/* A bank and a host whose methods are written in Python. The one file of C that a binding needs beside
 * what SWIG makes. */

#include <Python.h>

#include "minipay/sys/bank.h"
#include "minipay/sys/host.h"

/* A bank that calls the methods of `methods`, and keeps it until the bank is closed:
 *
 *   verify_account(bank, account_number, holder) -> status
 *   submit(orders), query(orders) -> [(verdict, amount_minor, reason), ...], one for each order, which is
 *       (reference, direction, amount_minor, currency, bank, account_number)
 *   statement(position, room) -> [(position, direction, amount_minor, currency, reference), ...]
 *   balance(currency) -> int
 *
 * A method that raises is a bank that cannot be reached. */
void python_bank(PyObject *methods, minipay_bank *bank);

/* Puts `now() -> int` and `key(key_id) -> 32 bytes, or None` of `methods` into a host, which borrows it. */
void python_host(PyObject *methods, minipay_host *host);

#endif
