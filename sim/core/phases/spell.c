#include "spell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "timer.h"

/* Values of a spell that are no more than this are kept one by one. */
#define EXACT_OF_SPELL 4096u

const char *const recovers_name[RECOVERS] = {
    [RECOVERS_GOODPUT] = "goodput", [RECOVERS_AVAILABILITY] = "availability"};

void spells_init(struct sim *sim) {
  const struct wanted *wanted = &sim->spec->wanted;
  if (wanted->spells == 0) return;
  sim->spell = arena_lines(sim->arena, wanted->spells, sizeof *sim->spell);
  for (uint32_t i = 0; i < wanted->spells; i++) {
    struct spell *s = &sim->spell[i];
    s->spec = &wanted->spell[i];
    s->client = &sim->component[s->spec->client];
    s->before = s->worst_s = NAN;
    since_init(&s->since, s->client);
    hist_init(&s->latency, EXACT_OF_SPELL, NULL);
  }
}

void spells_free(struct sim *sim) {
  for (uint32_t i = 0; sim->spell != NULL && i < sim->spec->wanted.spells; i++) {
    since_free(&sim->spell[i].since);
    hist_free(&sim->spell[i].latency);
  }
}

/* --- while it holds -------------------------------------------------------------------------- */

/* Counts what came since the last look for the spell, or for nothing. */
static void look(struct sim *sim, struct spell *s) {
  struct watch other = {0};
  struct hist nowhere;
  if (s->holds > 0) {
    since_look(sim, &s->since, &s->sum, &s->latency);
    s->held_ns += sim->now_ns - s->from_ns;
    s->from_ns = sim->now_ns;
    return;
  }
  hist_init(&nowhere, 0, NULL);
  since_look(sim, &s->since, &other, &nowhere);
  hist_free(&nowhere);
}

struct spell *spell_now(struct sim *sim, uint32_t number) {
  struct spell *s = &sim->spell[number];
  if (s->holds > 0) look(sim, s);
  hist_settle(&s->latency);
  return s;
}

/* --- after it --------------------------------------------------------------------------------- */

static struct watch counts_of(struct sim *sim, const struct spell *s) {
  struct watch now = {0};
  for (uint32_t i = 0; i < s->client->members; i++) {
    struct member *m = &s->client->member[i];
    m->kind->watch(sim, m, &now);
  }
  return now;
}

static double level(const struct spell *s, const struct watch *from, const struct watch *to,
                    double seconds) {
  double ok = (double)(to->ended[OUTCOME_OK] - from->ended[OUTCOME_OK]), ended = 0;
  for (int i = 0; i < OUTCOMES; i++) ended += (double)(to->ended[i] - from->ended[i]);
  if (s->spec->recovers == RECOVERS_GOODPUT) return seconds > 0 ? ok / seconds : NAN;
  return ended > 0 ? ok / ended : NAN;
}

static uint64_t step_ns(const struct spell *s) {
  uint64_t step = s->spec->within_ns / SPELL_PARTS;
  return step > 0 ? step : 1;
}

static void next_step(struct sim *sim, struct spell *s) {
  timer_set(sim, s->client->member, &s->timer, step_ns(s), 0, (uint32_t)(s - sim->spell));
}

static void keep_longest(struct spell *s, double seconds) {
  s->worst_s = fmax(s->worst_s, seconds); /* passes over NaN */
}

void spell_due(struct sim *sim, struct timer *timer) {
  struct spell *s = &sim->spell[timer->data];
  struct watch now = counts_of(sim, s);
  s->step[++s->steps % (SPELL_STEPS + 1)] = now;
  if (s->steps >= SPELL_STEPS) {
    uint32_t first = s->steps - SPELL_STEPS;
    double seconds = (double)step_ns(s) / 1e9;
    double here = level(s, &s->step[first % (SPELL_STEPS + 1)], &now, SPELL_STEPS * seconds);
    if (here >= SPELL_AS_BEFORE * s->before) {
      keep_longest(s, first * seconds);
      return;
    }
  }
  next_step(sim, s);
}

static void recovery_begins(struct sim *sim, struct spell *s) {
  s->ended = true;
  s->ended_ns = sim->now_ns;
  s->steps = 0;
  s->step[0] = counts_of(sim, s);
  if (!isnan(s->before)) next_step(sim, s);
}

/* Of the steps that the run leaves no time to see SPELL_STEPS of, the first one from which on it
 * was as before until now. */
static double recovered_at_last(struct sim *sim, const struct spell *s) {
  struct watch now = counts_of(sim, s);
  uint32_t first = s->steps < SPELL_STEPS ? 0 : s->steps - SPELL_STEPS + 1;
  for (uint32_t k = first; k < s->steps; k++) {
    double from_s = k * ((double)step_ns(s) / 1e9);
    double seen_s = (double)(sim->now_ns - s->ended_ns) / 1e9 - from_s;
    double here = level(s, &s->step[k % (SPELL_STEPS + 1)], &now, seen_s);
    if (here >= SPELL_AS_BEFORE * s->before) return from_s;
  }
  return INFINITY;
}

double spell_recovery_s(struct sim *sim, const struct spell *s) {
  if (!s->ended || isnan(s->before)) return NAN;
  if (!timer_is_set(sim, &s->timer)) return s->worst_s;
  return fmax(s->worst_s, recovered_at_last(sim, s));
}

/* --- what the engine tells -------------------------------------------------------------------- */

static void begins(struct sim *sim, struct spell *s) {
  if (s->holds == 0) {
    look(sim, s);
    s->from_ns = sim->now_ns;
    if (!s->begun) {
      struct watch none = {0}, now = counts_of(sim, s);
      double seconds = sim->warm ? (double)(sim->now_ns - sim->warmup_ns) / 1e9 : 0;
      s->begun = true;
      s->before = seconds > 0 ? level(s, &none, &now, seconds) : NAN;
    } else if (timer_is_set(sim, &s->timer)) {
      keep_longest(s, INFINITY);
    }
    timer_stop(&s->timer);
  }
  s->holds++;
}

static void ends(struct sim *sim, struct spell *s) {
  if (s->holds == 0) return;
  look(sim, s);
  if (--s->holds == 0 && s->spec->recovers != RECOVERS_NOTHING) recovery_begins(sim, s);
}

void spells_fault(struct sim *sim, const struct fault_spec *fault, bool begin) {
  for (uint32_t i = 0; i < sim->spec->wanted.spells; i++) {
    struct spell *s = &sim->spell[i];
    if (strcmp(s->spec->fault, fault->name) != 0) continue;
    if (begin) {
      begins(sim, s);
    } else {
      ends(sim, s);
    }
  }
}

void spells_reset(struct sim *sim, bool after) {
  for (uint32_t i = 0; i < sim->spec->wanted.spells; i++) {
    struct spell *s = &sim->spell[i];
    if (!after) {
      look(sim, s);
      continue;
    }
    since_cleared(&s->since);
    s->sum = (struct watch){0};
    hist_clear(&s->latency);
    s->held_ns = 0;
    s->from_ns = sim->now_ns;
    timer_stop(&s->timer); /* what came before is not known */
    s->ended = false;
  }
}
