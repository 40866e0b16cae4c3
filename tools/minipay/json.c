/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include "fail.h"
#include "minipay/values.h"
#include "text.h"

int json_print(json_t *object)
{
    if (!object)
        return fail_own("it cannot be shown as JSON: a text is not UTF-8, or memory is used up");
    int failed =
        json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6)) != 0 || putchar('\n') == EOF;
    json_decref(object);
    return failed ? fail_own("standard output cannot be written") : EXIT_DONE;
}

int json_document(const minipay_operation *operation, json_t **document)
{
    char id[MINIPAY_ID_TEXT_SIZE];
    json_error_t error;
    *document = json_loads(operation->document, 0, &error);
    if (*document)
        return 0;
    minipay_id_format(&operation->id, id);
    return fail_own("the document of %s %s cannot be shown, it is no JSON of UTF-8: %s",
                    minipay_kind_name(operation->kind), id, error.text);
}

json_t *json_id(const minipay_id *id)
{
    char text[MINIPAY_ID_TEXT_SIZE];
    if (id_is_none(id))
        return json_null();
    minipay_id_format(id, text);
    return json_string(text);
}

json_t *json_time(int64_t at)
{
    char text[MINIPAY_TIME_TEXT_SIZE];
    if (!at)
        return json_null();
    minipay_time_format(at, text);
    return json_string(text);
}

json_t *json_date(int32_t date)
{
    char text[TEXT_SIZE];
    if (!date)
        return json_null();
    text_date(date, text);
    return json_string(text);
}
