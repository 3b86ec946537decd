#include "arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "memory.h"

/* Chunks are large enough that a scenario needs few of them, small enough that a test costs
 * nothing; a large arena's are MEM_HUGE. */
#define CHUNK_BYTES ((size_t)64 * 1024)
#define LINE ((size_t)64)

/* A chunk's bytes are handed out from the front. Whatever does not fit into the newest chunk gets a
 * new one; what is left of the old one is given up. */
struct chunk {
  struct chunk *next; /* older */
  size_t used, size;  /* of `bytes` */
  unsigned char *bytes;
};

struct arena {
  struct chunk *newest; /* the one that is being handed out; NULL when nothing was allocated */
  size_t size;          /* of all chunks */
};

static void *or_die(void *memory, size_t size) {
  if (memory == NULL) {
    memory_out("%.3g MiB more are wanted; make the scenario smaller, or run fewer at once (-j)",
               (double)size / (1 << 20));
  }
  return memory;
}

static size_t round_up(size_t size, size_t unit) {
  return (size + unit - 1) / unit * unit;
}

void *mem_alloc(size_t size) {
  return or_die(malloc(size ? size : 1), size);
}

void *mem_zeroed(size_t count, size_t size) {
  /* calloc checks the product for overflow itself. */
  return or_die(count && size ? calloc(count, size) : calloc(1, 1), size);
}

void *mem_huge(size_t size) {
  void *memory = or_die(aligned_alloc(MEM_HUGE, size), size);
  madvise(memory, size, MADV_HUGEPAGE); /* small pages do as well */
  return memory;
}

/* Bytes of addresses that the process may still have. */
static size_t addresses_left(void) {
  struct rlimit most;
  if (getrlimit(RLIMIT_AS, &most) != 0 || most.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  bool known = file != NULL && fscanf(file, "%lu", &pages) == 1;
  if (file != NULL) fclose(file);
  size_t used = (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
  if (!known) return most.rlim_cur / 2;
  return used < most.rlim_cur ? most.rlim_cur - used : 0;
}

/* Nothing may be read or written there yet; it costs no memory, and no promise of any. */
static void *map_addresses(size_t size) {
  void *mapping = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return mapping == MAP_FAILED ? NULL : mapping;
}

struct mem_range mem_reserve(size_t size, size_t first) {
  assert(first <= MEM_HUGE && size >= MEM_HUGE);
  size_t wanted = size, left = addresses_left();
  void *mapping;
  while (size > MEM_HUGE && size > left / 8) size /= 2;
  /* A huge page more than wanted, and one to begin in the middle of. */
  while ((mapping = map_addresses(size + 2 * MEM_HUGE)) == NULL) {
    if ((size /= 2) < MEM_HUGE) or_die(NULL, wanted);
  }
  uintptr_t aligned = round_up((uintptr_t)mapping + first, MEM_HUGE);
  size_t skipped = aligned - (uintptr_t)mapping - first;
  return (struct mem_range){(char *)mapping + skipped, size, 0, mapping, size + 2 * MEM_HUGE};
}

void mem_back(struct mem_range *range, size_t size) {
  char *at = (char *)range->begin + range->backed;
  if (size > range->size - range->backed || mprotect(at, size, PROT_READ | PROT_WRITE) != 0) {
    or_die(NULL, size);
  }
  if (size >= MEM_HUGE) madvise(at, size, MADV_HUGEPAGE); /* small pages do as well */
  range->backed += size;
}

void mem_release(struct mem_range *range) {
  if (range->mapping != NULL) munmap(range->mapping, range->mapped);
  *range = (struct mem_range){0};
}

void *mem_resize(void *old, size_t size) {
  return or_die(realloc(old, size ? size : 1), size);
}

void *mem_grow(void *old, size_t count, size_t size, const char *what, const char *remedy) {
  void *memory = count <= SIZE_MAX / size ? realloc(old, count * size) : NULL;
  if (memory == NULL) {
    memory_out("%zu %s are too many; %s", count, what, remedy);
  }
  return memory;
}

char *mem_text(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(mem_alloc(size), text, size);
}

struct arena *arena_new(void) {
  return mem_zeroed(1, sizeof(struct arena));
}

void arena_free(struct arena *arena) {
  if (arena == NULL) return;
  for (struct chunk *chunk = arena->newest; chunk != NULL;) {
    struct chunk *next = chunk->next;
    free(chunk->bytes);
    free(chunk);
    chunk = next;
  }
  free(arena);
}

static struct chunk *chunk_new(struct arena *arena, size_t size) {
  struct chunk *chunk = mem_zeroed(1, sizeof *chunk);
  if (arena->size + size < MEM_HUGE) {
    chunk->size = round_up(size, LINE);
    chunk->bytes = or_die(aligned_alloc(LINE, chunk->size), chunk->size);
  } else {
    chunk->size = round_up(size, MEM_HUGE);
    chunk->bytes = mem_huge(chunk->size);
  }
  arena->size += chunk->size;
  return chunk;
}

/* A chunk with room for `size` bytes from a cache line on. */
static struct chunk *add_chunk(struct arena *arena, size_t size) {
  /* As much again as there is, so that there are few chunks. */
  size_t usual = arena->size < CHUNK_BYTES ? CHUNK_BYTES : arena->size;
  if (usual > MEM_HUGE) usual = MEM_HUGE;
  bool big = size > usual / 4;
  struct chunk *fresh = chunk_new(arena, big ? size : usual);
  if (big && arena->newest != NULL) {
    /* A big piece goes behind the newest chunk, whose rest stays in use. */
    fresh->next = arena->newest->next;
    arena->newest->next = fresh;
  } else {
    fresh->next = arena->newest;
    arena->newest = fresh;
  }
  return fresh;
}

static void *allocate(struct arena *arena, size_t size, size_t alignment) {
  if (size > SIZE_MAX / 2) or_die(NULL, size);
  /* Every piece takes at least one unit, so that no two pieces share an address. */
  size_t rounded = round_up(size ? size : 1, alignof(max_align_t));
  struct chunk *chunk = arena->newest;
  size_t from = chunk != NULL ? round_up(chunk->used, alignment) : 0;
  if (chunk == NULL || from > chunk->size || rounded > chunk->size - from) {
    chunk = add_chunk(arena, rounded);
    from = 0;
  }
  chunk->used = from + rounded;
  /* Not the whole chunk at once: many an arena hands out much less than its first one. */
  return memset(chunk->bytes + from, 0, rounded);
}

void *arena_alloc(struct arena *arena, size_t size) {
  return allocate(arena, size, alignof(max_align_t));
}

void *arena_lines(struct arena *arena, size_t count, size_t size) {
  if (size != 0 && count > SIZE_MAX / size) or_die(NULL, SIZE_MAX);
  return allocate(arena, round_up(count * size, LINE), LINE);
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
