/* SPDX-License-Identifier: Apache-2.0 */
#include "trampoline.h"

#include <string.h>

/* Methods come on any caller's thread, so each one takes the interpreter's lock for itself. */

/* What Python raised is shown, and the bank is taken as out of reach. */
static minipay_status unreachable(void)
{
    if (PyErr_Occurred())
        PyErr_WriteUnraisable(NULL);
    return MINIPAY_UNAVAILABLE;
}

static minipay_bank_capabilities capabilities(void *impl)
{
    minipay_bank_capabilities all = {.collects = 1, .pays_out = 1};
    (void)impl;
    return all;
}

static minipay_status verify_account(void *impl, const char *bank, const char *account_number,
                                     const char *holder, minipay_error *error)
{
    (void)error;
    PyGILState_STATE lock = PyGILState_Ensure();
    PyObject *answer = PyObject_CallMethod(impl, "verify_account", "sss", bank, account_number, holder);
    long status = answer ? PyLong_AsLong(answer) : -1;
    minipay_status verified = PyErr_Occurred() ? unreachable() : (minipay_status)status;
    Py_XDECREF(answer);
    PyGILState_Release(lock);
    return verified;
}

static PyObject *list_of_orders(const minipay_bank_order *orders, uint32_t count)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list && i < count; i++) {
        const minipay_bank_order *order = &orders[i];
        PyObject *item = Py_BuildValue("(siLsss)", order->reference, (int)order->direction,
                                       (long long)order->amount_minor, order->currency, order->bank,
                                       order->account_number);
        if (!item || PyList_Append(list, item) != 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static int read_answer(PyObject *item, minipay_bank_answer *answer)
{
    int verdict;
    long long amount;
    const char *reason;
    if (!PyArg_ParseTuple(item, "iLs", &verdict, &amount, &reason))
        return -1;
    answer->verdict = verdict;
    answer->amount_minor = amount;
    strncpy(answer->reason, reason, sizeof answer->reason - 1);
    return 0;
}

static minipay_status ask(PyObject *methods, const char *method, const minipay_bank_order *orders,
                          minipay_bank_answer *answers, uint32_t count)
{
    PyGILState_STATE lock = PyGILState_Ensure();
    minipay_status status = MINIPAY_OK;
    PyObject *list = list_of_orders(orders, count);
    PyObject *said = list ? PyObject_CallMethod(methods, method, "O", list) : NULL;
    PyObject *items = said ? PySequence_Fast(said, "a bank answers with a list") : NULL;
    if (items && PySequence_Fast_GET_SIZE(items) != (Py_ssize_t)count)
        PyErr_SetString(PyExc_ValueError, "one answer an order");
    for (uint32_t i = 0; items && !PyErr_Occurred() && i < count; i++)
        read_answer(PySequence_Fast_GET_ITEM(items, (Py_ssize_t)i), &answers[i]);
    if (!items || PyErr_Occurred())
        status = unreachable();
    Py_XDECREF(items);
    Py_XDECREF(said);
    Py_XDECREF(list);
    PyGILState_Release(lock);
    return status;
}

static minipay_status submit(void *impl, const minipay_bank_order *orders, minipay_bank_answer *answers,
                             uint32_t count, minipay_error *error)
{
    (void)error;
    return ask(impl, "submit", orders, answers, count);
}

static minipay_status query(void *impl, const minipay_bank_order *orders, minipay_bank_answer *answers,
                            uint32_t count, minipay_error *error)
{
    (void)error;
    return ask(impl, "query", orders, answers, count);
}

static int read_movement(PyObject *item, minipay_bank_movement *movement)
{
    long long position, amount;
    int direction;
    const char *currency, *reference;
    if (!PyArg_ParseTuple(item, "LiLss", &position, &direction, &amount, &currency, &reference))
        return -1;
    memset(movement, 0, sizeof *movement);
    movement->struct_size = sizeof *movement;
    movement->position = position;
    movement->direction = direction;
    movement->amount_minor = amount;
    strncpy(movement->currency, currency, sizeof movement->currency - 1);
    strncpy(movement->reference, reference, sizeof movement->reference - 1);
    return 0;
}

static minipay_status statement(void *impl, int64_t position, minipay_bank_movement *movements,
                                uint32_t *count, minipay_error *error)
{
    (void)error;
    PyGILState_STATE lock = PyGILState_Ensure();
    minipay_status status = MINIPAY_OK;
    PyObject *said = PyObject_CallMethod(impl, "statement", "LI", (long long)position, *count);
    PyObject *items = said ? PySequence_Fast(said, "a statement is a list") : NULL;
    uint32_t found = items ? (uint32_t)PySequence_Fast_GET_SIZE(items) : 0;
    if (found > *count)
        PyErr_SetString(PyExc_ValueError, "more movements than there is room for");
    for (uint32_t i = 0; !PyErr_Occurred() && i < found; i++)
        read_movement(PySequence_Fast_GET_ITEM(items, (Py_ssize_t)i), &movements[i]);
    if (!items || PyErr_Occurred())
        status = unreachable();
    else
        *count = found;
    Py_XDECREF(items);
    Py_XDECREF(said);
    PyGILState_Release(lock);
    return status;
}

static minipay_status balance(void *impl, const char *currency, int64_t *balance_minor,
                              minipay_error *error)
{
    (void)error;
    PyGILState_STATE lock = PyGILState_Ensure();
    PyObject *said = PyObject_CallMethod(impl, "balance", "s", currency);
    long long amount = said ? PyLong_AsLongLong(said) : 0;
    minipay_status status = PyErr_Occurred() ? unreachable() : MINIPAY_OK;
    if (status == MINIPAY_OK)
        *balance_minor = amount;
    Py_XDECREF(said);
    PyGILState_Release(lock);
    return status;
}

static void close_bank(void *impl)
{
    PyGILState_STATE lock = PyGILState_Ensure();
    Py_DECREF((PyObject *)impl);
    PyGILState_Release(lock);
}

void python_bank(PyObject *methods, minipay_bank *bank)
{
    PyGILState_STATE lock = PyGILState_Ensure();
    Py_INCREF(methods);
    PyGILState_Release(lock);
    *bank = (minipay_bank){
        .version = MINIPAY_BANK_VERSION,
        .impl = methods,
        .capabilities = capabilities,
        .verify_account = verify_account,
        .submit = submit,
        .query = query,
        .statement = statement,
        .balance = balance,
        .close = close_bank,
    };
}

/* ---- host ------------------------------------------------------------------------------------------ */

static int64_t now(void *impl)
{
    PyGILState_STATE lock = PyGILState_Ensure();
    PyObject *said = PyObject_CallMethod(impl, "now", NULL);
    long long at = said ? PyLong_AsLongLong(said) : 0;
    if (PyErr_Occurred())
        PyErr_WriteUnraisable(NULL);
    Py_XDECREF(said);
    PyGILState_Release(lock);
    return at;
}

static minipay_status key(void *impl, int32_t key_id, uint8_t bytes[32])
{
    PyGILState_STATE lock = PyGILState_Ensure();
    minipay_status status = MINIPAY_KEY_MISSING;
    PyObject *said = PyObject_CallMethod(impl, "key", "i", (int)key_id);
    if (said && PyBytes_Check(said) && PyBytes_GET_SIZE(said) == 32) {
        memcpy(bytes, PyBytes_AS_STRING(said), 32);
        status = MINIPAY_OK;
    }
    if (PyErr_Occurred())
        PyErr_WriteUnraisable(NULL);
    Py_XDECREF(said);
    PyGILState_Release(lock);
    return status;
}

void python_host(PyObject *methods, minipay_host *host)
{
    host->impl = methods;
    host->now = now;
    host->key = key;
}
