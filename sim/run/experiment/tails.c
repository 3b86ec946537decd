#include "tails.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "batch_means.h"
#include "detmath.h"
#include "slots.h"
#include "upper_end.h"

#define Z975 1.959963984540054
/* Of a replication the larger half of its values is kept, and of a short one this many: one long
 * queue can make most of its requests slow ones. */
#define KEPT 2000u
/* Values that are one and the same are more than chance from this part of those beyond them. */
#define ALIKE 0.1
/* Below so many spells a replication the numbers beyond a quantile tell its interval. */
#define SPELLS_OF_MANY 8
/* In short replications so many requests a spell are more than chance puts together. */
#define TOGETHER 3

struct part {
  uint32_t slots, complete_from; /* no slot is missing from that bucket on */
  struct slot *slot;             /* from the largest down */
  double all, failed;
};

struct tail {
  double most_q;
  struct part part[TAIL_PARTS];
};

struct tails {
  uint32_t hists;
  struct tail *tail;
  /* Room for the work on one replication. */
  struct hist counted;
  struct slot found[BUCKETS];
};

struct tails *tails_new(uint32_t hists) {
  struct tails *t = mem_zeroed(1, sizeof *t);
  t->hists = hists;
  t->tail = mem_zeroed(hists + 1, sizeof *t->tail);
  hist_init(&t->counted, 0, NULL);
  return t;
}

void tails_free(struct tails *t) {
  if (t == NULL) return;
  for (uint32_t i = 0; i < t->hists; i++) {
    for (uint32_t k = 0; k < TAIL_PARTS; k++) free(t->tail[i].part[k].slot);
  }
  hist_free(&t->counted);
  free(t->tail);
  free(t);
}

void tails_expect(struct tails *t, uint32_t hist, double q) {
  t->tail[hist].most_q = fmax(t->tail[hist].most_q, q);
}

/* --- collecting ----------------------------------------------------------------------------- */

/* The largest buckets of a histogram into t->found, from the top; how many. */
static uint32_t find_largest(struct tails *t, const struct hist *hist, uint32_t *complete_from) {
  uint32_t n = 0;
  uint64_t seen = 0, half = hist_count(hist) / 2, kept = half > KEPT ? half : KEPT;
  *complete_from = 0;
  for (uint32_t o = HIST_OCTAVES; o-- > 0;) {
    const uint32_t *row = hist->octave[o];
    for (uint32_t i = HIST_SUB; row != NULL && i-- > 0;) {
      if (row[i] == 0) continue;
      if (seen >= kept) return n;
      seen += row[i];
      *complete_from = o * HIST_SUB + i;
      t->found[n++] = (struct slot){o * HIST_SUB + i, row[i]};
    }
  }
  *complete_from = 0; /* that was all of it */
  return n;
}

static void merge_into(struct part *part, const struct slot *found, uint32_t n) {
  struct slot *merged = mem_alloc((part->slots + n + 1) * sizeof *merged);
  uint32_t a = 0, b = 0, to = 0;
  while (a < part->slots || b < n) {
    bool first = b == n || (a < part->slots && part->slot[a].bucket >= found[b].bucket);
    bool both = first && b < n && part->slot[a].bucket == found[b].bucket;
    merged[to] = first ? part->slot[a] : found[b];
    if (both) merged[to].count += found[b].count;
    a += first;
    b += !first || both;
    if (merged[to].bucket >= part->complete_from) to++;
  }
  free(part->slot);
  part->slot = merged;
  part->slots = to;
}

void tails_add(struct tails *t, uint32_t hist, uint32_t index, struct hist *values, double failed) {
  struct tail *tail = &t->tail[hist];
  struct part *part = &tail->part[index % TAIL_PARTS];
  double count = (double)hist_count(values);
  part->all += count + failed;
  part->failed += failed;
  if (tail->most_q < 0.5) {
    part->complete_from = BUCKETS; /* nobody asks for what is beyond */
    return;
  }
  bool exact = hist_is_exact(values);
  if (exact) {
    hist_clear(&t->counted);
    hist_merge(&t->counted, values);
  }
  struct hist *bucketed = exact ? &t->counted : values;
  hist_settle(bucketed);
  uint32_t complete_from, n = find_largest(t, bucketed, &complete_from);
  if (complete_from > part->complete_from) part->complete_from = complete_from;
  merge_into(part, t->found, n);
}

