#include "batches.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "arena.h"

struct row {     /* of one metric */
  uint32_t hist; /* METRIC_QUANTILE: which of batches.values */
  bool is_quotient;
  double num_before, den_before;
  double num[BATCHES], den[BATCHES]; /* of a quotient: what the batch added */
};

/* The buckets of a histogram that are not empty, ascending. A batch touches few of the thousands.
 */
struct slot {
  uint32_t bucket;
  uint64_t count;
};

struct values { /* of one histogram */
  struct hist before;
  uint32_t slots[BATCHES];
  struct slot *slot[BATCHES];
};

struct batches {
  uint32_t done, metrics, hists;
  struct row *row;
  struct values *values; /* in the order in which metrics mention the histograms */
};

struct batches *batches_new(void) {
  return mem_zeroed(1, sizeof(struct batches));
}

void batches_free(struct batches *b) {
  if (b == NULL) return;
  for (uint32_t i = 0; i < b->hists; i++) {
    hist_free(&b->values[i].before);
    for (uint32_t k = 0; k < BATCHES; k++) free(b->values[i].slot[k]);
  }
  free(b->values);
  free(b->row);
  free(b);
}

/* --- collecting ----------------------------------------------------------------------------- */

static bool begins_hist(const struct metrics *metrics, uint32_t i) {
  const struct metric *m = &metrics->list[i];
  if (m->merge != METRIC_QUANTILE) return false;
  return i == 0 || metrics->list[i - 1].merge != METRIC_QUANTILE ||
         metrics->list[i - 1].hist != m->hist;
}

static void lay_out(struct batches *b, const struct metrics *metrics) {
  b->metrics = metrics->n;
  b->row = mem_zeroed(metrics->n + 1, sizeof *b->row);
  for (uint32_t i = 0; i < metrics->n; i++) {
    b->hists += begins_hist(metrics, i);
    b->row[i].is_quotient = metrics->list[i].merge == METRIC_QUOTIENT;
    if (metrics->list[i].merge == METRIC_QUANTILE) b->row[i].hist = b->hists - 1;
  }
  b->values = mem_zeroed(b->hists + 1, sizeof *b->values);
  for (uint32_t i = 0; i < b->hists; i++) hist_init(&b->values[i].before, 0, NULL);
}

static uint32_t bucket_of(uint64_t value) {
  uint32_t o = hist_octave_of(value);
  return o * HIST_SUB + (uint32_t)((value >> (o ? o - 1 : 0)) & (HIST_SUB - 1));
}

/* Notes the buckets of the batch's own values. */
static void keep_slots(struct values *v, uint32_t batch, const struct hist *own) {
  uint32_t n = 0, room = 0;
  struct slot *list = NULL;
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    const uint64_t *row = own->octave[o];
    if (row == NULL) continue;
    if (room - n < HIST_SUB) list = mem_resize(list, (room = 2 * room + HIST_SUB) * sizeof *list);
    for (uint32_t i = 0; i < HIST_SUB; i++) {
      if (row[i] > 0) list[n++] = (struct slot){o * HIST_SUB + i, row[i]};
    }
  }
  v->slot[batch] = mem_resize(list, n * sizeof *list);
  v->slots[batch] = n;
}

static void add_values(struct values *v, uint32_t batch, const struct hist *hist) {
  struct hist own;
  hist_init(&own, 0, NULL);
  hist_merge(&own, hist);
  hist_subtract(&own, &v->before);
  hist_merge(&v->before, &own);
  keep_slots(v, batch, &own);
  hist_free(&own);
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
    if (m->merge == METRIC_QUOTIENT) add_quotient(&b->row[i], b->done, m);
    if (begins_hist(metrics, i)) add_values(&b->values[b->row[i].hist], b->done, m->hist);
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
  if (!(q - half > 0 && q + half < 1)) return e;
  e.lo = fmin(hist_quantile(whole, q - half), value) / 1e9;
  e.hi = fmax(hist_quantile(whole, q + half), value) / 1e9;
  return e;
}
