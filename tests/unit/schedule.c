#include "schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metric.h"
#include "rng.h"
#include "scenario.h"
#include "sim.h"

enum { CRASH, HANG, CUT, CUT_ONE_WAY, MORE };

static uint32_t targets_of(const struct protocol *protocol) {
  uint32_t n = 0;
  while (protocol->target[n]) n++;
  return n;
}

struct schedule schedule_draw(const struct protocol *protocol, uint64_t seed) {
  struct schedule s = {.protocol = protocol, .seed = seed, .n = protocol->faults};
  uint32_t targets = targets_of(protocol);
  for (uint32_t i = 0; i < s.n; i++) {
    uint64_t draw = rng_mix(rng_mix(seed) + i);
    uint8_t kinds = (uint8_t)(MORE + (protocol->more != NULL));
    struct mishap *m = &s.mishap[i];
    *m = (struct mishap){.kind = (uint8_t)(draw % kinds),
                         .one = (uint8_t)(draw / 8 % targets),
                         .at_ms = (uint32_t)(draw / 4096 % protocol->within_ms),
                         .lasts_ms = 1 + (uint32_t)((draw >> 40) % protocol->longest_ms)};
    m->other = (uint8_t)((m->one + 1 + draw / 512 % (targets - 1)) % targets);
  }
  return s;
}

/* --- as a scenario -------------------------------------------------------------------------- */

static void put_mishap(FILE *out, const struct protocol *protocol, const struct mishap *m) {
  const char *one = protocol->target[m->one], *other = protocol->target[m->other];
  fputs("fault { ", out);
  switch (m->kind) {
    case CRASH:
    case HANG:
      fprintf(out, "%s \"%s\"", m->kind == CRASH ? "crash" : "hang", one);
      break;
    case CUT:
    case CUT_ONE_WAY:
      fprintf(out, "partition { \"%s\", \"%s\"%s }", one, other,
              m->kind == CUT ? "" : ", one_way = true");
      break;
    case MORE:
      fputs(protocol->more, out);
      break;
  }
  fprintf(out, ", at = \"%ums\", lasts = \"%ums\" }\n", m->at_ms, m->lasts_ms);
}

char *schedule_text(const struct schedule *schedule) {
  const struct protocol *protocol = schedule->protocol;
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  fprintf(out, "-- %s: does anything go wrong under this schedule of faults?\n%s", protocol->name,
          protocol->body);
  for (uint32_t i = 0; i < schedule->n; i++) put_mishap(out, protocol, &schedule->mishap[i]);
  for (int i = 0; protocol->zero[i]; i++) fprintf(out, "goal \"%s == 0\"\n", protocol->zero[i]);
  fprintf(out, "run { duration = \"%us\", warmup = \"0s\", replications = 1, seed = %llu }\n",
          protocol->seconds, (unsigned long long)schedule->seed);
  fclose(out);
  return text;
}

/* --- run ------------------------------------------------------------------------------------ */

static double value_of(const struct metrics *metrics, const char *name) {
  for (uint32_t i = 0; i < metrics->n; i++) {
    if (!strcmp(metrics->list[i].name, name)) return metrics->list[i].num / metrics->list[i].den;
  }
  return -1;
}

static struct scenario *load(const char *text) {
  FILE *file = fopen("schedule.lua", "w");
  if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0) abort();
  struct error err = {"no message"};
  struct scenario *scenario = scenario_load("schedule.lua", NULL, 0, &err);
  if (scenario == NULL) {
    fprintf(stderr, "%s\n%s", err.text, text);
    abort();
  }
  return scenario;
}

const char *schedule_fails(const struct schedule *schedule) {
  const struct protocol *protocol = schedule->protocol;
  char *text = schedule_text(schedule);
  struct scenario *scenario = load(text);
  uint64_t end_ns = protocol->seconds * UINT64_C(1000000000);
  /* The seed and the replication of `archsim run`. */
  struct sim *sim = sim_new(&scenario->spec, schedule->seed, 1, 0, end_ns, true);
  const char *fails = sim_run(sim, end_ns) ? NULL : "the run was given up";
  struct metrics metrics = {0};
  sim_collect(sim, &metrics);
  for (int i = 0; !fails && protocol->zero[i]; i++) {
    if (value_of(&metrics, protocol->zero[i]) != 0) fails = protocol->zero[i];
  }
  metrics_free(&metrics);
  sim_free(sim);
  scenario_free(scenario);
  free(text);
  return fails;
}

/* --- shrink --------------------------------------------------------------------------------- */

static bool leave_out(struct schedule *schedule, uint32_t *runs) {
  for (uint32_t i = 0; i < schedule->n; i++) {
    struct schedule less = *schedule;
    less.n--;
    memmove(&less.mishap[i], &less.mishap[i + 1], (less.n - i) * sizeof *less.mishap);
    ++*runs;
    if (!schedule_fails(&less)) continue;
    *schedule = less;
    return true;
  }
  return false;
}

/* To half as long, or to a whole tenth of a second. */
static bool simplify(struct schedule *schedule, uint32_t *runs) {
  bool any = false;
  for (uint32_t i = 0; i < schedule->n; i++) {
    struct schedule less = *schedule;
    struct mishap *m = &less.mishap[i];
    m->lasts_ms = m->lasts_ms > 200 ? (m->lasts_ms / 200) * 100 : m->lasts_ms;
    if (m->lasts_ms == schedule->mishap[i].lasts_ms) continue;
    ++*runs;
    if (!schedule_fails(&less)) continue;
    *schedule = less;
    any = true;
  }
  return any;
}

uint32_t schedule_shrink(struct schedule *schedule) {
  uint32_t runs = 0;
  while (leave_out(schedule, &runs)) {
  }
  while (simplify(schedule, &runs)) {
  }
  return runs;
}
