#include "schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "metric.h"
#include "rng.h"
#include "scenario.h"
#include "sim.h"

static uint32_t targets_of(const struct protocol *protocol) {
  uint32_t n = 0;
  while (protocol->target[n]) n++;
  return n;
}

static const struct {
  const char *text;
  uint32_t longest_ms; /* 0: as the protocol says */
} mishaps[MISHAPS] = {
    [MISHAP_CRASH] = {.text = "crash $"},
    [MISHAP_RESTART] = {.text = "crash $", .longest_ms = 30},
    [MISHAP_STOP] = {.text = "stop $"},
    [MISHAP_HANG] = {.text = "hang $"},
    [MISHAP_PAUSE] = {.text = "pause $"},
    [MISHAP_SLOW] = {.text = "slow { $, factor = 20 }"},
    [MISHAP_CUT] = {.text = "partition { $, $ }"},
    [MISHAP_CUT_ONE_WAY] = {.text = "partition { $, $, one_way = true }"},
    [MISHAP_CUT_OFF] = {.text = "partition $"},
    [MISHAP_LOSS] = {.text = "drop { $, $, ratio = \"40%\" }"},
    [MISHAP_DELAY] = {.text = "delay { $, $, by = exponential \"200ms\" }"},
    [MISHAP_JOIN] = {.text = "join $"},
    [MISHAP_SKEW] = {.text = "skew { $, by = \"400ms\" }"},
};

static uint32_t kinds_of(const struct protocol *protocol, uint8_t *kind) {
  uint32_t n = 0;
  for (uint8_t k = 0; k < MISHAPS; k++) {
    if (k == MISHAP_SKEW && !protocol->clocks) continue;
    if (k == MISHAP_MORE && !protocol->more) continue;
    kind[n++] = k;
  }
  return n;
}

/* A target joins once; what else befalls it then is a restart. */
static bool has_joined(const struct schedule *s, uint32_t n, uint8_t one) {
  for (uint32_t i = 0; i < n; i++) {
    if (s->mishap[i].kind == MISHAP_JOIN && s->mishap[i].one == one) return true;
  }
  return false;
}

/* Of every other schedule the faults come at three instants or soon after one of them: what
 * happens only if two things fail together is found so. */
static uint32_t instant_ms(const struct schedule *s, uint64_t draw) {
  uint32_t within_ms = s->protocol->within_ms;
  if (s->seed % 2) return (uint32_t)(draw / 4096 % within_ms);
  uint64_t moment = rng_mix(rng_mix(s->seed) + 1000 + draw / 4096 % 3);
  return (uint32_t)(moment % within_ms + (draw >> 20) % 400);
}

/* Each is hit twice, the second time while those who heard of the first hold an election. */
static void restart_twice(struct schedule *s, uint32_t i, uint64_t draw) {
  struct mishap *m = &s->mishap[i];
  m->kind = MISHAP_RESTART;
  m->lasts_ms = 1 + (uint32_t)((draw >> 40) % 8);
  if (i % 2 == 0) return;
  m->one = m[-1].one;
  m->at_ms = m[-1].at_ms + 50 + (uint32_t)((draw >> 20) % 250);
}

struct schedule schedule_draw(const struct protocol *protocol, uint64_t seed) {
  struct schedule s = {.protocol = protocol, .seed = seed, .n = protocol->faults};
  uint32_t targets = targets_of(protocol);
  uint8_t kind[MISHAPS];
  uint32_t kinds = kinds_of(protocol, kind);
  for (uint32_t i = 0; i < s.n; i++) {
    uint64_t draw = rng_mix(rng_mix(seed) + i);
    struct mishap *m = &s.mishap[i];
    *m = (struct mishap){.kind = kind[rng_mix(draw) % kinds],
                         .one = (uint8_t)(draw / 8 % targets),
                         .at_ms = instant_ms(&s, draw)};
    if (m->kind == MISHAP_JOIN && has_joined(&s, i, m->one)) m->kind = MISHAP_RESTART;
    uint32_t longest_ms = mishaps[m->kind].longest_ms;
    if (longest_ms == 0) longest_ms = protocol->longest_ms;
    m->lasts_ms = 1 + (uint32_t)((draw >> 40) % longest_ms);
    if (protocol->restarts) restart_twice(&s, i, draw);
    m->other = (uint8_t)((m->one + 1 + draw / 512 % (targets - 1)) % targets);
  }
  return s;
}

/* --- as a scenario -------------------------------------------------------------------------- */

/* The first $ of the text stands for one target, the second one for another one. */
static void put_words(FILE *out, const char *text, const char *one, const char *other) {
  const char *name = one;
  for (; *text; text++) {
    if (*text != '$') {
      fputc(*text, out);
      continue;
    }
    fprintf(out, "\"%s\"", name);
    name = other;
  }
}

static void put_mishap(FILE *out, const struct protocol *protocol, const struct mishap *m) {
  const char *text = m->kind == MISHAP_MORE ? protocol->more : mishaps[m->kind].text;
  fputs("fault { ", out);
  put_words(out, text, protocol->target[m->one], protocol->target[m->other]);
  fprintf(out, ", at = \"%ums\"", m->at_ms);
  if (m->kind != MISHAP_JOIN) fprintf(out, ", lasts = \"%ums\"", m->lasts_ms);
  fputs(" }\n", out);
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
  if (protocol->equal[0]) fprintf(out, "-- %s == %s\n", protocol->equal[0], protocol->equal[1]);
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

static bool checks_pass(struct sim *sim) {
  uint32_t n;
  const struct check *check = sim_checks(sim, &n);
  bool pass = true;
  for (uint32_t i = 0; i < n; i++) pass &= check[i].pass;
  return pass;
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

const char *schedule_fails(const struct schedule *schedule, uint64_t *fingerprint) {
  const struct protocol *protocol = schedule->protocol;
  char *text = schedule_text(schedule);
  struct scenario *scenario = load(text);
  uint64_t end_ns = protocol->seconds * UINT64_C(1000000000);
  /* The seed and the replication of `archsim run`. */
  struct sim *sim = sim_new(&scenario->spec, schedule->seed, 1, 0, end_ns, true);
  const char *fails = sim_run(sim, end_ns) ? NULL : "the run was given up";
  if (!fails && !checks_pass(sim)) fails = "a check of the model";
  struct metrics metrics = {0};
  sim_collect(sim, &metrics);
  for (int i = 0; !fails && protocol->zero[i]; i++) {
    if (value_of(&metrics, protocol->zero[i]) != 0) fails = protocol->zero[i];
  }
  if (!fails && protocol->equal[0] &&
      value_of(&metrics, protocol->equal[0]) != value_of(&metrics, protocol->equal[1])) {
    fails = protocol->equal[0];
  }
  if (fingerprint) *fingerprint = sim->fingerprint;
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
    if (!schedule_fails(&less, NULL)) continue;
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
    if (!schedule_fails(&less, NULL)) continue;
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
