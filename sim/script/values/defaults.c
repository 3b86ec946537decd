#include "defaults.h"

#include <string.h>

#include "arena.h"
#include "loader.h"
#include "param_read.h"
#include "param_type.h"

/* By address, open addressing; nobody sees its order. */
struct defaults {
  uint32_t n, slots; /* a power of two, at least twice n */
  struct known {
    const struct param *param; /* NULL: free */
    const void *value;
  } * slot;
};

static struct known *slot_of(const struct defaults *d, const struct param *param) {
  uint64_t at = (uintptr_t)param * UINT64_C(0x9e3779b97f4a7c15) >> 32;
  while (d->slot[at % d->slots].param && d->slot[at % d->slots].param != param) at++;
  return &d->slot[at % d->slots];
}

static void grow(struct defaults *d, struct arena *arena) {
  struct defaults old = *d;
  d->slots = old.slots ? 2 * old.slots : 256;
  d->slot = arena_alloc(arena, d->slots * sizeof *d->slot);
  for (uint32_t i = 0; i < old.slots; i++) {
    if (old.slot[i].param) *slot_of(d, old.slot[i].param) = old.slot[i];
  }
}

bool defaults_copy(const struct field *f) {
  const struct defaults *d = f->loader->defaults;
  const void *value = d ? slot_of(d, f->param)->value : NULL;
  if (value) memcpy(f->at, value, param_size(f->param));
  return value != NULL;
}

/* What names something is another value once the names are known. */
void defaults_keep(const struct field *f) {
  if (param_types[f->param->type].names) return;
  struct arena *arena = f->loader->arena;
  struct defaults **d = &f->loader->defaults;
  if (*d == NULL) *d = arena_alloc(arena, sizeof **d);
  if (2 * (*d)->n >= (*d)->slots) grow(*d, arena);
  size_t size = param_size(f->param);
  const void *value = memcpy(arena_alloc(arena, size), f->at, size);
  *slot_of(*d, f->param) = (struct known){f->param, value};
  (*d)->n++;
}
