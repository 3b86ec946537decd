#include "arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Large enough that a scenario needs few of them, small enough that a test costs nothing. */
#define CHUNK_BYTES ((size_t)64 * 1024)

/* A chunk's bytes are handed out from the front. Whatever does not fit into the newest chunk gets a
 * new one; what is left of the old one is given up. */
struct chunk {
  struct chunk *next; /* older */
  size_t used, size;  /* of `bytes` */
  alignas(max_align_t) unsigned char bytes[];
};

struct arena {
  struct chunk *newest; /* the one that is being handed out; NULL when nothing was allocated */
};

static void *or_die(void *memory, size_t size) {
  if (memory == NULL) {
    fprintf(stderr, "archsim: out of memory, %zu bytes wanted\n", size);
    exit(EXIT_FAILURE);
  }
  return memory;
}

void *mem_alloc(size_t size) {
  return or_die(malloc(size ? size : 1), size);
}

void *mem_zeroed(size_t count, size_t size) {
  /* calloc checks the product for overflow itself. */
  return or_die(count && size ? calloc(count, size) : calloc(1, 1), size);
}

void *mem_lines(size_t count, size_t size) {
  size_t bytes = (count * size + 63) / 64 * 64;
  if (bytes == 0) bytes = 64;
  return memset(or_die(aligned_alloc(64, bytes), bytes), 0, bytes);
}

void *mem_resize(void *old, size_t size) {
  return or_die(realloc(old, size ? size : 1), size);
}

struct arena *arena_new(void) {
  return mem_zeroed(1, sizeof(struct arena));
}

void arena_free(struct arena *arena) {
  if (arena == NULL) return;
  for (struct chunk *chunk = arena->newest; chunk != NULL;) {
    struct chunk *next = chunk->next;
    free(chunk);
    chunk = next;
  }
  free(arena);
}

static struct chunk *chunk_new(size_t size) {
  if (size > SIZE_MAX - sizeof(struct chunk)) or_die(NULL, size);
  struct chunk *chunk = mem_zeroed(1, sizeof(struct chunk) + size);
  chunk->size = size;
  return chunk;
}

void *arena_alloc(struct arena *arena, size_t size) {
  if (size > SIZE_MAX - alignof(max_align_t)) or_die(NULL, size);
  /* Every piece takes at least one unit, so that no two pieces share an address. */
  size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
  if (rounded == 0) rounded = alignof(max_align_t);

  struct chunk *chunk = arena->newest;
  if (chunk == NULL || rounded > chunk->size - chunk->used) {
    bool big = rounded > CHUNK_BYTES / 4;
    struct chunk *fresh = chunk_new(big ? rounded : CHUNK_BYTES);
    if (big && chunk != NULL) {
      /* A big piece goes behind the newest chunk, whose rest stays in use. */
      fresh->next = chunk->next;
      chunk->next = fresh;
    } else {
      fresh->next = chunk;
      arena->newest = fresh;
    }
    chunk = fresh;
  }
  void *piece = chunk->bytes + chunk->used;
  chunk->used += rounded;
  return piece;
}

char *arena_text(struct arena *arena, const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(arena_alloc(arena, size), text, size);
}

char *arena_format(struct arena *arena, const char *format, ...) {
  assert(format != NULL);
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  va_end(args);
  assert(length >= 0);
  size_t size = (size_t)length + 1;
  char *text = arena_alloc(arena, size);
  vsnprintf(text, size, format, again);
  va_end(again);
  return text;
}
