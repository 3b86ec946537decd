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

/* "during.crash_db.availability" */
static bool read_spell(const struct lint *lint, struct goal_subject *out) {
  const struct wanted *wanted = &lint->spec->wanted;
  bool during = strncmp(out->metric, "during.", 7) == 0;
  const char *word = strchr(out->metric, '.') + 1;
  size_t length = strcspn(word, ".");
  for (uint32_t i = 0; i < wanted->spells; i++) {
    const struct spell_spec *spell = &wanted->spell[i];
    if (spell->client != out->source || strlen(spell->word) != length) continue;
    if (strncmp(spell->word, word, length) != 0) continue;
    if (during != (spell->recovers == RECOVERS_NOTHING)) continue;
    const struct fault_spec *fault = NULL;
    for (uint32_t k = 0; k < lint->spec->faults; k++) {
      if (strcmp(lint->spec->fault[k].name, spell->fault) == 0) fault = &lint->spec->fault[k];
    }
    out->within_ns = spell->within_ns;
    if (during) {
      out->during = fault;
      out->metric = word[length] == '.' ? word + length + 1 : word + length;
    } else {
      out->after = fault;
    }
    return fault != NULL;
  }
  return false;
}

bool lint_goal(const struct lint *lint, const struct goal *goal, struct goal_subject *out) {
  const char *dot = strchr(goal->metric, '.');
  if (dot == NULL) return false;
  char name[256];
  snprintf(name, sizeof name, "%.*s", (int)(dot - goal->metric), goal->metric);
  *out = (struct goal_subject){.source = spec_find(lint->spec, name), .op = -1, .metric = dot + 1};
  if (out->source == REF_NONE || !lint->spec->component[out->source].kind->is_source) return false;
  bool spell = strncmp(out->metric, "during.", 7) == 0 || strncmp(out->metric, "recovers.", 9) == 0;
  if (spell) return read_spell(lint, out);
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
  if (target.kind == TARGET_GROUP) {
    const struct target_group *group = &lint->spec->group[target.id];
    for (uint32_t i = 0; i < group->n; i++) {
      if (lint_hits(lint, group->target[i], component)) return true;
    }
    return false;
  }
  if (target.kind == TARGET_ZONE || target.kind == TARGET_REGION) {
    return zones_hit(lint, target, component, &used) > 0;
  }
  return target.id == component || target.id == tenancy_host(&lint->spec->component[component]);
}

bool lint_hits_all(const struct lint *lint, struct fault_target target, uint32_t component) {
  uint32_t used, n;
  if (target.kind == TARGET_GROUP) { /* those that together are all are not looked for */
    const struct target_group *group = &lint->spec->group[target.id];
    for (uint32_t i = 0; i < group->n; i++) {
      if (lint_hits_all(lint, group->target[i], component)) return true;
    }
    return false;
  }
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

double lint_subject_ns(const struct lint *lint, const struct goal_subject *subject) {
  const struct run_settings *run = &lint->scenario->run;
  const struct fault_spec *fault = subject->during;
  if (fault == NULL) return lint_measured_ns(lint);
  double lasts_ns = dist_mean(&fault->lasts);
  if (fault->recurring) {
    return lint_measured_ns(lint) * lasts_ns / (dist_mean(&fault->mttf) + lasts_ns);
  }
  double from_ns = fmax((double)fault->at_ns, run->warmup_auto ? 0 : (double)run->warmup_ns);
  double to_ns = (double)run->duration_ns;
  if (!fault->forever) to_ns = fmin(to_ns, (double)fault->at_ns + lasts_ns);
  return fmax(to_ns - from_ns, 0);
}
