/* SPDX-License-Identifier: Apache-2.0 */
#include "regions.h"

#include "map.h"

#include <stdio.h>
#include <string.h>

static const province regions[] = {
    {"1100000000", "Seoul"},     {"2600000000", "Busan"},    {"2700000000", "Daegu"},
    {"2800000000", "Incheon"},   {"2900000000", "Gwangju"},  {"3000000000", "Daejeon"},
    {"3100000000", "Ulsan"},     {"3611000000", "Sejong"},   {"4100000000", "Gyeonggi"},
    {"4200000000", "Gangwon"},   {"4300000000", "Chungbuk"}, {"4400000000", "Chungnam"},
    {"4500000000", "Jeonbuk"},   {"4600000000", "Jeonnam"},  {"4700000000", "Gyeongbuk"},
    {"4800000000", "Gyeongnam"}, {"5000000000", "Jeju"},
};

enum { REGION_COUNT = sizeof regions / sizeof *regions };

const province *region_find(const char *code)
{
    for (size_t i = 0; i < REGION_COUNT; i++) {
        if (strcmp(regions[i].code, code) == 0)
            return &regions[i];
    }
    return NULL;
}

const province *region_of_name(const char *name)
{
    return &regions[map_hash(name, strlen(name)) % REGION_COUNT];
}

void region_label(const char *code, char *out, size_t size)
{
    const province *known = region_find(code);
    if (known)
        snprintf(out, size, "%s", known->name_en);
    else
        snprintf(out, size, "%s", code[0] ? code : "(none)");
}
