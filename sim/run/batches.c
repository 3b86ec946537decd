#include "batches.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "arena.h"

struct row { /* of one metric */
  enum metric_merge merge;
  double num_before, den_before;
  double num[BATCHES], den[BATCHES]; /* METRIC_QUOTIENT: what the batch added */
  double quantile[BATCHES];          /* METRIC_QUANTILE: of the batch's own values */
  double beyond;                     /* samples beyond the quantile, of all batches */
};

struct batches {
  uint32_t done, metrics;
  struct row *row;
  uint32_t hists;
  struct hist *before; /* by histogram, in the order in which the metrics mention them */
};

struct batches *batches_new(void) {
  return mem_zeroed(1, sizeof(struct batches));
}

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
    b->row[i].merge = metrics->list[i].merge;
    b->hists += begins_hist(metrics, i);
  }
  b->before = mem_alloc((b->hists + 1) * sizeof *b->before);
  for (uint32_t i = 0; i < b->hists; i++) hist_init(&b->before[i], 0, NULL);
}

static void add_quotient(struct row *row, uint32_t batch, const struct metric *m) {
  row->num[batch] = m->num - row->num_before;
  row->den[batch] = m->den - row->den_before;
  row->num_before = m->num;
  row->den_before = m->den;
}

static void add_quantile(struct row *row, uint32_t batch, double q, const struct hist *own) {
  row->quantile[batch] = hist_quantile(own, q) / 1e9;
  row->beyond += (q < 0.5 ? q : 1 - q) * (double)own->count;
}

void batches_add(struct batches *b, const struct metrics *metrics) {
  if (b->row == NULL) lay_out(b, metrics);
  assert(metrics->n == b->metrics && b->done < BATCHES);
  struct hist own; /* the values of this batch */
  uint32_t hists = 0;
  hist_init(&own, 0, NULL);
  for (uint32_t i = 0; i < metrics->n; i++) {
    const struct metric *m = &metrics->list[i];
    if (m->merge == METRIC_QUOTIENT) add_quotient(&b->row[i], b->done, m);
    if (begins_hist(metrics, i)) {
      struct hist *before = &b->before[hists++];
      hist_free(&own);
      hist_merge(&own, m->hist);
      hist_subtract(&own, before);
      hist_merge(before, &own);
    }
    if (m->merge == METRIC_QUANTILE) add_quantile(&b->row[i], b->done, m->q, &own);
  }
  hist_free(&own);
  b->done++;
}

/* A count or a level has a denominator that is there from the start and does not grow. */
static bool grows(const struct row *row) {
  for (uint32_t i = 1; i < BATCHES; i++) {
    if (row->den[i] != 0) return true;
  }
  return false;
}

double batches_half_width(const struct batches *b, uint32_t metric, double value) {
  const struct row *row = &b->row[metric];
  if (b->done < BATCHES || isnan(value)) return NAN;
  switch (row->merge) {
    case METRIC_QUOTIENT:
      return grows(row) ? batch_ratio_half_width(row->num, row->den, BATCHES) : NAN;
    case METRIC_QUANTILE:
      if (row->beyond < BATCH_BEYOND * BATCHES) return NAN;
      return batch_section_half_width(value, row->quantile, BATCHES);
    case METRIC_MAX:
    case METRIC_MIN:
      return NAN;
  }
  return NAN;
}

double batches_correlation(const struct batches *b, uint32_t metric) {
  const struct row *row = &b->row[metric];
  if (b->done < BATCHES || row->merge != METRIC_QUOTIENT || !grows(row)) return NAN;
  return batch_correlation(row->num, row->den, BATCHES);
}

void batches_free(struct batches *b) {
  if (b == NULL) return;
  for (uint32_t i = 0; i < b->hists; i++) hist_free(&b->before[i]);
  free(b->before);
  free(b->row);
  free(b);
}
