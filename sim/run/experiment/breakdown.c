#include "breakdown.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "sim.h"
#include "slots.h"

const struct path_spec *breakdown_path(const struct spec *spec, const struct share *share) {
  return share->component >= BLAME_PATH ? &spec->path[share->component - BLAME_PATH] : NULL;
}

char *breakdown_owner(const struct spec *spec, const struct share *share) {
  const struct path_spec *path = breakdown_path(spec, share);
  if (path == NULL) return g_strdup(spec->component[share->component].name);
  return g_strdup_printf("path.%s.%s", spec_path_from(spec, path), spec_path_to(spec, path));
}

struct picked { /* samples in order of latency */
  uint32_t n;
  const struct blame_sample **list;
  uint64_t *weight; /* of each: how many requests it stands for */
};

static int by_latency(const void *left, const void *right) {
  const struct blame_sample *a = *(const struct blame_sample *const *)left;
  const struct blame_sample *b = *(const struct blame_sample *const *)right;
  if (a->latency_ns != b->latency_ns) return a->latency_ns < b->latency_ns ? -1 : 1;
  return (a->hash > b->hash) - (a->hash < b->hash);
}

static bool fits(const struct blame_sample *sample, enum followed which) {
  switch (which) {
    case FOLLOWED_OK:
      return sample->outcome == OUTCOME_OK;
    case FOLLOWED_FAILED:
      return sample->outcome != OUTCOME_OK && sample->outcome != BLAME_UNDER_WAY;
    case FOLLOWED_UNDER_WAY:
      return sample->outcome == BLAME_UNDER_WAY;
  }
  return false;
}

static struct picked picked_new(const struct blame *blame) {
  return (struct picked){0, mem_zeroed(blame->samples + 1, sizeof(struct blame_sample *)),
                         mem_zeroed(blame->samples + 1, sizeof(uint64_t))};
}

static void picked_free(struct picked *picked) {
  free(picked->list);
  free(picked->weight);
}

static bool counts(const struct blame *blame, const struct blame_sample *sample,
                   enum followed which) {
  return fits(sample, which) && (which == FOLLOWED_FAILED || blame_is_fair(blame, sample));
}

/* The fair choice, and all that failed; with `slow` also those that are kept for being slow, by
 * their weights. */
static struct picked pick(const struct blame *blame, enum followed which, bool slow) {
  struct picked picked = picked_new(blame);
  for (uint32_t i = 0; i < blame->samples; i++) {
    const struct blame_sample *sample = &blame->sample[i];
    if (slow ? fits(sample, which) : counts(blame, sample, which)) {
      picked.list[picked.n++] = sample;
    }
  }
  qsort(picked.list, picked.n, sizeof *picked.list, by_latency);
  for (uint32_t i = 0; i < picked.n; i++) {
    picked.weight[i] = slow ? blame_weight(blame, picked.list[i]) : 1;
  }
  return picked;
}

uint32_t breakdown_followed(const struct blame *blame, enum followed which) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < blame->samples; i++) {
    n += counts(blame, &blame->sample[i], which);
  }
  return n;
}

bool breakdown_mostly_failed(const struct blame *blame) {
  uint32_t failed = 0;
  for (uint32_t i = 0; i < blame->samples; i++) {
    const struct blame_sample *sample = &blame->sample[i];
    failed += blame_is_fair(blame, sample) && fits(sample, FOLLOWED_FAILED);
  }
  return breakdown_followed(blame, FOLLOWED_OK) < failed;
}

static int by_size(const void *left, const void *right) {
  const struct share *a = left, *b = right;
  if (a->seconds != b->seconds) return a->seconds > b->seconds ? -1 : 1;
  if (a->component != b->component) return a->component < b->component ? -1 : 1;
  return (a->part > b->part) - (a->part < b->part);
}

static int by_name(const void *left, const void *right) {
  const struct blame_entry *a = left, *b = right;
  if (a->component != b->component) return a->component < b->component ? -1 : 1;
  return (a->other > b->other) - (a->other < b->other);
}

enum about { ABOUT_TIME, ABOUT_CALLS, ABOUT_FAILURE };

