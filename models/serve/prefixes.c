#include "prefixes.h"

#include "arena.h"

void prefixes_init(struct prefixes *p, struct arena *arena) {
  *p = (struct prefixes){.arena = arena};
  p->bucket = arena_alloc(arena, PREFIX_BUCKETS * sizeof *p->bucket);
  for (uint32_t i = 0; i < PREFIX_BUCKETS; i++) p->bucket[i] = NULL;
}

static struct prefix **link_of(const struct prefixes *p, uint32_t item) {
  struct prefix **link = &p->bucket[rng_mix(item) % PREFIX_BUCKETS];
  while (*link && (*link)->item != item) link = &(*link)->chain;
  return link;
}

struct prefix *prefixes_find(const struct prefixes *p, uint32_t item) {
  return *link_of(p, item);
}

struct prefix *prefixes_add(struct prefixes *p, uint32_t item) {
  struct prefix **link = link_of(p, item), *prefix = p->spare;
  assert(*link == NULL);
  if (prefix) {
    p->spare = prefix->chain;
  } else {
    prefix = arena_alloc(p->arena, sizeof *prefix);
  }
  *prefix = (struct prefix){.item = item, .uses = 1};
  *link = prefix;
  p->n++;
  p->uses++;
  return prefix;
}

static void leave_unused(struct prefixes *p, struct prefix *prefix) {
  *(prefix->older ? &prefix->older->newer : &p->oldest) = prefix->newer;
  *(prefix->newer ? &prefix->newer->older : &p->newest) = prefix->older;
}

void prefix_use(struct prefixes *p, struct prefix *prefix) {
  if (prefix->uses++ == 0) leave_unused(p, prefix);
  p->uses++;
}

void prefix_release(struct prefixes *p, struct prefix *prefix) {
  assert(prefix->uses > 0 && p->uses > 0);
  p->uses--;
  if (--prefix->uses > 0) return;
  prefix->newer = NULL;
  prefix->older = p->newest;
  *(p->newest ? &p->newest->newer : &p->oldest) = prefix;
  p->newest = prefix;
}

bool prefixes_forget_oldest(struct prefixes *p) {
  struct prefix *prefix = p->oldest;
  if (prefix == NULL) return false;
  leave_unused(p, prefix);
  *link_of(p, prefix->item) = prefix->chain;
  prefix->chain = p->spare;
  p->spare = prefix;
  p->n--;
  return true;
}

void prefixes_clear(struct prefixes *p) {
  assert(p->uses == 0);
  while (prefixes_forget_oldest(p)) continue;
}
