#include "param_text.h"

#include <math.h>

#include "param_type.h"
#include "policy.h"
#include "profile.h"
#include "program.h"
#include "quantity.h"
#include "sim.h"
#include "slows.h"

#define NOTHING "none"

static void put_quantity(FILE *out, enum quantity quantity, double value) {
  char text[64];
  if (quantity == QUANTITY_TIME && value == 0) {
    fputs("0s", out);
    return;
  }
  quantity_format(quantity, value, text, sizeof text);
  fputs(text, out);
}

void param_text_dist(FILE *out, const struct dist *dist, bool is_time) {
  char text[256];
  if (dist->kind == DIST_CONSTANT) {
    put_quantity(out, is_time ? QUANTITY_TIME : QUANTITY_SIZE, dist->a);
    return;
  }
  dist_describe(dist, is_time, text, sizeof text);
  fputs(text, out);
}

static void put_name(FILE *out, const struct spec *spec, uint32_t id) {
  fputs(id == REF_NONE ? NOTHING : spec->component[id].name, out);
}

static void put_refs(FILE *out, const struct spec *spec, const struct refs *refs) {
  if (refs->n == 0) fputs(NOTHING, out);
  for (uint32_t i = 0; i < refs->n; i++) {
    if (i > 0) fputs(", ", out);
    put_name(out, spec, refs->id[i]);
  }
}

/* --- traffic -------------------------------------------------------------------------------- */

static void put_routes(FILE *out, const struct spec *spec, const struct routes *routes) {
  if (routes->n == 0) fputs(NOTHING, out);
  for (uint32_t i = 0; i < routes->n; i++) {
    fprintf(out, "%s%s to ", i > 0 ? ", " : "", spec->op[routes->route[i].op]);
    put_name(out, spec, routes->route[i].to);
  }
}

static void put_rate(FILE *out, double rate_per_s, const struct profile *profile) {
  if (profile == NULL) {
    put_quantity(out, QUANTITY_RATE, rate_per_s);
    return;
  }
  const struct profile_point *point = profile->point, *last = &point[profile->points - 1];
  fputs(profile->steps ? "profile in steps from " : "profile from ", out);
  put_quantity(out, QUANTITY_RATE, point->rate_per_s);
  fputs(" at ", out);
  put_quantity(out, QUANTITY_TIME, (double)point->at_ns);
  fprintf(out, " over %u points to ", profile->points);
  put_quantity(out, QUANTITY_RATE, last->rate_per_s);
  fputs(" at ", out);
  put_quantity(out, QUANTITY_TIME, (double)last->at_ns);
  if (profile->every_ns == 0) return;
  fputs(", every ", out);
  put_quantity(out, QUANTITY_TIME, (double)profile->every_ns);
}

static void put_phases(FILE *out, const struct arrivals *arrivals) {
  for (uint32_t i = 0; i < arrivals->phases; i++) {
    if (i > 0) fputs(", ", out);
    put_quantity(out, QUANTITY_RATE, arrivals->phase[i].rate_per_s);
    fputs(" for ", out);
    put_quantity(out, QUANTITY_TIME, arrivals->phase[i].mean_ns);
  }
}

static void put_trace(FILE *out, const struct arrival_trace *trace) {
  fprintf(out, "trace, %llu requests from ", (unsigned long long)trace->rows);
  put_quantity(out, QUANTITY_TIME, (double)trace->at_ns[0]);
  fputs(" to ", out);
  put_quantity(out, QUANTITY_TIME, (double)trace->at_ns[trace->rows - 1]);
  if (trace->every_ns == 0) return;
  fputs(", every ", out);
  put_quantity(out, QUANTITY_TIME, (double)trace->every_ns);
}

static void put_arrivals(FILE *out, const struct arrivals *arrivals) {
  switch (arrivals->kind) {
    case ARRIVALS_POISSON:
    case ARRIVALS_CONSTANT:
      fputs(arrivals->kind == ARRIVALS_POISSON ? "poisson " : "constant ", out);
      put_rate(out, arrivals->rate_per_s, arrivals->profile);
      return;
    case ARRIVALS_CLOSED:
      fprintf(out, "closed, %s%llu users, think ", arrivals->crowd ? "at most " : "",
              (unsigned long long)arrivals->users);
      param_text_dist(out, &arrivals->think, true);
      return;
    case ARRIVALS_BURSTS:
      fputs("bursts ", out);
      put_rate(out, arrivals->rate_per_s, arrivals->profile);
      fprintf(out, " of %llu requests%s", (unsigned long long)arrivals->size,
              arrivals->geometric ? " on average" : "");
      return;
    case ARRIVALS_BURST:
      fprintf(out, "burst, %llu requests at ", (unsigned long long)arrivals->size);
      put_quantity(out, QUANTITY_TIME, (double)arrivals->at_ns);
      return;
    case ARRIVALS_MMPP:
      fputs("mmpp ", out);
      put_phases(out, arrivals);
      return;
    case ARRIVALS_TRACE:
      put_trace(out, arrivals->trace);
      return;
  }
}

