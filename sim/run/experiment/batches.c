#include "batches.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "detmath.h"
#include "slots.h"
#include "upper_end.h"

struct row {     /* of one metric */
  uint32_t hist; /* of a metric of one: which of batches.values */
  bool is_quotient;
  double num_before, den_before;
  double *num, *den; /* of a quotient: what each batch added */
};

struct values { /* of one histogram */
  uint32_t slots[BATCHES];
  struct slot *slot[BATCHES]; /* ascending */
};

struct batches {
  uint32_t done, metrics, hists;
  struct row *row;
  double *parts;         /* those of the rows */
  struct values *values; /* in the order in which metrics mention the histograms */
  /* Room for the work on one histogram. */
  struct hist counted;      /* values that were kept one by one, in buckets */
  uint32_t before[BUCKETS]; /* all 0 between histograms; modulo 2^32, as the buckets */
  struct slot found[BUCKETS];
};

struct batches *batches_new(void) {
  struct batches *b = mem_zeroed(1, sizeof *b);
  hist_init(&b->counted, 0, NULL);
  return b;
}

void batches_free(struct batches *b) {
  if (b == NULL) return;
  for (uint32_t i = 0; i < b->hists; i++) {
    for (uint32_t k = 0; k < BATCHES; k++) free(b->values[i].slot[k]);
  }
  hist_free(&b->counted);
  free(b->values);
  free(b->parts);
  free(b->row);
  free(b);
}

/* --- collecting ----------------------------------------------------------------------------- */

static bool begins_hist(const struct metrics *metrics, uint32_t i) {
  const struct metric *m = &metrics->list[i];
  if (!metric_is_of_hist(m->merge)) return false;
  return i == 0 || !metric_is_of_hist(metrics->list[i - 1].merge) ||
         metrics->list[i - 1].hist != m->hist;
}

static void lay_out(struct batches *b, const struct metrics *metrics) {
  uint32_t quotients = 0;
  b->metrics = metrics->n;
  b->row = mem_zeroed(metrics->n + 1, sizeof *b->row);
  for (uint32_t i = 0; i < metrics->n; i++) {
    b->hists += begins_hist(metrics, i);
    b->row[i].is_quotient =
        metrics->list[i].merge == METRIC_QUOTIENT && !metrics->list[i].one_of_many;
    quotients += b->row[i].is_quotient;
    if (metric_is_of_hist(metrics->list[i].merge)) b->row[i].hist = b->hists - 1;
  }
  b->parts = mem_zeroed(quotients + 1, 2 * BATCHES * sizeof *b->parts);
  double *next = b->parts;
  for (uint32_t i = 0; i < metrics->n; i++) {
    if (!b->row[i].is_quotient) continue;
    b->row[i].num = next;
    b->row[i].den = next + BATCHES;
    next += 2 * BATCHES;
  }
  b->values = mem_zeroed(b->hists + 1, sizeof *b->values);
}

/* What earlier batches had in each bucket: the sum of their slots, which takes far less memory than
 * a copy of each histogram would. */
static void set_before(struct batches *b, const struct values *v) {
  for (uint32_t k = 0; k < b->done; k++) {
    for (uint32_t i = 0; i < v->slots[k]; i++) {
      b->before[v->slot[k][i].bucket] += (uint32_t)v->slot[k][i].count;
    }
  }
}

static void clear_before(struct batches *b, const struct values *v) {
  for (uint32_t k = 0; k < b->done; k++) {
    for (uint32_t i = 0; i < v->slots[k]; i++) b->before[v->slot[k][i].bucket] = 0;
  }
}

/* The buckets that grew, into b->found; how many. */
static uint32_t find_growth(struct batches *b, const struct hist *hist) {
  uint32_t n = 0;
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    const uint32_t *row = hist->octave[o], *before = b->before + (size_t)o * HIST_SUB;
    /* Most octaves did not grow, which memcmp sees faster. */
    if (row == NULL || memcmp(row, before, HIST_SUB * sizeof *row) == 0) continue;
    for (uint32_t i = 0; i < HIST_SUB; i++) {
      /* A batch in which a bucket grows by 2^32 would take longer than anybody waits. */
      uint32_t growth = row[i] - before[i];
      if (growth > 0) b->found[n++] = (struct slot){o * HIST_SUB + i, growth};
    }
  }
  return n;
}

