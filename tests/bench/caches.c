/* What a look-up in a cache costs by its policy, and what an entry takes: one core, Zipf keys with
 * exponent 0.9, of which a tenth fits; a miss is stored. caches [KEYS] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "eviction.h"
#include "zipf.h"

enum { LOOKUPS = 4000000 };

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool ask(struct store *s, uint32_t item, uint64_t key) {
  uint32_t e = store_find(s, item);
  if (e != NIL) {
    store_hit(s, e);
    return true;
  }
  if (!store_admits(s, item, 1)) return false;
  struct draws draws = draws_begin(s->evict, key, 0);
  while ((e = store_victim(s, 1, &draws)) != NIL) store_evict(s, e);
  store_add(s, item, 1);
  return false;
}

int main(int argc, char **argv) {
  uint32_t keys = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
  if (keys < 100) return fprintf(stderr, "usage: caches [KEYS]\n"), 2;
  struct stream stream = rng_stream(1, 0, "caches", "keys");
  struct zipf zipf;
  zipf_init(&zipf, keys, 0.9);
  uint32_t *item = malloc(LOOKUPS * sizeof *item);
  if (!item) return 1;
  for (uint32_t i = 0; i < LOOKUPS; i++) {
    struct draws draws = draws_begin(stream, i, 0);
    item[i] = (uint32_t)zipf_draw(&zipf, &draws);
  }
  for (uint32_t p = 0; policies[p]; p++) {
    struct store store;
    uint32_t hits = 0;
    store_init(&store, policies[p], keys / 10, false, rng_stream(1, 0, "caches", "evict"));
    for (uint32_t i = 0; i < LOOKUPS / 2; i++) ask(&store, item[i], i);
    double begin = seconds();
    for (uint32_t i = LOOKUPS / 2; i < LOOKUPS; i++) hits += ask(&store, item[i], i);
    double rate = LOOKUPS / 2 / (seconds() - begin);
    uint32_t ghosts = 0;
    for (uint32_t k = 0; k < STORE_LISTS; k++) {
      if (policies[p]->ghosts >> k & 1) ghosts += store.list[k].n;
    }
    printf(
        "%-12s %5.1f M look-ups a second, hit ratio %4.1f %%, %u entries and %u ghosts of %.1f "
        "bytes\n",
        policies[p]->name, rate / 1e6, 100.0 * hits / (LOOKUPS / 2), store.held, ghosts,
        (double)store_bytes(&store) / (store.held + ghosts));
    store_free(&store);
  }
  free(item);
  return 0;
}
