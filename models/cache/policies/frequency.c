#include "frequency.h"

#include <stdlib.h>

#include "arena.h"

void frequency_init(struct frequency *f) {
  *f = (struct frequency){.free_class = NIL, .fewest = NIL};
}

void frequency_free(struct frequency *f) {
  free(f->class);
}

uint64_t frequency_of(const struct frequency *f, const struct store *s, uint32_t e) {
  return f->class[s->entry[e].count].uses;
}

static uint32_t take_class(struct frequency *f) {
  if (f->free_class == NIL) {
    uint32_t old = f->allocated;
    f->allocated = old ? 2 * old : 16;
    f->class = mem_resize(f->class, f->allocated * sizeof *f->class);
    for (uint32_t c = f->allocated; c-- > old;) {
      f->class[c].more = f->free_class;
      f->free_class = c;
    }
  }
  uint32_t c = f->free_class;
  f->free_class = f->class[c].more;
  return c;
}

/* The class of these uses, made if there is none, above `fewer`; NIL: it has the fewest. */
static uint32_t class_above(struct frequency *f, uint32_t fewer, uint64_t uses) {
  uint32_t more = fewer == NIL ? f->fewest : f->class[fewer].more;
  if (more != NIL && f->class[more].uses == uses) return more;
  uint32_t c = take_class(f);
  f->class[c] = (struct class){.uses = uses, .newest = NIL, .fewer = fewer, .more = more};
  *(fewer == NIL ? &f->fewest : &f->class[fewer].more) = c;
  if (more != NIL) f->class[more].fewer = c;
  return c;
}

/* An entry joins a class as its newest; it is in no list. */
static void join(struct frequency *f, struct store *s, uint32_t e, uint32_t c) {
  struct class *class = &f->class[c];
  uint32_t below = class->newest;
  if (class->n == 0) below = class->fewer == NIL ? NIL : f->class[class->fewer].newest;
  list_put_above(s, 0, e, below);
  class->newest = e;
  class->n++;
  s->entry[e].count = c & STORE_MOST_COUNT;
}

void frequency_leave(struct frequency *f, struct store *s, uint32_t e) {
  uint32_t c = s->entry[e].count;
  struct class *class = &f->class[c];
  if (--class->n > 0) {
    if (class->newest == e) class->newest = s->entry[e].older;
    return;
  }
  *(class->fewer == NIL ? &f->fewest : &f->class[class->fewer].more) = class->more;
  if (class->more != NIL) f->class[class->more].fewer = class->fewer;
  class->more = f->free_class;
  f->free_class = c;
}

void frequency_put(struct frequency *f, struct store *s, uint32_t e, uint64_t uses) {
  uint32_t fewer = NIL;
  for (uint32_t c = f->fewest; c != NIL && f->class[c].uses < uses; c = f->class[c].more) fewer = c;
  join(f, s, e, class_above(f, fewer, uses));
}

void frequency_use(struct frequency *f, struct store *s, uint32_t e) {
  uint32_t c = s->entry[e].count;
  uint64_t uses = f->class[c].uses + 1;
  bool alone = f->class[c].n == 1;
  uint32_t more = f->class[c].more;
  if (alone && (more == NIL || f->class[more].uses > uses)) { /* it keeps its place */
    f->class[c].uses = uses;
    return;
  }
  uint32_t to = class_above(f, c, uses);
  frequency_leave(f, s, e);
  list_take(s, e);
  join(f, s, e, to);
}
