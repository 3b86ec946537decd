#include "pace.h"

#include <math.h>

#include "station.h"
#include "time_scale.h"
#include "timer.h"

bool pace_is_given(const struct pace_config *config) {
  return config->slows.rule != SLOWS_NONE || config->pauses.given || config->warm.given;
}

/* --- work that depends on how much there is -------------------------------------------------- */

static double on_curve(const struct entries *points, double busy) {
  const struct slows_point *p = points->entry;
  if (busy <= p[0].busy) return p[0].factor;
  for (uint32_t i = 1; i < points->n; i++) {
    if (busy > p[i].busy) continue;
    double along = (busy - p[i - 1].busy) / (p[i].busy - p[i - 1].busy);
    return p[i - 1].factor + along * (p[i].factor - p[i - 1].factor);
  }
  return p[points->n - 1].factor;
}

double slows_factor(const struct slows *slows, uint64_t calls, uint64_t workers) {
  double n = (double)calls;
  switch (slows->rule) {
    case SLOWS_NONE:
      return 1;
    case SLOWS_USL:
      return n < 1 ? 1 : 1 + slows->sigma * (n - 1) + slows->kappa * n * (n - 1);
    case SLOWS_CURVE:
      return on_curve(&slows->points, calls < workers ? n / (double)workers : 1);
  }
  return 1;
}

static double stretch(void *of, uint64_t sharing) {
  const struct pace *pace = of;
  return slows_factor(&pace->config->slows, sharing, pace->workers);
}

/* --- after a start --------------------------------------------------------------------------- */

/* As long as at the moment when the work begins. */
uint64_t pace_work(const struct sim *sim, const struct pace *pace, uint64_t work_ns) {
  if (pace->started_ns == TIME_NEVER) return work_ns;
  uint64_t since_ns = sim->now_ns - pace->started_ns, lasts_ns = pace->config->warm.lasts_ns;
  if (since_ns >= lasts_ns) return work_ns;
  double cold = 1 - (double)since_ns / (double)lasts_ns;
  return time_scale(work_ns, 1 + (pace->config->warm.factor - 1) * cold);
}

/* --- pauses ---------------------------------------------------------------------------------- */

static double draw(struct pace *pace, const struct member *member, const struct dist *dist) {
  struct draws draws = draws_begin(pace->stream, member->index, pace->number++ << 32);
  return dist_draw(dist, &draws);
}

static void plan_pause(struct sim *sim, struct member *member, struct pace *pace) {
  uint64_t in_ns = dist_whole(draw(pace, member, &pace->config->pauses.every));
  if (in_ns < TIME_NEVER / 2 - sim->now_ns) timer_set(sim, member, &pace->timer, in_ns, 0, 0);
}

static void set_paused(struct sim *sim, struct pace *pace, bool paused) {
  pace->paused = paused;
  level_set(&pace->pausing, sim->now_ns, paused);
}

/* Longer by what is there: live data are what a collector has to go through. */
static uint64_t pause_ns(struct pace *pace, const struct member *member, const struct station *st) {
  const struct pause_config *config = &pace->config->pauses;
  double load = config->per_load > 0 ? (double)(st->held + st->queued) / (double)pace->workers : 0;
  return dist_whole(draw(pace, member, &config->lasts) * (1 + config->per_load * load));
}

void pace_due(struct sim *sim, struct member *member, struct station *st) {
  struct pace *pace = st->pace;
  if (pace->paused) {
    set_paused(sim, pace, false);
    plan_pause(sim, member, pace);
  } else {
    uint64_t lasts_ns = pause_ns(pace, member, st);
    set_paused(sim, pace, true);
    pace->pauses++;
    hist_add(&pace->pause, lasts_ns);
    timer_set(sim, member, &pace->timer, lasts_ns, 0, 0);
  }
  station_pause(sim, member, st);
}

/* --- life ------------------------------------------------------------------------------------ */

void pace_start(struct sim *sim, struct member *member, struct station *st) {
  if (st->pace && st->pace->config->pauses.given) plan_pause(sim, member, st->pace);
}

void pace_life(struct sim *sim, struct member *member, struct station *st, bool ends) {
  struct pace *pace = st->pace;
  if (ends) {
    set_paused(sim, pace, false);
    return;
  }
  if (pace->config->warm.given) pace->started_ns = sim->now_ns;
  pace_start(sim, member, st);
}

void pace_init(struct sim *sim, struct pace *pace, const struct pace_config *config,
               struct member *member, struct station *st) {
  pace->config = config;
  pace->workers = st->workers;
  pace->started_ns = TIME_NEVER;
  pace->stream = sim_stream(sim, member->component, "pause");
  st->pace = pace;
  if (st->cores == NULL) station_share_among(st, PARAM_UNLIMITED);
  if (config->slows.rule == SLOWS_NONE) return;
  st->own.stretch = stretch;
  st->own.of = pace;
}

/* --- parameters ------------------------------------------------------------------------------ */

const struct param pause_params[] = {
    {.name = "every",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct pause_config, every),
     .required = true,
     .doc = "From the end of a pause, or from a start, to the next one, drawn each time."},
    {.name = "lasts",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct pause_config, lasts),
     .required = true,
     .doc = "How long one lasts with nothing to do, drawn each time (OpenJDK's G1 aims at 200 ms "
            "at most, ZGC at less than 1 ms)."},
    {.name = "per_load",
     .type = PARAM_NUMBER,
     .offset = offsetof(struct pause_config, per_load),
     .fallback = "0",
     .min = 0,
     .max = 1e6,
     .doc = "By how many times `lasts` it is longer for each call present a worker, in service or "
            "waiting: their data are alive, and a collector has to go through them."},
    {0},
};

const struct param warm_params[] = {
    {.name = "lasts",
     .type = PARAM_DURATION,
     .offset = offsetof(struct warm_config, lasts_ns),
     .required = true,
     .min = 1,
     .max = 1e18,
     .doc = "How long after a start it is as fast as usual."},
    {.name = "factor",
     .type = PARAM_NUMBER,
     .offset = offsetof(struct warm_config, factor),
     .required = true,
     .min = 1,
     .max = 1e6,
     .doc = "How many times as long work takes right after a start; less and less from then on, in "
            "a straight line."},
    {0},
};
