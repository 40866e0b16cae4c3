/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include "base/hash.h"
#include "base/text.h"

static void put_time(uint64_t time_ms, minipay_id *id)
{
    for (int i = 0; i < 6; i++)
        id->bytes[i] = (uint8_t)(time_ms >> (40 - 8 * i));
}

static void put_version(uint8_t version, minipay_id *id)
{
    id->bytes[6] = (uint8_t)((id->bytes[6] & 0x0f) | (version << 4));
    id->bytes[8] = (uint8_t)((id->bytes[8] & 0x3f) | 0x80);
}

void mpi_id_make(uint64_t time_ms, const uint8_t entropy[10], minipay_id *id)
{
    put_time(time_ms, id);
    memcpy(id->bytes + 6, entropy, 10);
    put_version(7, id);
}

/* Version and variant stay; all other bits are one number. */
void mpi_id_increment(minipay_id *id)
{
    static const uint8_t counted[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0xff,
                                        0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    for (int i = 15; i >= 0; i--) {
        uint8_t next = (uint8_t)((id->bytes[i] + 1) & counted[i]);
        id->bytes[i] = (uint8_t)((id->bytes[i] & ~counted[i]) | next);
        if (next)
            return;
    }
}

static void from_hash(const void *text, size_t count, minipay_id *id)
{
    uint8_t hash[32];
    mpi_hash256(NULL, text, count, hash);
    memcpy(id->bytes + 6, hash, 10);
    put_version(8, id);
}

void mpi_id_derive(const minipay_id *parent, const char *name, minipay_id *id)
{
    uint8_t text[64] = {0};
    size_t length = strnlen(name, sizeof text - sizeof parent->bytes);
    minipay_id derived = *parent;
    memcpy(text, parent->bytes, sizeof parent->bytes);
    memcpy(text + sizeof parent->bytes, name, length);
    from_hash(text, sizeof parent->bytes + length, &derived);
    *id = derived;
}

void minipay_id_from_name(uint64_t time_ms, const char *name, minipay_id *id)
{
    if (!name || !id)
        return;
    put_time(time_ms, id);
    from_hash(name, strlen(name), id);
}

void minipay_id_format(const minipay_id *id, char text[37])
{
    if (!id || !text)
        return;
    static const uint8_t starts[] = {0, 4, 6, 8, 10, 16};
    char *out = text;
    for (int part = 0; part < 5; part++) {
        size_t count = (size_t)(starts[part + 1] - starts[part]);
        mpi_text_hex(id->bytes + starts[part], count, out);
        out += 2 * count;
        *out++ = part < 4 ? '-' : 0;
    }
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

minipay_status minipay_id_parse(const char *text, minipay_id *id)
{
    minipay_id parsed;
    int nibble = 0;
    if (!text || !id)
        return MINIPAY_INVALID_ARGUMENT;
    for (int i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-')
                return MINIPAY_INVALID_ID;
            continue;
        }
        int value = digit(text[i]);
        if (value < 0)
            return MINIPAY_INVALID_ID;
        uint8_t *byte = &parsed.bytes[nibble / 2];
        *byte = (uint8_t)(nibble % 2 ? *byte | value : value << 4);
        nibble++;
    }
    if (text[36])
        return MINIPAY_INVALID_ID;
    *id = parsed;
    return MINIPAY_OK;
}
