/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_SIZE = 65536 };

static const uint64_t UNPACK_MEMORY = UINT64_C(256) << 20;

struct source {
    int file;
    bool is_xz, at_end, unpacked;
    size_t at, count; /* what of `block` is not used yet */
    lzma_stream stream;
    lzma_ret fault; /* kept until what came before it is taken */
    uint8_t block[BLOCK_SIZE];
};

static bool fill(source *s, char *why, size_t size)
{
    ssize_t count;
    do {
        count = read(s->file, s->block, sizeof s->block);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        snprintf(why, size, "cannot be read: %s", strerror(errno));
        return false;
    }
    s->at = 0;
    s->count = (size_t)count;
    s->at_end = count == 0;
    return true;
}

static bool begin_unpacking(source *s, char *why, size_t size)
{
    lzma_stream fresh = LZMA_STREAM_INIT;
    lzma_end(&s->stream);
    s->stream = fresh;
    s->unpacked = false;
    s->fault = LZMA_OK;
    if (lzma_stream_decoder(&s->stream, UNPACK_MEMORY, LZMA_CONCATENATED) == LZMA_OK)
        return true;
    snprintf(why, size, "cannot be unpacked: memory is used up");
    return false;
}

/* Looks at the first block: six bytes tell an .xz file from every text. */
static bool begin(source *s, char *why, size_t size)
{
    static const uint8_t magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};
    if (!fill(s, why, size))
        return false;
    s->is_xz = s->count >= sizeof magic && memcmp(s->block, magic, sizeof magic) == 0;
    return !s->is_xz || begin_unpacking(s, why, size);
}

source *source_open(const char *path, char *why, size_t size)
{
    struct stat facts;
    source *s = calloc(1, sizeof *s);
    if (!s) {
        snprintf(why, size, "memory is used up");
        return NULL;
    }
    s->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s->file < 0 || fstat(s->file, &facts) != 0)
        snprintf(why, size, "cannot be opened: %s", strerror(errno));
    else if (!S_ISREG(facts.st_mode))
        snprintf(why, size, "is not a regular file");
    else if (begin(s, why, size))
        return s;
    source_close(s);
    return NULL;
}

static const char *unpacking_fault(lzma_ret result)
{
    switch (result) {
    case LZMA_BUF_ERROR:
        return "the .xz data is cut short";
    case LZMA_FORMAT_ERROR:
        return "what follows the .xz data is not .xz";
    case LZMA_MEM_ERROR:
    case LZMA_MEMLIMIT_ERROR:
        return "unpacking the .xz data takes too much memory";
    case LZMA_OPTIONS_ERROR:
        return "the .xz data uses a filter that is not supported";
    default:
        return "the .xz data is damaged";
    }
}

static long unpack(source *s, uint8_t *bytes, size_t size, char *why, size_t why_size)
{
    s->stream.next_out = bytes;
    s->stream.avail_out = size;
    while (s->stream.avail_out && !s->unpacked && s->fault == LZMA_OK) {
        if (s->at == s->count && !s->at_end && !fill(s, why, why_size))
            return -1;
        s->stream.next_in = s->block + s->at;
        s->stream.avail_in = s->count - s->at;
        lzma_ret result = lzma_code(&s->stream, s->at_end ? LZMA_FINISH : LZMA_RUN);
        s->at = s->count - s->stream.avail_in;
        s->unpacked = result == LZMA_STREAM_END;
        if (!s->unpacked)
            s->fault = result;
    }
    if (s->fault != LZMA_OK && s->stream.avail_out == size) {
        snprintf(why, why_size, "%s", unpacking_fault(s->fault));
        return -1;
    }
    return (long)(size - s->stream.avail_out);
}

long source_read(source *s, uint8_t *bytes, size_t size, char *why, size_t why_size)
{
    if (s->is_xz)
        return unpack(s, bytes, size, why, why_size);
    if (s->at == s->count && !s->at_end && !fill(s, why, why_size))
        return -1;
    size_t count = s->count - s->at < size ? s->count - s->at : size;
    memcpy(bytes, s->block + s->at, count);
    s->at += count;
    return (long)count;
}

bool source_rewind(source *s, char *why, size_t size)
{
    if (lseek(s->file, 0, SEEK_SET) != 0) {
        snprintf(why, size, "cannot be read again: %s", strerror(errno));
        return false;
    }
    s->at_end = false;
    return begin(s, why, size);
}

bool source_is_xz(const source *s)
{
    return s->is_xz;
}

void source_close(source *s)
{
    if (!s)
        return;
    lzma_end(&s->stream);
    if (s->file >= 0)
        close(s->file);
    free(s);
}
