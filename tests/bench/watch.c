/* What watching costs: one replication of a scenario without a timeline and without following
 * requests, with either, and with both, in turn in one process.
 *
 * usage: watch SCENARIO ROUNDS        prints the least processor time of each and what it adds
 *        watch SCENARIO bare|timeline|blame|both    runs that once, to count instructions
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scenario.h"
#include "sim.h"
#include "timeline.h"
#include "trace.h"

#define WINDOWS 200u /* as an experiment makes them */

static const struct mode {
  const char *name;
  bool timeline, blame;
} modes[] = {{"bare", false, false},
             {"timeline", true, false},
             {"blame", false, true},
             {"both", true, true}};
#define MODES (sizeof modes / sizeof modes[0])

static bool run(const struct scenario *s, const struct mode *mode) {
  uint64_t warmup_ns = s->run.warmup_auto ? s->run.duration_ns / 10 : s->run.warmup_ns;
  struct sim *sim = sim_new(&s->spec, s->run.seed, 1, warmup_ns, s->run.duration_ns, true);
  uint64_t window_ns = s->run.duration_ns / WINDOWS;
  struct timeline *timeline = mode->timeline ? timeline_new(sim, WINDOWS, window_ns) : NULL;
  if (!mode->blame) trace_limit(sim, 0);
  bool ok = true;
  for (uint32_t i = 1; ok && i <= WINDOWS; i++) {
    ok = sim_run(sim, i == WINDOWS ? s->run.duration_ns : i * window_ns);
    if (timeline != NULL) timeline_look(sim);
  }
  if (timeline != NULL) timeline_finish(sim);
  timeline_free(timeline);
  sim_free(sim);
  return ok;
}

static double cpu_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool compare(const struct scenario *s, const char *path, int rounds) {
  double least[MODES] = {0};
  for (int round = 0; round < rounds; round++) {
    for (size_t m = 0; m < MODES; m++) {
      double begin = cpu_s();
      if (!run(s, &modes[m])) return false;
      double took = cpu_s() - begin;
      if (round == 0 || took < least[m]) least[m] = took;
    }
  }
  const char *slash = strrchr(path, '/');
  printf("%-28s %6.0f ms", slash != NULL ? slash + 1 : path, 1e3 * least[0]);
  for (size_t m = 1; m < MODES; m++) {
    printf("  %s %+.1f %%", modes[m].name, 100 * (least[m] / least[0] - 1));
  }
  printf("\n");
  return true;
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: watch SCENARIO ROUNDS|MODE\n"), 2;
  struct error err = {0};
  struct scenario *s = scenario_load(argv[1], NULL, 0, &err);
  if (s == NULL) return fprintf(stderr, "watch: %s\n", err.text), 1;
  const struct mode *mode = NULL;
  for (size_t m = 0; m < MODES; m++) {
    if (strcmp(argv[2], modes[m].name) == 0) mode = &modes[m];
  }
  bool ok = mode != NULL ? run(s, mode) : compare(s, argv[1], (int)strtol(argv[2], NULL, 10));
  scenario_free(s);
  if (!ok) fprintf(stderr, "watch: the simulation was given up\n");
  return ok ? 0 : 1;
}
