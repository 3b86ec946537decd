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

/* malloc, calloc and realloc that end the process with a message instead of returning NULL. */
void *mem_alloc(size_t size);
void *mem_zeroed(size_t count, size_t size);
void *mem_resize(void *old, size_t size);

#endif