static void put_shares(FILE *out, const char *const *name, const struct mix *mix) {
  if (mix->n == 0) fputs(NOTHING, out);
  for (uint32_t i = 0; i < mix->n; i++) {
    fprintf(out, "%s%s ", i > 0 ? ", " : "", name[mix->part[i].op]);
    put_quantity(out, QUANTITY_RATIO, mix->part[i].share);
  }
}

static void put_keys(FILE *out, const struct keys *keys, const char *what) {
  switch (keys->kind) {
    case KEYS_NONE:
      fputs(NOTHING, out);
      return;
    case KEYS_UNIFORM:
      fprintf(out, "uniform, %llu %s", (unsigned long long)keys->n, what);
      return;
    case KEYS_ZIPF:
      fprintf(out, "zipf, %llu %s, s = %.10g", (unsigned long long)keys->n, what, keys->s);
      return;
  }
}

static void put_priorities(FILE *out, const struct priorities *list) {
  if (list->n == 0) fputs(NOTHING, out);
  for (uint32_t i = 0; i < list->n; i++) {
    fprintf(out, "%s%s", i > 0 ? ", " : "", list->name[i]);
  }
}

static void put_causes(FILE *out, uint32_t causes) {
  const char *between = "";
  if (causes == 0) fputs(NOTHING, out);
  for (int i = 0; i < OUTCOMES; i++) {
    if ((causes >> i & 1) == 0) continue;
    fprintf(out, "%s%s", between, outcome_name[i]);
    between = ", ";
  }
}

/* --- handlers ------------------------------------------------------------------------------- */

/* The part of a program that is being written. Jumps lead forwards, so every step is met once. */
struct listing {
  FILE *out;
  const struct spec *spec;
  const struct program *program;
};

static void put_steps(const struct listing *l, uint32_t from, uint32_t to);

static void put_call(const struct listing *l, const struct program_call *call) {
  const char *what = call->publishes ? "publish to" : call->locks ? "lock of" : "call";
  fprintf(l->out, "%s %s", what, l->spec->component[call->component].name);
  if (call->op != OP_INHERIT) fprintf(l->out, ".%s", l->spec->op[call->op]);
  if (call->each) fputs(" each", l->out);
  if (call->keyed) fputs(" by key", l->out);
  if (call->publishes && call->acks.word == HOW_MANY_NUMBER) {
    fprintf(l->out, " acks %llu", (unsigned long long)call->acks.number);
  }
  if (call->delay_ns > 0) {
    fputs(" delayed by ", l->out);
    put_quantity(l->out, QUANTITY_TIME, (double)call->delay_ns);
  }
  if (call->times > 1) fprintf(l->out, " %llu times", (unsigned long long)call->times);
  const struct outbound_config *policy = &call->policy;
  if (policy->timeout_ns != TIME_NEVER) {
    fputs(" within ", l->out);
    put_quantity(l->out, QUANTITY_TIME, (double)policy->timeout_ns);
  }
  if (policy->retry.given) {
    fprintf(l->out, " tried %llu times", (unsigned long long)policy->retry.attempts);
  }
  if (policy->deadline_ns != TIME_NEVER) {
    fputs(" within ", l->out);
    put_quantity(l->out, QUANTITY_TIME, (double)policy->deadline_ns);
    fputs(" in all", l->out);
  }
  if (policy->hedge.given) {
    fputs(" hedged after ", l->out);
    policy_put_after(l->out, &policy->hedge.after);
  }
  if (policy->throttle.given) fputs(" with a throttle", l->out);
  if (policy->breaker.given) fputs(" with a breaker", l->out);
  if (policy->pool.given) {
    fputs(" from a pool of ", l->out);
    policy_put_places(l->out, &policy->pool.size);
  }
}

static void put_parallel(const struct listing *l, const struct step *step) {
  fputs("parallel (", l->out);
  for (uint32_t i = 0; i < step->count; i++) {
    if (i > 0) fputs(", ", l->out);
    put_call(l, &l->program->call[step->first + i]);
  }
  fputc(')', l->out);
  if (step->need > 0) fprintf(l->out, " need %u", step->need);
}

