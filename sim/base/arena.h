/* Memory that is given out piece by piece and freed all at once.
 *
 * Everything that describes a scenario lives in one arena, everything that a simulation keeps from
 * beginning to end in another, so nothing in it is freed on its own. What is used together lies
 * together; a large arena lies in huge pages.
 * Out of memory ends the process: there is no sensible way to go on with half a scenario. */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is allowed */

/* `size` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);

/* `count * size` zeroed bytes that begin on a cache line. */
void *arena_lines(struct arena *arena, size_t count, size_t size);

/* A copy of `text` that lives as long as the arena. */
char *arena_text(struct arena *arena, const char *text);

/* As sprintf into the arena. */
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Bytes that are not zeroed and lie in huge pages where the system has them: data of megabytes
 * that are read here and there would else miss the processor's address cache each time. `size` is a
 * multiple of MEM_HUGE; the bytes are aligned to it. Released by free. */
#define MEM_HUGE ((size_t)2 << 20)
void *mem_huge(size_t size);

/* A stretch of addresses with memory behind its first part, for an array that grows and never
 * moves. */
struct mem_range {
  void *begin;
  size_t size;   /* of addresses */
  size_t backed; /* of zeroed memory behind them, from `begin` on */
  void *mapping; /* the rest is for arena.c */
  size_t mapped;
};

/* Reserves `size` bytes of addresses; where the process may not have many (ulimit -v), a half, a
 * quarter ... of it, so that at least seven eighths of those it may still have are left for others.
 * What lies behind the first `first` bytes begins on a huge page. */
struct mem_range mem_reserve(size_t size, size_t first);

/* Puts memory behind the next `size` bytes, a multiple of a page. */
void mem_back(struct mem_range *range, size_t size);

void mem_release(struct mem_range *range);

/* malloc, calloc and realloc that end the process with a message instead of returning NULL. */
void *mem_alloc(size_t size);
void *mem_zeroed(size_t count, size_t size);
void *mem_resize(void *old, size_t size);

/* As mem_resize, for `count` of what a scenario may have ever more of: if there is no memory, the
 * message says what it was and what to change. */
void *mem_grow(void *old, size_t count, size_t size, const char *what, const char *remedy);

/* A copy, to be freed. */
char *mem_text(const char *text);

#endif
