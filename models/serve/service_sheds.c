#include "service_sheds.h"

#include "arena.h"
#include "column.h"

bool service_sheds_valid(const struct spec *spec, const struct service_config *config,
                         struct error *err) {
  for (uint32_t i = 0; i < config->on.n; i++) {
    const struct program *program = &config->on.handler[i].program;
    bool begun = false;
    for (uint32_t k = 0; k < program->steps; k++) {
      const struct step *step = &program->step[k];
      begun |= step->kind != STEP_SHED && step->kind != STEP_LIMIT;
      if (step->kind != STEP_SHED) continue;
      if (begun)
        return error_set(err, "on: a shed stands before all that is done for a call; put it first");
      enum class_by by = (enum class_by)step->shed->by;
      if (!classes_valid(spec, &step->shed->keep, by, "keep", err)) return false;
      bool endless = config->queue == PARAM_UNLIMITED;
      if (step->shed->parsed.rule == SHED_QUEUE_SHARE && (endless || config->queue == 0)) {
        return error_set(err,
                         "on: shed { when = \"%s\" } is a share of 'queue': say how long "
                         "that may be, or write a number of calls, \"queue > 40\"",
                         step->shed->when);
      }
      if (step->shed->parsed.rule == SHED_WAIT &&
          discipline_shares((enum discipline)config->discipline)) {
        return error_set(err, "on: shed { when = \"%s\" }: with discipline \"%s\" nobody waits",
                         step->shed->when, discipline_choices[config->discipline]);
      }
      if (config->workers == PARAM_UNLIMITED) {
        return error_set(err, "on: a shed never sees a queue where 'workers' are unlimited");
      }
    }
  }
  return true;
}

static void add_shed(struct sim *sim, struct service_shed *shed, const struct step *step) {
  struct classes *classes = arena_alloc(sim->arena, sizeof *classes);
  shed->step = step;
  shed->classes = classes;
  classes_init(sim, classes, &step->shed->keep, (enum class_by)step->shed->by);
  if (step->shed->parsed.rule == SHED_WAIT) column_want(sim, COLUMN_CAME);
}

void service_sheds_init(struct sim *sim, struct service_sheds *sheds,
                        const struct service_config *config) {
  uint32_t n = 0;
  for (int fill = 0; fill < 2; fill++) {
    if (fill && n > 0) sheds->shed = arena_alloc(sim->arena, n * sizeof *sheds->shed);
    for (uint32_t i = 0; i < config->on.n; i++) {
      const struct program *program = &config->on.handler[i].program;
      for (uint32_t k = 0; k < program->steps; k++) {
        const struct step *step = &program->step[k];
        if (step->kind != STEP_SHED) continue;
        n++;
        if (fill) add_shed(sim, &sheds->shed[sheds->n++], step);
      }
    }
  }
}

void service_sheds_clear(struct service_sheds *sheds) {
  for (uint32_t i = 0; i < sheds->n; i++) sheds->shed[i].shedder = (struct shedder){0};
}

static struct service_shed *shed_at(struct service_sheds *sheds, const struct step *step) {
  uint32_t i = 0;
  while (sheds->shed[i].step != step) i++;
  return &sheds->shed[i];
}

static uint64_t waiting(const struct station *station) {
  if (!discipline_shares(station->discipline)) return station->queued;
  return station->held > station->workers ? station->held - station->workers : 0;
}

bool service_sheds_admit(struct sim *sim, struct service_sheds *sheds,
                         const struct program *program, const struct station *station,
                         const struct frame *call) {
  for (const struct step *step = program->step; step->kind == STEP_SHED || step->kind == STEP_LIMIT;
       step++) {
    if (step->kind != STEP_SHED) continue;
    const struct shed_config *config = step->shed;
    if (config->parsed.rule == SHED_WAIT) {
      column_set(sim, call, COLUMN_CAME, sim->now_ns);
    } else if (shed_by_queue(config, classes_of(sim, shed_at(sheds, step)->classes, call),
                             waiting(station), station->queue_limit)) {
      sheds->turned_away++;
      return false;
    }
  }
  return true;
}

bool service_sheds_pass(struct sim *sim, struct service_sheds *sheds, const struct step *step,
                        const struct station *station, const struct frame *call) {
  const struct shed_config *config = step->shed;
  if (config->parsed.rule != SHED_WAIT) return true; /* was asked when it came */
  struct service_shed *shed = shed_at(sheds, step);
  uint64_t wait_ns = sim->now_ns - column_get(sim, call, COLUMN_CAME);
  bool more = station->queued > 0;
  if (!shed_by_wait(config, &shed->shedder, classes_of(sim, shed->classes, call), wait_ns, more,
                    sim->now_ns)) {
    return true;
  }
  sheds->turned_away++;
  return false;
}