static void put_condition(const struct listing *l, const struct step *step) {
  fputs("if", l->out);
  if (step->causes) {
    fputs(" cause ", l->out);
    put_causes(l->out, step->causes);
    return;
  }
  if (step->op >= 0) fprintf(l->out, " operation %s", l->spec->op[step->op]);
  if (step->chance < 1 || step->op < 0) {
    fprintf(l->out, "%s chance ", step->op >= 0 ? " and" : "");
    put_quantity(l->out, QUANTITY_RATIO, step->chance);
  }
}

static void put_block(const struct listing *l, const char *head, uint32_t from, uint32_t to) {
  fprintf(l->out, "%s (", head);
  put_steps(l, from, to);
  fputc(')', l->out);
}

/* Writes the call or branch at `at` with the parts that it jumps over; returns the step behind. */
static uint32_t put_choice(const struct listing *l, uint32_t at) {
  const struct step *step = &l->program->step[at], *last = &l->program->step[step->target - 1];
  bool is_call = step->kind == STEP_CALL || step->kind == STEP_PARALLEL;
  uint32_t target = step->target, end = target;
  bool other = last->kind == STEP_JUMP && target - 1 > at && last->target > target;
  if (other) end = last->target;
  if (is_call) {
    put_call(l, &l->program->call[step->first]);
    if (step->need) fprintf(l->out, " need %u", step->need);
    if (other) put_block(l, ", on failure", target, end);
    return is_call && !other ? at + 1 : end;
  }
  put_condition(l, step);
  put_block(l, "", at + 1, other ? target - 1 : target);
  if (other) put_block(l, " else", target, end);
  return end;
}

static void put_tier_rates(FILE *out, const struct spec *spec, const struct tier_rates *rates) {
  if (rates->n == 0) fputs(NOTHING, out);
  for (uint32_t i = 0; i < rates->n; i++) {
    fprintf(out, "%s%s ", i > 0 ? ", " : "", spec->tier[rates->rate[i].tier]);
    put_quantity(out, QUANTITY_RATE, rates->rate[i].per_s);
  }
}

static void put_limit(FILE *out, const struct spec *spec, const struct limit_config *limit) {
  fputs("limit ", out);
  if (limit->rate_per_s > 0) put_quantity(out, QUANTITY_RATE, limit->rate_per_s);
  if (limit->rate_per_s > 0 && limit->tier.n > 0) fputs(", ", out);
  if (limit->tier.n > 0) put_tier_rates(out, spec, &limit->tier);
  enum limit_per per = limit_per(limit);
  if (per != LIMIT_PER_ALL) fprintf(out, " per %s", limit_per_names[per]);
  fprintf(out, ", %s", limit_algorithm_names[limit->algorithm]);
  if (limit->burst > 0) fprintf(out, ", burst %llu", (unsigned long long)limit->burst);
  if (limit->window_ns > 0) {
    fputs(", window ", out);
    put_quantity(out, QUANTITY_TIME, (double)limit->window_ns);
  }
}

/* Writes one step; returns the one to go on with. */
static uint32_t put_step(const struct listing *l, uint32_t at) {
  const struct step *step = &l->program->step[at];
  switch (step->kind) {
    case STEP_WORK:
    case STEP_SLEEP:
      fputs(step->kind == STEP_WORK ? "work " : "sleep ", l->out);
      param_text_dist(l->out, &step->dist, true);
      break;
    case STEP_WORK_BYTES:
      fputs("work ", l->out);
      param_text_dist(l->out, &step->dist, true);
      fprintf(l->out, " and %.10g ns a byte", step->chance);
      break;
    case STEP_COMPRESS:
      fputs("compress to ", l->out);
      put_quantity(l->out, QUANTITY_RATIO, step->chance);
      fputs(", a byte ", l->out);
      param_text_dist(l->out, &step->dist, true);
      break;
    case STEP_CALL:
      if (step->target) return put_choice(l, at);
      put_call(l, &l->program->call[step->first]);
      break;
    case STEP_BRANCH:
      return put_choice(l, at);
    case STEP_PARALLEL:
      if (step->target) return put_choice(l, at);
      put_parallel(l, step);
      break;
    case STEP_LIMIT:
      put_limit(l->out, l->spec, step->limit);
      break;
    case STEP_SHED:
      fprintf(l->out, "shed when %s", step->shed->when);
      if (step->shed->keep.n == 0) break;
      fputs(", keep ", l->out);
      put_priorities(l->out, &step->shed->keep);
      break;
    case STEP_FAIL:
      fputs("fail", l->out);
      if (step->outcome != OUTCOME_FAILED) fprintf(l->out, " %s", outcome_name[step->outcome]);
      break;
    case STEP_DECIDE:
    case STEP_REPLY:
    case STEP_UNLOCK: {
      static const char *const words[] = {
          [STEP_DECIDE] = "commit", [STEP_REPLY] = "reply", [STEP_UNLOCK] = "unlock"};
      fputs(words[step->kind], l->out);
      break;
    }
    case STEP_END:
    case STEP_JUMP:
      break;
  }
  return at + 1;
}

