/* Memory that is given out piece by piece and freed all at once.
 *
 * Everything that describes a scenario lives in one arena, so nothing in it is freed on its own.
 * Out of memory ends the process: there is no sensible way to go on with half a scenario. */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is allowed */

/* `size` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of `text` that lives as long as the arena. */
char *arena_text(struct arena *arena, const char *text);

/* As sprintf into the arena. */
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Zeroed bytes that begin on a cache line. */
void *mem_lines(size_t count, size_t size);

/* malloc, calloc and realloc that end the process with a message instead of returning NULL. */
void *mem_alloc(size_t size);
void *mem_zeroed(size_t count, size_t size);
void *mem_resize(void *old, size_t size);

#endif
