#include "dist_order.h"

static int order(double a, double b) {
  return (a > b) - (a < b);
}

static int order_of_lists(const double *a, const double *b, uint32_t n) {
  int by = 0;
  for (uint32_t i = 0; a && b && i < n && by == 0; i++) by = order(a[i], b[i]);
  return by;
}

static int order_of_points(const struct dist *a, const struct dist *b) {
  int by = 0;
  for (uint32_t i = 0; a->points && i < a->n && by == 0; i++) {
    by = order(a->points[i].p, b->points[i].p);
    if (by == 0) by = order(a->points[i].value, b->points[i].value);
  }
  return by;
}

static int order_of_parts(const struct dist *a, const struct dist *b) {
  uint32_t n = a->kind == DIST_SHIFTED ? 1 : a->n;
  int by = 0;
  for (uint32_t i = 0; a->parts && i < n && by == 0; i++) {
    by = dist_order(&a->parts[i], &b->parts[i]);
  }
  return by;
}

int dist_order(const struct dist *a, const struct dist *b) {
  int by = order(a->kind, b->kind);
  if (by == 0) by = order(a->a, b->a);
  if (by == 0) by = order(a->b, b->b);
  if (by == 0) by = order(a->c, b->c);
  if (by == 0) by = order(a->n, b->n);
  if (by == 0) by = order_of_lists(a->cumulative, b->cumulative, a->n);
  if (by == 0) by = order_of_lists(a->samples, b->samples, a->n);
  if (by == 0) by = order_of_points(a, b);
  return by ? by : order_of_parts(a, b);
}