/* --- intervals ------------------------------------------------------------------------------ */

struct counts {
  double above[TAIL_PARTS], in[TAIL_PARTS], all[TAIL_PARTS];
  double sum_above, sum_in, sum;
};

/* By part: values above the bucket, failed requests among them, in it, and in all. */
static bool count_parts(const struct tail *tail, const struct tail_question *question,
                        uint32_t bucket, struct counts *c) {
  *c = (struct counts){.sum = 0};
  for (uint32_t k = 0; k < TAIL_PARTS; k++) {
    const struct part *part = &tail->part[k];
    if (part->complete_from > bucket) return false;
    c->all[k] = part->all - (question->with_failed ? 0 : part->failed);
    c->above[k] = question->with_failed ? part->failed : 0;
    for (uint32_t i = 0; i < part->slots && part->slot[i].bucket >= bucket; i++) {
      bool in = part->slot[i].bucket == bucket;
      *(in ? &c->in[k] : &c->above[k]) += (double)part->slot[i].count;
    }
    c->sum_above += c->above[k];
    c->sum_in += c->in[k];
    c->sum += c->all[k];
  }
  return true;
}

/* Half width of the number of requests beyond the quantile. Its bucket is divided, in every part
 * alike, so that those of all parts together are as many as they should be. */
static double beyond_half_width(struct counts *c, uint32_t parts, double q) {
  double beyond = (1 - q) * c->sum;
  double share = c->sum_in > 0 ? fmin(fmax((beyond - c->sum_above) / c->sum_in, 0), 1) : 0;
  for (uint32_t k = 0; k < parts; k++) c->above[k] += share * c->in[k];
  double half = c->sum * batch_ratio_half_width(c->above, c->all, parts);
  return fmax(half, Z975 * sqrt(c->sum * q * (1 - q)));
}

/* The value of that rank, in seconds; INFINITY beyond those that were answered. */
static double at_rank(const struct hist *whole, double rank) {
  double count = (double)hist_count(whole);
  if (rank > count || count == 0) return INFINITY;
  return hist_quantile(whole, fmax(rank, 1) / count) / 1e9;
}

static uint32_t parts_of(const struct tail_question *question) {
  return question->replications < TAIL_PARTS ? question->replications : TAIL_PARTS;
}

/* Gives the counts about the value, and the half width of their number beyond it; false where not
 * all of a replication's values beyond it were kept. */
static bool count_beyond(const struct tails *t, const struct tail_question *question, double value,
                         struct counts *c, double *half) {
  uint32_t bucket = isinf(value) ? BUCKETS : bucket_of((uint64_t)(value * 1e9));
  if (!count_parts(&t->tail[question->hist], question, bucket, c)) return false;
  *half = beyond_half_width(c, parts_of(question), question->q);
  return true;
}

/* So many independent events would be known as well as this number beyond the quantile is. */
static double spells(const struct tail_question *question, double beyond, double half) {
  double errors = estimate_t975(parts_of(question) - 1) * beyond / half;
  return half > 0 ? errors * errors : INFINITY;
}

static double spells_of(const struct tails *t, const struct tail_question *question, double value,
                        double *beyond) {
  struct counts c;
  double half;
  if (question->q < 0.5 || question->replications < TAIL_FEWEST || !isfinite(value)) return NAN;
  if (!count_beyond(t, question, value, &c, &half)) return NAN;
  *beyond = (1 - question->q) * c.sum;
  return spells(question, *beyond, half);
}

static bool are_long(const struct tail_question *question, double beyond) {
  return beyond >= TAIL_SHORT_OF_FEW * parts_of(question);
}

double tails_spells(const struct tails *t, const struct tail_question *question, double value) {
  double beyond = NAN, n = spells_of(t, question, value, &beyond);
  return are_long(question, beyond) || n < beyond / TOGETHER ? n : NAN;
}

/* Whether replications that are long enough for it had few spells. */
static bool are_few(const struct tails *t, const struct tail_question *question, double value) {
  double beyond = NAN, n = spells_of(t, question, value, &beyond);
  return are_long(question, beyond) && n < SPELLS_OF_MANY * parts_of(question);
}

