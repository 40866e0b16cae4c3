/* SPDX-License-Identifier: Apache-2.0 */
#include "regions.h"

#include "map.h"

#include <stdio.h>
#include <string.h>

static const province regions[] = {
    {"1100000000", "서울", "Seoul"},     {"2600000000", "부산", "Busan"},
    {"2700000000", "대구", "Daegu"},     {"2800000000", "인천", "Incheon"},
    {"2900000000", "광주", "Gwangju"},   {"3000000000", "대전", "Daejeon"},
    {"3100000000", "울산", "Ulsan"},     {"3611000000", "세종", "Sejong"},
    {"4100000000", "경기", "Gyeonggi"},  {"4200000000", "강원", "Gangwon"},
    {"4300000000", "충북", "Chungbuk"},  {"4400000000", "충남", "Chungnam"},
    {"4500000000", "전북", "Jeonbuk"},   {"4600000000", "전남", "Jeonnam"},
    {"4700000000", "경북", "Gyeongbuk"}, {"4800000000", "경남", "Gyeongnam"},
    {"5000000000", "제주", "Jeju"},
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
