#include "concurrency.h"

/* The average is a plain one over the first answers, then moves by 2 / (window + 1) as that of a
 * window of so many answers would. Netflix: 10 and 600. */
#define FIRST_ANSWERS 10
#define LONG_WINDOW 600
/* What is left of it at an answer that took less than half of it. Netflix: 0.95, where answers are
 * tolerated that take longer; 0.9 before that. */
#define LESS_AT_ONCE 0.95

void concurrency_init(struct concurrency *c, const struct concurrency_config *config) {
  *c = (struct concurrency){.config = config, .limit = (double)config->start};
}

static double between(double low, double x, double high) {
  return x < low ? low : x > high ? high : x;
}

static void set_limit(struct concurrency *c, double limit) {
  c->limit = between((double)c->config->least, limit, (double)c->config->most);
}

static void aimd(struct concurrency *c, uint64_t took_ns, uint64_t in_flight, bool failed) {
  double limit = c->limit;
  if (failed || took_ns > c->config->slow_ns) {
    double less = (double)(uint64_t)(limit * c->config->shrink);
    set_limit(c, less < limit - 1 ? less : limit - 1);
  } else if (2 * in_flight >= (uint64_t)limit) {
    set_limit(c, limit + 1);
  }
}

static void follow_usual(struct concurrency *c, double took_ns) {
  c->answers++;
  if (c->answers <= FIRST_ANSWERS) {
    c->usual_ns += (took_ns - c->usual_ns) / (double)c->answers;
  } else {
    c->usual_ns += (took_ns - c->usual_ns) * (2.0 / (LONG_WINDOW + 1));
  }
  /* Back to normal after a long time of load: need not wait for the average to follow. */
  if (c->usual_ns > 2 * took_ns) c->usual_ns *= LESS_AT_ONCE;
}

static void gradient(struct concurrency *c, uint64_t took_ns, uint64_t in_flight) {
  double took = took_ns > 0 ? (double)took_ns : 1;
  follow_usual(c, took);
  if ((double)in_flight < c->limit / 2) return; /* the limit limits nothing */
  double slope = between(0.5, c->config->tolerance * c->usual_ns / took, 1);
  double wanted = c->limit * slope + c->config->queue;
  set_limit(c, c->limit * (1 - c->config->smoothing) + wanted * c->config->smoothing);
}

void concurrency_result(struct concurrency *c, uint64_t took_ns, uint64_t in_flight, bool failed) {
  switch (c->config->rule) {
    case CONCURRENCY_FIXED:
      return;
    case CONCURRENCY_AIMD:
      aimd(c, took_ns, in_flight, failed);
      return;
    case CONCURRENCY_GRADIENT:
      gradient(c, took_ns, in_flight);
      return;
  }
}
