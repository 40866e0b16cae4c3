/* SPDX-License-Identifier: Apache-2.0 */
#include "seed.h"

#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

seed seed_of(int argc, char **argv, uint64_t otherwise)
{
    seed s = {.first = otherwise};
    if (argc == 3 && strcmp(argv[1], "--seed") == 0) {
        s.first = strtoull(argv[2], NULL, 10);
        s.given = true;
    }
    return s;
}

void seed_begin(seed *s, uint64_t number)
{
    s->state = s->first + number;
    print_message("--seed %llu\n", (unsigned long long)s->state);
    for (int i = 0; i < 4; i++)
        seed_draw(s, 2); /* seeds that lie beside each other part */
}

uint32_t seed_draw(seed *s, uint32_t below)
{
    s->state = s->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(s->state >> 33) % below;
}