static enum about about(const struct blame_entry *entry) {
  if (entry->other >= BLAME_BEGAN) return ABOUT_FAILURE;
  return entry->other >= BLAME_CALLS ? ABOUT_CALLS : ABOUT_TIME;
}

/* All entries of that sort of some samples, equal ones added up; whole numbers, so in any order. */
static uint32_t add_up(const struct blame *blame, const struct picked *picked, uint32_t from,
                       uint32_t to, enum about wanted, struct blame_entry **out) {
  uint32_t room = 1, n = 0, kept = 0;
  for (uint32_t i = from; i < to; i++) room += picked->list[i]->n;
  struct blame_entry *all = mem_zeroed(room, sizeof *all);
  for (uint32_t i = from; i < to; i++) {
    const struct blame_sample *s = picked->list[i];
    for (uint32_t k = 0; k < s->n; k++) {
      const struct blame_entry *e = &blame->entry[s->first + k];
      if (about(e) != wanted) continue;
      all[n] = *e;
      all[n++].value *= picked->weight[i];
    }
  }
  qsort(all, n, sizeof *all, by_name);
  for (uint32_t i = 0; i < n; i++) {
    if (kept > 0 && by_name(&all[kept - 1], &all[i]) == 0) {
      all[kept - 1].value += all[i].value;
    } else {
      all[kept++] = all[i];
    }
  }
  *out = all;
  return kept;
}

static struct composition compose(const struct blame *blame, const struct picked *picked,
                                  uint32_t from, uint32_t to, double q) {
  struct composition c = {.q = q, .requests = to - from};
  struct blame_entry *entry;
  c.n = add_up(blame, picked, from, to, ABOUT_TIME, &entry);
  c.share = mem_zeroed(c.n + 1, sizeof *c.share);
  double latency_ns = 0, requests = 0;
  for (uint32_t i = from; i < to; i++) {
    requests += (double)picked->weight[i];
    latency_ns += (double)picked->weight[i] * (double)picked->list[i]->latency_ns;
  }
  c.latency_s = c.requests > 0 ? latency_ns / requests / 1e9 : NAN;
  for (uint32_t i = 0; i < c.n; i++) {
    c.share[i] = (struct share){entry[i].component, (enum part)entry[i].other,
                                (double)entry[i].value / requests / 1e9};
  }
  qsort(c.share, c.n, sizeof *c.share, by_size);
  free(entry);
  return c;
}

/* Where the quantile lies among the picked, as a rank by weight: as near to q of all as their
 * latencies allow. What is known of it is as exact as a bucket of a histogram: all latencies in
 * that bucket may be the one. */
static double rank_of(const struct picked *picked, double all, double q, double known_s) {
  double below = 0, upto = 0, rank = all * q;
  if (isnan(known_s)) return rank;
  uint32_t known = bucket_of((uint64_t)(known_s * 1e9));
  for (uint32_t i = 0; i < picked->n; i++) {
    uint32_t bucket = bucket_of(picked->list[i]->latency_ns);
    below += bucket < known ? (double)picked->weight[i] : 0;
    upto += bucket <= known ? (double)picked->weight[i] : 0;
  }
  return fmin(fmax(rank, below), upto);
}

/* Those that a range of ranks by weight touches; one at least. */
static void find_ranks(const struct picked *picked, double low, double high, uint32_t *from,
                       uint32_t *to) {
  double before = 0;
  *from = picked->n - 1;
  *to = picked->n;
  for (uint32_t i = picked->n; i-- > 0;) before += (double)picked->weight[i];
  for (uint32_t i = picked->n; i-- > 0;) {
    double upto = before;
    before -= (double)picked->weight[i];
    if (before >= high && i > 0) *to = i;
    if (upto > low) *from = i;
  }
  if (*to <= *from) *to = *from + 1;
}