static bool is_shown(const struct step *step) {
  return step->kind != STEP_END && step->kind != STEP_JUMP;
}

static void put_steps(const struct listing *l, uint32_t from, uint32_t to) {
  const char *between = "";
  while (from < to) {
    if (!is_shown(&l->program->step[from])) {
      from++;
      continue;
    }
    fputs(between, l->out);
    between = ", ";
    from = put_step(l, from);
  }
}

static void put_block_of_steps(FILE *out, const struct spec *spec, const struct block *block) {
  put_steps(&(struct listing){out, spec, &block->program}, 0, block->program.steps);
}

static void put_fallbacks(FILE *out, const struct spec *spec, const struct fallbacks *list) {
  if (list->n == 0) fputs(NOTHING, out);
  for (uint32_t i = 0; i < list->n; i++) {
    const struct program *program = &list->fallback[i].block.program;
    if (i > 0) fputs("; ", out);
    put_steps(&(struct listing){out, spec, program}, 0, program->steps);
  }
}

static void put_handlers(FILE *out, const struct spec *spec, const struct handlers *handlers) {
  if (handlers->n == 0) fputs(NOTHING, out);
  for (uint32_t i = 0; i < handlers->n; i++) {
    const struct handler *handler = &handlers->handler[i];
    struct listing listing = {out, spec, &handler->program};
    if (i > 0) fputs("; ", out);
    if (handler->op >= 0) {
      fprintf(out, "%s: ", spec->op[handler->op]);
    } else if (handlers->n > 1) {
      fputs("default: ", out);
    }
    put_steps(&listing, 0, handler->program.steps);
  }
}

/* --- by type -------------------------------------------------------------------------------- */

static void put_whole(FILE *out, uint64_t value) {
  if (value == PARAM_UNLIMITED) {
    fputs("unlimited", out);
  } else {
    fprintf(out, "%llu", (unsigned long long)value);
  }
}

static void put_duration(FILE *out, uint64_t ns) {
  if (ns == PARAM_UNLIMITED) {
    fputs("never", out);
  } else {
    put_quantity(out, QUANTITY_TIME, (double)ns);
  }
}

static void put_text(FILE *out, const char *text) {
  fputs(text != NULL ? text : NOTHING, out);
}

static void put_bandwidth(FILE *out, double bits_per_s) {
  if (bits_per_s == 0) {
    fputs("unlimited", out);
  } else {
    put_quantity(out, QUANTITY_BANDWIDTH, bits_per_s);
  }
}

void param_put_bool(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  (void)spec, (void)param;
  fputs(*(const bool *)value ? "true" : "false", out);
}

void param_put_count(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  put_whole(out, *(const uint64_t *)value);
}

void param_put_number(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)spec, (void)param;
  fprintf(out, "%.10g", *(const double *)value);
}

void param_put_duration(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value) {
  (void)spec, (void)param;
  put_duration(out, *(const uint64_t *)value);
}

void param_put_double(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)spec;
  put_quantity(out, (enum quantity)param_types[param->type].range, *(const double *)value);
}

void param_put_bytes(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  put_quantity(out, QUANTITY_SIZE, (double)*(const uint64_t *)value);
}

void param_put_writes(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)spec, (void)param;
  policy_put_writes(out, value);
}

void param_put_ttl(FILE *out, const struct spec *spec, const struct param *param,
                   const void *value) {
  const struct ttl *ttl = value;
  param_put_duration(out, spec, param, &ttl->ns);
  if (ttl->jitter > 0) {
    fputs(", jitter ", out);
    put_quantity(out, QUANTITY_RATIO, ttl->jitter);
  }
}

void param_put_room(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  (void)spec, (void)param;
  const struct room *room = value;
  if (room->in_bytes) {
    put_quantity(out, QUANTITY_SIZE, (double)room->n);
  } else {
    put_whole(out, room->n);
  }
}

