/* A regression gate: is a new run worse than an earlier one?
 *
 * The headline metrics (compare.h) are tested, each in the direction that is worse: latency up,
 * availability and throughput down, a goal's metric away from its limit. Each test is one-sided at
 * the level alpha divided by their number (Bonferroni), so that the whole gate raises at most one
 * false alarm in 1/alpha runs of an unchanged system. Only worse fails; better passes.
 *
 * Where seed and replications are those of the base, and the file has the values by replication,
 * the differences are paired (compare.h); else the two means are independent and compared by
 * Welch's test, with the standard errors that their intervals imply. */
#ifndef GATE_H
#define GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "results.h"

enum gate_verdict {
  GATE_PASS,    /* no worsening beyond the margin is shown */
  GATE_WORSE,   /* one is */
  GATE_GONE,    /* the base measured it, the new run does not: fails */
  GATE_NEW,     /* the other way round: passes */
  GATE_UNKNOWN, /* no interval, or endless in both; passes */
};
extern const char *const gate_verdict_name[]; /* "pass", "worse" ... */

struct gate_line {
  const char *metric;
  enum metric_unit unit;
  int worse; /* the direction that is worse: 1 up, -1 down, 0 both */
  bool paired;
  bool endless; /* a latency that is endless on one side, for failed requests */
  double base, now;
  struct estimate diff; /* now - base, with the two-sided 95 % interval of this metric alone */
  double bound;         /* it is worse by at least this (negative: it may be better), jointly */
  double allowed;       /* how much worse it may be, from the margin */
  enum gate_verdict verdict;
};

struct gate {
  double alpha, margin;
  bool paired; /* every test */
  uint32_t n, tested, failed, unknown;
  struct gate_line *line; /* by name of metric */
};

/* `margin` is a share of the base's value; of a ratio it counts points: 1 % allows 99.9 % to become
 * 98.9 %. Base and results must outlive the gate. */
void gate_make(struct gate *gate, const struct base *base, const struct results *results,
               double alpha, double margin);
void gate_free(struct gate *gate);

/* What a line says: "worse by at least 1.2 ms". To be freed. */
char *gate_sentence(const struct gate_line *line);

#endif
