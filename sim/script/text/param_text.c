#include "param_text.h"

#include <math.h>

#include "money.h"
#include "param_type.h"
#include "policy.h"
#include "profile.h"
#include "program_text.h"
#include "sim.h"
#include "slows.h"

void param_text_quantity(FILE *out, enum quantity quantity, double value) {
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
    param_text_quantity(out, is_time ? QUANTITY_TIME : QUANTITY_SIZE, dist->a);
    return;
  }
  dist_describe(dist, is_time, text, sizeof text);
  fputs(text, out);
}

static void put_name(FILE *out, const struct spec *spec, uint32_t id) {
  fputs(id == REF_NONE ? PARAM_NONE : spec->component[id].name, out);
}

static void put_refs(FILE *out, const struct spec *spec, const struct refs *refs) {
  if (refs->n == 0) fputs(PARAM_NONE, out);
  for (uint32_t i = 0; i < refs->n; i++) {
    if (i > 0) fputs(", ", out);
    put_name(out, spec, refs->id[i]);
  }
}

/* --- traffic -------------------------------------------------------------------------------- */

static void put_routes(FILE *out, const struct spec *spec, const struct routes *routes) {
  if (routes->n == 0) fputs(PARAM_NONE, out);
  for (uint32_t i = 0; i < routes->n; i++) {
    fprintf(out, "%s%s to ", i > 0 ? ", " : "", spec->op[routes->route[i].op]);
    put_name(out, spec, routes->route[i].to);
  }
}

static void put_rate(FILE *out, double rate_per_s, const struct profile *profile) {
  if (profile == NULL) {
    param_text_quantity(out, QUANTITY_RATE, rate_per_s);
    return;
  }
  const struct profile_point *point = profile->point, *last = &point[profile->points - 1];
  fputs(profile->steps ? "profile in steps from " : "profile from ", out);
  param_text_quantity(out, QUANTITY_RATE, point->rate_per_s);
  fputs(" at ", out);
  param_text_quantity(out, QUANTITY_TIME, (double)point->at_ns);
  fprintf(out, " over %u points to ", profile->points);
  param_text_quantity(out, QUANTITY_RATE, last->rate_per_s);
  fputs(" at ", out);
  param_text_quantity(out, QUANTITY_TIME, (double)last->at_ns);
  if (profile->every_ns == 0) return;
  fputs(", every ", out);
  param_text_quantity(out, QUANTITY_TIME, (double)profile->every_ns);
}

void param_text_pace(FILE *out, const struct pace_rate *rate) {
  put_rate(out, rate->per_s, rate->profile);
}

static void put_phases(FILE *out, const struct arrivals *arrivals) {
  for (uint32_t i = 0; i < arrivals->phases; i++) {
    if (i > 0) fputs(", ", out);
    put_rate(out, arrivals->phase[i].rate_per_s, arrivals->phase[i].profile);
    fputs(" for ", out);
    param_text_quantity(out, QUANTITY_TIME, arrivals->phase[i].mean_ns);
  }
}

static void put_trace(FILE *out, const struct arrival_trace *trace) {
  fprintf(out, "trace, %llu requests from ", (unsigned long long)trace->rows);
  param_text_quantity(out, QUANTITY_TIME, (double)trace->at_ns[0]);
  fputs(" to ", out);
  param_text_quantity(out, QUANTITY_TIME, (double)trace->at_ns[trace->rows - 1]);
  if (trace->every_ns == 0) return;
  fputs(", every ", out);
  param_text_quantity(out, QUANTITY_TIME, (double)trace->every_ns);
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
      param_text_quantity(out, QUANTITY_TIME, (double)arrivals->at_ns);
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
  if (mix->n == 0) fputs(PARAM_NONE, out);
  for (uint32_t i = 0; i < mix->n; i++) {
    fprintf(out, "%s%s ", i > 0 ? ", " : "", name[mix->part[i].op]);
    param_text_quantity(out, QUANTITY_RATIO, mix->part[i].share);
  }
}