void param_put_bandwidth(FILE *out, const struct spec *spec, const struct param *param,
                         const void *value) {
  (void)spec, (void)param;
  put_bandwidth(out, *(const double *)value);
}

void param_put_dist(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  (void)spec;
  param_text_dist(out, value, param->type == PARAM_TIME_DIST);
}

void param_put_enum(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  (void)spec;
  fputs(param->choices[*(const uint32_t *)value], out);
}

void param_put_text(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  (void)spec, (void)param;
  put_text(out, *(const char *const *)value);
}

void param_put_ref(FILE *out, const struct spec *spec, const struct param *param,
                   const void *value) {
  (void)param;
  put_name(out, spec, *(const uint32_t *)value);
}

void param_put_refs(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  (void)param;
  put_refs(out, spec, value);
}

void param_put_routes(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)param;
  put_routes(out, spec, value);
}

void param_put_weights(FILE *out, const struct spec *spec, const struct param *param,
                       const void *value) {
  (void)param;
  const struct weights *weights = value;
  if (weights->n == 0) fputs(NOTHING, out);
  for (uint32_t i = 0; i < weights->n; i++) {
    if (i > 0) fputs(", ", out);
    put_name(out, spec, weights->weight[i].of);
    fprintf(out, " %g", weights->weight[i].weight);
  }
}

void param_put_tier_rates(FILE *out, const struct spec *spec, const struct param *param,
                          const void *value) {
  (void)param;
  put_tier_rates(out, spec, value);
}

void param_put_group(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  fputs(*(const bool *)value ? "yes" : NOTHING, out);
}

void param_put_list(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  const struct entries *list = value;
  if (list->n == 0) fputs(NOTHING, out);
  for (uint32_t i = 0; i < list->n; i++) {
    const char *entry = (const char *)list->entry + i * param->stride;
    if (i > 0) fputs("; ", out);
    for (const struct param *p = param->group; p->name; p++) {
      fprintf(out, "%s%s ", p == param->group ? "" : ", ", p->name);
      param_types[p->type].put(out, spec, p, entry + p->offset);
    }
  }
}

void param_put_flow(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  (void)spec, (void)param;
  const double *rate = value;
  put_rate(out, *rate, *(const struct profile *const *)(rate + 1));
}

void param_put_crowd(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  const uint64_t *most = value;
  bool changes = *(const struct profile *const *)(most + 1) != NULL;
  fprintf(out, "%s%llu", changes ? "at most " : "", (unsigned long long)*most);
}

void param_put_batch(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  const uint64_t *size = value;
  fprintf(out, "%llu%s", (unsigned long long)*size, *(const bool *)(size + 1) ? " on average" : "");
}

void param_put_arrivals(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value) {
  (void)spec, (void)param;
  put_arrivals(out, value);
}

void param_put_shares(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  put_shares(out, param->type == PARAM_MIX ? spec->op : spec->tier, value);
}

void param_put_keys(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  (void)spec;
  put_keys(out, value, param->type == PARAM_USERS ? "users" : "keys");
}

void param_put_op(FILE *out, const struct spec *spec, const struct param *param,
                  const void *value) {
  (void)param;
  fputs(*(const int *)value < 0 ? NOTHING : spec->op[*(const int *)value], out);
}

void param_put_steps(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)param;
  put_block_of_steps(out, spec, value);
}

void param_put_fallbacks(FILE *out, const struct spec *spec, const struct param *param,
                         const void *value) {
  (void)param;
  put_fallbacks(out, spec, value);
}

void param_put_handlers(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value) {
  (void)param;
  put_handlers(out, spec, value);
}

void param_put_priority(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value) {
  (void)spec, (void)param;
  put_priorities(out, value);
}

void param_put_causes(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)spec, (void)param;
  put_causes(out, *(const uint32_t *)value);
}

void param_put_budget(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)spec, (void)param;
  policy_put_budget(out, value);
}

void param_put_after(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  policy_put_after(out, value);
}

void param_put_window(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)spec, (void)param;
  policy_put_window(out, value);
}

void param_put_places(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)spec, (void)param;
  policy_put_places(out, value);
}

void param_put_slows(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  slows_put(out, value);
}

void param_put_how_many(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value) {
  (void)spec;
  policy_put_how_many(out, param, value);
}

void param_put_zones(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)param;
  policy_put_zones(out, spec, value);
}

void param_text(FILE *out, const struct spec *spec, const struct param *param, const void *value) {
  param_types[param->type].put(out, spec, param, value);
}
