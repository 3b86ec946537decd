/* What a random time costs: nanoseconds a draw, the least of several rounds. "ahead": the keys are
 * known, so draws overlap; "waiting": each key depends on the draw before, as when the next event
 * does.
 *
 * usage: draws [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dist.h"

enum { DRAWS = 2000000 };

static const struct law {
  const char *name;
  struct dist dist;
} laws[] = {
    {"exponential", {.kind = DIST_EXPONENTIAL, .a = 1e7}},
    {"lognormal", {.kind = DIST_LOGNORMAL, .a = 16, .b = 0.5}},
    {"gamma", {.kind = DIST_GAMMA, .a = 4, .b = 2.5e6}},
    {"uniform", {.kind = DIST_UNIFORM, .a = 0, .b = 2e7}},
};

/* `waiting`: all ones lets a key depend on the draw before, 0 does not. */
static double ns_a_draw(const struct dist *dist, uint64_t waiting, uint64_t *sum) {
  struct stream stream = rng_stream(1, 0, "bench", "draws");
  uint64_t last = 0;
  clock_t begin = clock();
  for (uint64_t i = 0; i < DRAWS; i++) {
    last = dist_draw_keyed(dist, &stream, i + (last & waiting), 0);
    *sum += last;
  }
  return (double)(clock() - begin) / CLOCKS_PER_SEC * 1e9 / DRAWS;
}

static double least(const struct dist *dist, uint64_t waiting, int rounds, uint64_t *sum) {
  double best = 1e9;
  for (int i = 0; i < rounds; i++) {
    double ns = ns_a_draw(dist, waiting, sum);
    if (ns < best) best = ns;
  }
  return best;
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 5;
  uint64_t sum = 0;
  printf("%-12s %8s %8s   ns a draw\n", "law", "ahead", "waiting");
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    double ahead = least(&laws[i].dist, 0, rounds, &sum);
    double waiting = least(&laws[i].dist, UINT64_MAX, rounds, &sum);
    printf("%-12s %8.1f %8.1f\n", laws[i].name, ahead, waiting);
  }
  return sum == 0; /* the draws are used */
}