struct composition breakdown_at(const struct blame *blame, double q, double known_s) {
  struct picked picked = pick(blame, FOLLOWED_OK, !isnan(q));
  uint32_t from = 0, to = picked.n;
  if (!isnan(q) && picked.n > 0) {
    double all = 0;
    for (uint32_t i = 0; i < picked.n; i++) all += (double)picked.weight[i];
    double width = all * fmin(0.05, (1 - q) / 2), rank = rank_of(&picked, all, q, known_s);
    find_ranks(&picked, rank - width, rank + width, &from, &to);
  }
  struct composition c = compose(blame, &picked, from, to, q);
  picked_free(&picked);
  return c;
}

struct composition breakdown_beyond(const struct blame *blame, double q, double known_s) {
  struct picked picked = pick(blame, FOLLOWED_OK, true);
  uint32_t from = 0, to = picked.n;
  double all = 0;
  for (uint32_t i = 0; i < picked.n; i++) all += (double)picked.weight[i];
  if (picked.n > 0) find_ranks(&picked, rank_of(&picked, all, q, known_s), all, &from, &to);
  struct composition c = compose(blame, &picked, from, to, q);
  picked_free(&picked);
  return c;
}

struct composition breakdown_failed(const struct blame *blame) {
  struct picked picked = pick(blame, FOLLOWED_FAILED, false);
  struct composition c = compose(blame, &picked, 0, picked.n, NAN);
  picked_free(&picked);
  return c;
}

void composition_free(struct composition *composition) {
  free(composition->share);
  *composition = (struct composition){0};
}

struct traffic_share *breakdown_calls(const struct blame *blame, uint32_t *n) {
  struct picked all = picked_new(blame);
  for (uint32_t i = 0; i < blame->samples; i++) {
    const struct blame_sample *sample = &blame->sample[i];
    if (sample->outcome == BLAME_UNDER_WAY || !blame_is_fair(blame, sample)) continue;
    all.weight[all.n] = 1;
    all.list[all.n++] = sample;
  }
  struct blame_entry *entry;
  *n = add_up(blame, &all, 0, all.n, ABOUT_CALLS, &entry);
  struct traffic_share *list = mem_zeroed(*n + 1, sizeof *list);
  for (uint32_t i = 0; i < *n; i++) {
    list[i] = (struct traffic_share){
        .from = entry[i].component,
        .to = entry[i].other - BLAME_CALLS,
        .calls = (double)(entry[i].value >> 32) / (double)all.n,
        .failed = (double)(entry[i].value & UINT32_MAX) / (double)all.n,
    };
  }
  free(entry);
  picked_free(&all);
  return list;
}

static int by_share(const void *left, const void *right) {
  const struct failure_share *a = left, *b = right;
  if (a->share != b->share) return a->share > b->share ? -1 : 1;
  if (a->component != b->component) return a->component < b->component ? -1 : 1;
  return (a->how > b->how) - (a->how < b->how);
}

/* Entries that differ in the caller alone become one, which is that of the first. */
static uint32_t without_callers(struct blame_entry *entry, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) entry[i].other &= ~(BLAME_CALLERS << 12);
  if (n > 0) qsort(entry, n, sizeof *entry, by_name);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (kept > 0 && by_name(&entry[kept - 1], &entry[i]) == 0) {
      entry[kept - 1].value += entry[i].value;
    } else {
      entry[kept++] = entry[i];
    }
  }
  return kept;
}

struct failure_share *breakdown_origins(const struct blame *blame, enum followed which,
                                        bool callers, uint32_t *n) {
  struct picked failed = pick(blame, which, false);
  struct blame_entry *entry;
  *n = add_up(blame, &failed, 0, failed.n, ABOUT_FAILURE, &entry);
  if (!callers) *n = without_callers(entry, *n);
  struct failure_share *list = mem_zeroed(*n + 1, sizeof *list);
  for (uint32_t i = 0; i < *n; i++) {
    struct blame_origin how = blame_origin_of(entry[i].other);
    list[i] = (struct failure_share){.component = entry[i].component,
                                     .caller = how.caller,
                                     .cause = (enum outcome)how.cause,
                                     .part = (enum part)how.part,
                                     .for_ever = how.for_ever,
                                     .how = entry[i].other,
                                     .share = (double)entry[i].value / failed.n};
  }
  if (*n > 0) qsort(list, *n, sizeof *list, by_share);
  free(entry);
  picked_free(&failed);
  return list;
}