static void put_keys(FILE *out, const struct keys *keys, const char *what) {
  switch (keys->kind) {
    case KEYS_NONE:
      fputs(PARAM_NONE, out);
      return;
    case KEYS_UNIFORM:
      fprintf(out, "uniform, %llu %s", (unsigned long long)keys->n, what);
      return;
    case KEYS_ZIPF:
      fprintf(out, "zipf, %llu %s, s = %.10g", (unsigned long long)keys->n, what, keys->s);
      return;
  }
}

void param_text_priorities(FILE *out, const struct priorities *list) {
  if (list->n == 0) fputs(PARAM_NONE, out);
  for (uint32_t i = 0; i < list->n; i++) {
    fprintf(out, "%s%s", i > 0 ? ", " : "", list->name[i]);
  }
}

void param_text_causes(FILE *out, uint32_t causes) {
  const char *between = "";
  if (causes == 0) fputs(PARAM_NONE, out);
  for (int i = 0; i < OUTCOMES; i++) {
    if ((causes >> i & 1) == 0) continue;
    fprintf(out, "%s%s", between, outcome_name[i]);
    between = ", ";
  }
}

void param_text_tier_rates(FILE *out, const struct spec *spec, const struct tier_rates *rates) {
  if (rates->n == 0) fputs(PARAM_NONE, out);
  for (uint32_t i = 0; i < rates->n; i++) {
    fprintf(out, "%s%s ", i > 0 ? ", " : "", spec->tier[rates->rate[i].tier]);
    param_text_pace(out, &rates->rate[i].rate);
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
    param_text_quantity(out, QUANTITY_TIME, (double)ns);
  }
}

static void put_text(FILE *out, const char *text) {
  fputs(text != NULL ? text : PARAM_NONE, out);
}

static void put_bandwidth(FILE *out, double bits_per_s) {
  if (bits_per_s == 0) {
    fputs("unlimited", out);
  } else {
    param_text_quantity(out, QUANTITY_BANDWIDTH, bits_per_s);
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
  param_text_quantity(out, (enum quantity)param_types[param->type].range, *(const double *)value);
}

void param_put_pace(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  (void)spec, (void)param;
  param_text_pace(out, value);
}

void param_put_bytes(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  param_text_quantity(out, QUANTITY_SIZE, (double)*(const uint64_t *)value);
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
    param_text_quantity(out, QUANTITY_RATIO, ttl->jitter);
  }
}

void param_put_room(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  (void)spec, (void)param;
  const struct room *room = value;
  if (room->in_bytes) {
    param_text_quantity(out, QUANTITY_SIZE, (double)room->n);
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
  if (weights->n == 0) fputs(PARAM_NONE, out);
  for (uint32_t i = 0; i < weights->n; i++) {
    if (i > 0) fputs(", ", out);
    put_name(out, spec, weights->weight[i].of);
    fprintf(out, " %g", weights->weight[i].weight);
  }
}

void param_put_tier_rates(FILE *out, const struct spec *spec, const struct param *param,
                          const void *value) {
  (void)param;
  param_text_tier_rates(out, spec, value);
}

void param_put_group(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  fputs(*(const bool *)value ? "yes" : PARAM_NONE, out);
}

void param_put_list(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value) {
  const struct entries *list = value;
  if (list->n == 0) fputs(PARAM_NONE, out);
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
  fputs(*(const int *)value < 0 ? PARAM_NONE : spec->op[*(const int *)value], out);
}

void param_put_steps(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)param;
  program_text_block(out, spec, value);
}

void param_put_fallbacks(FILE *out, const struct spec *spec, const struct param *param,
                         const void *value) {
  (void)param;
  program_text_fallbacks(out, spec, value);
}

void param_put_handlers(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value) {
  (void)param;
  program_text_handlers(out, spec, value);
}

void param_put_priority(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value) {
  (void)spec, (void)param;
  param_text_priorities(out, value);
}

void param_put_causes(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)spec, (void)param;
  param_text_causes(out, *(const uint32_t *)value);
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

void param_put_price(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value) {
  (void)spec, (void)param;
  money_put(out, value);
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
