#include "since.h"

#include <stdlib.h>

#include "arena.h"

/* The latencies that were seen when it was looked at last. */
struct seen {
  uint32_t exact;     /* so many of the values that are kept one by one */
  struct hist before; /* all of them, in buckets */
};

void since_init(struct since *since, const struct component *component) {
  since->component = component;
  for (uint32_t i = 0; i < component->members; i++) {
    struct member *m = &component->member[i];
    for (uint32_t k = 0; m->kind->watch_latency(m, k) != NULL; k++) since->hists++;
  }
  since->seen = mem_zeroed(since->hists, sizeof *since->seen);
  for (uint32_t k = 0; k < since->hists; k++) hist_init(&since->seen[k].before, 0, NULL);
}

void since_free(struct since *since) {
  for (uint32_t k = 0; k < since->hists; k++) hist_free(&since->seen[k].before);
  free(since->seen);
}

/* Adds to `into` what came to `now` since it was seen last. Values that are kept one by one stay in
 * the order in which they came, so each is read once. */
static void add_new(struct hist *now, struct seen *seen, struct hist *into) {
  hist_watch_like(into, now);
  hist_watch_like(&seen->before, now);
  if (hist_is_exact(now)) {
    for (; seen->exact < now->values; seen->exact++) {
      hist_add(into, now->value[seen->exact]);
      hist_add(&seen->before, now->value[seen->exact]);
    }
    return;
  }
  hist_settle(&seen->before);
  hist_settle(now);
  hist_take_new(into, now, &seen->before);
}

void since_look(struct sim *sim, struct since *since, struct watch *counts, struct hist *latency) {
  struct watch now = {0};
  uint32_t n = 0;
  for (uint32_t i = 0; i < since->component->members; i++) {
    struct member *m = &since->component->member[i];
    m->kind->watch(sim, m, &now);
    struct hist *hist;
    for (uint32_t k = 0; latency && (hist = m->kind->watch_latency(m, k)) != NULL; k++, n++) {
      add_new(hist, &since->seen[n], latency);
    }
  }
  counts->offered += now.offered - since->before.offered;
  counts->retries += now.retries - since->before.retries;
  counts->degraded += now.degraded - since->before.degraded;
  for (int i = 0; i < OUTCOMES; i++) counts->ended[i] += now.ended[i] - since->before.ended[i];
  since->before = now;
}

void since_cleared(struct since *since) {
  since->before = (struct watch){0};
  for (uint32_t k = 0; k < since->hists; k++) {
    since->seen[k].exact = 0;
    hist_clear(&since->seen[k].before);
  }
}
