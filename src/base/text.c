/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <string.h>

/* The length of the UTF-8 sequence at `s`, 0 when it is not one (overlong, surrogate, above U+10FFFF). */
static size_t sequence_length(const unsigned char *s, size_t room)
{
    size_t length = s[0] < 0x80   ? 1
                    : s[0] < 0xc2 ? 0
                    : s[0] < 0xe0 ? 2
                    : s[0] < 0xf0 ? 3
                    : s[0] < 0xf5 ? 4
                                  : 0;
    if (length == 0 || length > room)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return length;
}

bool mpi_bytes_are_zero(const void *bytes, size_t count)
{
    const uint8_t *left = bytes;
    uint64_t any = 0, word;
    for (; count >= sizeof word; left += sizeof word, count -= sizeof word) {
        memcpy(&word, left, sizeof word);
        any |= word; /* no way out before the end: so several words are taken at once */
    }
    for (; count; left++, count--)
        any |= *left;
    return any == 0;
}

bool mpi_text_valid(const char *text, size_t size)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t end = strnlen(text, size);
    size_t i = 0;
    while (i < end) {
        size_t length = s[i] < 0x80 ? 1 : sequence_length(s + i, end - i);
        if (length == 0)
            return false;
        i += length;
    }
    return end < size && mpi_bytes_are_zero(text + end, size - end);
}

bool mpi_text_is_email(const char *text)
{
    const char *at = strchr(text, '@');
    for (const char *s = text; *s; s++) {
        if ((unsigned char)*s <= ' ' || *s == 0x7f)
            return false;
    }
    return at && at != text && at[1] && !strchr(at + 1, '@');
}

void mpi_text_copy(char *target, size_t size, const char *source)
{
    size_t length = strnlen(source, size - 1);
    memmove(target, source, length);
    memset(target + length, 0, size - length);
}

const char *mpi_text_last(const char *text, int count)
{
    const char *last = text + strlen(text);
    for (; count && last != text; count--) {
        do
            last--;
        while (last != text && ((unsigned char)*last & 0xc0) == 0x80);
    }
    return last;
}

void mpi_text_lower(char *text)
{
    for (; *text; text++) {
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
    }
}

void mpi_text_hex(const void *bytes, size_t count, char *text)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *b = bytes;
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[b[i] >> 4];
        text[2 * i + 1] = digits[b[i] & 15];
    }
    text[2 * count] = 0;
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool mpi_text_unhex(const char *text, size_t count, void *bytes)
{
    uint8_t *b = bytes;
    for (size_t i = 0; i < count; i++) {
        int high = digit_of(text[2 * i]), low = high < 0 ? -1 : digit_of(text[2 * i + 1]);
        if (low < 0)
            return false;
        b[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
