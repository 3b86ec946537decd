#include "linearizable.h"

#include <assert.h>
#include <stdlib.h>

struct search {
  const struct operation *operation;
  uint32_t n, must; /* the set of those that have ended */
  uint64_t *tried;  /* by the set of what has happened: values that it led to */
};

static bool search(struct search *s, uint32_t happened, uint32_t value) {
  if ((s->must & ~happened) == 0) return true;
  if (s->tried[happened] >> value & 1) return false;
  s->tried[happened] |= UINT64_C(1) << value;
  uint64_t first_end = NEVER_ENDS, last_begin = 0; /* of writes */
  for (uint32_t i = 0; i < s->n; i++) {
    const struct operation *o = &s->operation[i];
    if (happened >> i & 1) {
      if (o->writes && o->begin > last_begin) last_begin = o->begin;
    } else if (!o->unknown && o->end < first_end) {
      first_end = o->end;
    }
  }
  for (uint32_t i = 0; i < s->n; i++) {
    const struct operation *o = &s->operation[i];
    if (happened >> i & 1 || o->begin > first_end) continue;
    if (o->unknown && o->end < last_begin) continue;
    if (!o->writes && o->value != value) continue;
    if (search(s, happened | UINT32_C(1) << i, o->value)) return true;
  }
  return false;
}

bool is_linearizable(const struct operation *operation, uint32_t n) {
  assert(n <= LINEARIZABLE_MOST);
  struct search s = {operation, n, 0, calloc((size_t)1 << n, sizeof(uint64_t))};
  assert(s.tried != NULL);
  for (uint32_t i = 0; i < n; i++) {
    if (!operation[i].unknown) s.must |= UINT32_C(1) << i;
  }
  bool found = search(&s, 0, 0);
  free(s.tried);
  return found;
}