static void add_values(struct batches *b, struct values *v, struct hist *hist) {
  bool exact = hist_is_exact(hist);
  if (exact) {
    hist_clear(&b->counted);
    hist_merge(&b->counted, hist);
  } else {
    hist_settle(hist); /* nothing is left outside the buckets */
  }
  set_before(b, v);
  uint32_t n = find_growth(b, exact ? &b->counted : hist);
  clear_before(b, v);
  v->slot[b->done] = mem_alloc((n + 1) * sizeof *v->slot[b->done]);
  memcpy(v->slot[b->done], b->found, n * sizeof *b->found);
  v->slots[b->done] = n;
}

static void add_quotient(struct row *row, uint32_t batch, const struct metric *m) {
  row->num[batch] = m->num - row->num_before;
  row->den[batch] = m->den - row->den_before;
  row->num_before = m->num;
  row->den_before = m->den;
}

void batches_add(struct batches *b, const struct metrics *metrics) {
  if (b->row == NULL) lay_out(b, metrics);
  assert(metrics->n == b->metrics && b->done < BATCHES);
  for (uint32_t i = 0; i < metrics->n; i++) {
    const struct metric *m = &metrics->list[i];
    if (b->row[i].is_quotient) add_quotient(&b->row[i], b->done, m);
    if (begins_hist(metrics, i)) add_values(b, &b->values[b->row[i].hist], m->hist);
  }
  b->done++;
}

/* --- intervals ------------------------------------------------------------------------------ */

/* A count or a level has a denominator that is there from the start and does not grow. */
static bool grows(const struct batches *b, const struct row *row) {
  if (!row->is_quotient || b->done < BATCHES) return false;
  for (uint32_t i = 1; i < BATCHES; i++) {
    if (row->den[i] != 0) return true;
  }
  return false;
}

struct estimate batches_quotient(const struct batches *b, uint32_t metric, double value,
                                 enum metric_unit unit) {
  const struct row *row = &b->row[metric];
  double half = grows(b, row) ? batch_ratio_half_width(row->num, row->den, BATCHES) : NAN;
  return estimate_around(value, half, !isnan(value), unit);
}

double batches_correlation(const struct batches *b, uint32_t metric) {
  const struct row *row = &b->row[metric];
  return grows(b, row) ? batch_correlation(row->num, row->den, BATCHES) : NAN;
}

/* Values of each batch below `bucket`, in it, and in all. */
static void count_values(const struct values *v, uint32_t bucket, double below[BATCHES],
                         double in[BATCHES], double all[BATCHES]) {
  for (uint32_t k = 0; k < BATCHES; k++) {
    below[k] = in[k] = all[k] = 0;
    for (uint32_t i = 0; i < v->slots[k]; i++) {
      const struct slot *slot = &v->slot[k][i];
      all[k] += (double)slot->count;
      if (slot->bucket < bucket) below[k] += (double)slot->count;
      if (slot->bucket == bucket) in[k] += (double)slot->count;
    }
  }
}

/* Half width of the interval of the share below the quantile. The quantile's bucket is divided, in
 * every batch alike, so that the shares of all batches together come to q. */
static double share_half_width(const struct values *v, uint32_t bucket, double q) {
  double below[BATCHES], in[BATCHES], all[BATCHES], sum_below = 0, sum_in = 0, sum = 0;
  count_values(v, bucket, below, in, all);
  for (uint32_t k = 0; k < BATCHES; k++) {
    sum_below += below[k];
    sum_in += in[k];
    sum += all[k];
  }
  double part = fmin(fmax((q * sum - sum_below) / sum_in, 0), 1);
  for (uint32_t k = 0; k < BATCHES; k++) below[k] += part * in[k];
  return batch_ratio_half_width(below, all, BATCHES);
}

struct estimate batches_quantile(const struct batches *b, uint32_t metric, const struct hist *whole,
                                 double q) {
  double value = hist_quantile(whole, q),
         beyond = (q < 0.5 ? q : 1 - q) * (double)hist_count(whole);
  struct estimate e = {value / 1e9, NAN, NAN, hist_count(whole) > 0};
  if (b->done < BATCHES || beyond * (1 + 1e-9) < BATCH_BEYOND * BATCHES) return e;
  double half = share_half_width(&b->values[b->row[metric].hist], bucket_of((uint64_t)value), q);
  if (isnan(half)) return e;
  double rarer = q < 0.5 ? q : 1 - q; /* the share whose logarithm is known to half / rarer */
  double least = rarer * det_exp(-half / rarer),
         most = fmin(rarer * det_exp(half / rarer), 0.5 + fabs(q - 0.5));
  e.lo = fmin(hist_quantile(whole, q < 0.5 ? least : 1 - most), value) / 1e9;
  e.hi = fmax(hist_quantile(whole, q < 0.5 ? most : 1 - least), value) / 1e9;
  upper_end_raise(&e, whole, q);
  return e;
}