/* Of few spells the number beyond the quantile is skewed: the logarithm of its odds is taken for
 * normal, which far out is the logarithm of the number, as that of batches is (batches.h). */
static void of_spells(const struct tail_question *question, const struct counts *c, double half,
                      struct estimate *e) {
  double q = question->q, beyond = (1 - q) * c->sum, count = (double)hist_count(question->whole);
  double more = det_exp(half / (beyond * q)), odds = (1 - q) / q;
  double farthest = c->sum * odds * more / (1 + odds * more);
  double nearest = c->sum * odds / (more + odds);
  e->lo = fmin(at_rank(question->whole, c->sum - ceil(farthest)), e->value);
  e->hi = fmax(at_rank(question->whole, c->sum - floor(nearest)), e->value);
  upper_end_raise(e, question->whole, question->q * c->sum / count);
}

/* Whether the quantile is a value that many have. Those of replications are then that one, or one
 * far off, and not at all normal; how many lie beyond it is. */
static bool is_of_alike(const struct hist *whole, double value, double beyond) {
  if (!isfinite(value) || value < 0) return false;
  double times = (double)hist_times_of(whole, (uint64_t)(value * 1e9 + 0.5));
  return times > 1 && times >= ALIKE * beyond;
}

bool tails_interval(const struct tails *t, const struct tail_question *question, struct estimate *e,
                    double *at_least) {
  double q = question->q, value = e->value, half;
  *at_least = NAN;
  if (q < 0.5 || question->replications < 2 || isnan(value)) return false;
  struct counts c;
  if (!count_beyond(t, question, value, &c, &half)) return false;
  double beyond = (1 - q) * c.sum, nearest = beyond - half, farthest = beyond + half;
  if (are_few(t, question, value)) {
    of_spells(question, &c, half, e);
    return true;
  }
  bool few = question->replications < TAIL_FEW && question->replications >= TAIL_FEWEST;
  double least = few ? TAIL_SHORT_OF_FEW : TAIL_SHORT;
  if (beyond >= least * question->replications && !is_of_alike(question->whole, value, beyond)) {
    return false;
  }
  double lo = isnan(half) ? NAN : fmin(at_rank(question->whole, c.sum - ceil(farthest)), value);
  e->lo = e->hi = NAN;
  if (nearest >= 0) {
    e->lo = lo;
    e->hi = fmax(at_rank(question->whole, c.sum - floor(nearest)), value);
  } else {
    *at_least = lo;
  }
  return true;
}

/* --- what carries the sum ------------------------------------------------------------------- */

/* The bucket from which on up there is half of what the values come to, raised to `power`. */
static uint32_t half_from(const struct hist *hist, int power) {
  double whole = 0;
  for (int pass = 0; pass < 2; pass++) {
    double sum = 0;
    for (uint32_t o = HIST_OCTAVES; o-- > 0;) {
      const uint32_t *row = hist->octave[o];
      for (uint32_t i = HIST_SUB; row != NULL && i-- > 0;) {
        double value =
            (double)(i + (o > 0 ? HIST_SUB : 0)) * (double)(UINT64_C(1) << (o ? o - 1 : 0));
        sum += row[i] * (power == 1 ? value : value * value);
        if (pass == 1 && sum >= whole / 2) return o * HIST_SUB + i;
      }
    }
    whole = sum;
  }
  return 0;
}

bool tails_carriers(struct tails *t, const struct tail_question *question, int power,
                    struct tail_carriers *carriers) {
  struct counts c;
  uint32_t parts = parts_of(question);
  if (question->replications < TAIL_FEWEST || hist_count(question->whole) == 0) return false;
  hist_clear(&t->counted);
  hist_merge(&t->counted, question->whole);
  hist_settle(&t->counted);
  uint32_t bucket = half_from(&t->counted, power);
  if (!count_parts(&t->tail[question->hist], question, bucket, &c)) return false;
  for (uint32_t k = 0; k < parts; k++) c.above[k] += c.in[k];
  double beyond = c.sum_above + c.sum_in;
  double half = c.sum * batch_ratio_half_width(c.above, c.all, parts);
  *carriers = (struct tail_carriers){beyond / c.sum, spells(question, beyond, half)};
  return true;
}
