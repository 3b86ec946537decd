/* What several rules need: texts, goals, targets of faults. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "lint.h"
#include "percentile.h"
#include "sim.h"
#include "tenancy.h"

const char *lint_text(struct lint *lint, const char *format, ...) {
  char text[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return arena_text(lint->arena, text);
}

const char *lint_ns(struct lint *lint, double ns) {
  return lint_text(lint, "%s", format_value(UNIT_SECONDS, ns / 1e9).text);
}

const char *lint_rate(struct lint *lint, double per_s) {
  return lint_text(lint, "%s", format_value(UNIT_PER_SECOND, per_s).text);
}

const char *lint_number(struct lint *lint, double number) {
  return lint_text(lint, "%.3g", number);
}

bool lint_goal(const struct lint *lint, const struct goal *goal, struct goal_subject *out) {
  const char *dot = strchr(goal->metric, '.');
  if (dot == NULL) return false;
  char name[256];
  snprintf(name, sizeof name, "%.*s", (int)(dot - goal->metric), goal->metric);
  *out = (struct goal_subject){spec_find(lint->spec, name), -1, dot + 1};
  if (out->source == REF_NONE || !lint->spec->component[out->source].kind->is_source) return false;
  if (strncmp(out->metric, "op.", 3) != 0) return true;
  dot = strchr(out->metric + 3, '.');
  if (dot == NULL) return false;
  snprintf(name, sizeof name, "%.*s", (int)(dot - out->metric - 3), out->metric + 3);
  out->op = spec_find_op(lint->spec, name);
  out->metric = dot + 1;
  return out->op >= 0;
}

double lint_quantile(const char *metric) {
  static const char prefix[] = "latency.p";
  if (strncmp(metric, prefix, sizeof prefix - 1) != 0) return 0;
  double q = percentile_parse(metric + sizeof prefix - 2);
  return isnan(q) ? 0 : q;
}

static bool zone_hit(const struct lint *lint, struct fault_target target, uint32_t zone) {
  if (target.kind == TARGET_ZONE) return zone == target.id;
  return lint->spec->zone[zone].region == target.id;
}

/* How many of the first zones of a component, which its members take in turn, are hit. */
static uint32_t zones_hit(const struct lint *lint, struct fault_target target, uint32_t component,
                          uint32_t *used) {
  const struct component_spec *c = &lint->spec->component[component];
  uint32_t n = 0;
  *used = c->zones < c->instances ? c->zones : c->instances;
  for (uint32_t i = 0; i < *used; i++) n += zone_hit(lint, target, c->zone[i]);
  return n;
}

bool lint_hits(const struct lint *lint, struct fault_target target, uint32_t component) {
  uint32_t used;
  if (target.kind == TARGET_ZONE || target.kind == TARGET_REGION) {
    return zones_hit(lint, target, component, &used) > 0;
  }
  return target.id == component || target.id == tenancy_host(&lint->spec->component[component]);
}

bool lint_hits_all(const struct lint *lint, struct fault_target target, uint32_t component) {
  uint32_t used, n;
  if (target.kind == TARGET_ZONE || target.kind == TARGET_REGION) {
    n = zones_hit(lint, target, component, &used);
    return n > 0 && n == used;
  }
  if (!lint_hits(lint, target, component)) return false;
  return target.kind == TARGET_COMPONENT || lint->spec->component[component].instances == 1;
}

double lint_measured_ns(const struct lint *lint) {
  const struct run_settings *run = &lint->scenario->run;
  return (double)(run->duration_ns - (run->warmup_auto ? 0 : run->warmup_ns));
}
