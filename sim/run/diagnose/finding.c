#include "finding.h"

#include <glib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "json_write.h"

/* So many others of a group are named. */
#define OTHERS_NAMED 4u

const char *const severity_name[] = {"saturated", "near", "fault", "stale"};

/* How a rule speaks: of one, of several, and between a name and what is said of it. */
static const struct {
  const char *key, *limit;
  const char *one, *near; /* `near`: NULL, it is never near */
  const char *many, *many_near;
  const char *joint;
  const char *worst;
} rules[RULES] = {
    [RULE_RECOVERY] = {.key = "recovery",
                       .limit = "none",
                       .one = "Requests of %s do not get over the faults",
                       .many = "Requests of %u clients do not get over the faults",
                       .joint = ": "},
    [RULE_RELAPSE] = {.key = "relapse",
                      .limit = "none",
                      .one = "Requests of %s do not get over a peak of the load",
                      .many = "Requests of %u clients do not get over a peak of the load",
                      .joint = ": "},
    [RULE_IN_VAIN] = {.key = "acts in vain",
                      .limit = "none",
                      .one = "%s acts in vain",
                      .many = "%u controls act in vain",
                      .joint = ": "},
    [RULE_MISTAKEN] = {.key = "acts mistakenly",
                       .limit = "none",
                       .one = "%s acts on members that have not failed",
                       .many = "%u controls act on members that have not failed",
                       .joint = ": "},
    [RULE_WITHHELD] = {.key = "backends withheld",
                       .limit = "none",
                       .one = "%s keeps backends out of use",
                       .many = "%u balancers keep backends out of use",
                       .joint = ": "},
    [RULE_OUT_OF_MEMORY] = {.key = "out of memory",
                            .limit = "memory",
                            .one = "%s runs out of memory",
                            .many = "%u components run out of memory",
                            .joint = ": "},
    [RULE_DEADLOCK] = {.key = "deadlock",
                       .limit = "workers",
                       .one = "%s is deadlocked",
                       .many = "%u components are deadlocked",
                       .joint = ": "},
    [RULE_POOL_DEADLOCK] = {.key = "pool deadlock",
                            .limit = "pool",
                            .one = "The pool %s is deadlocked",
                            .many = "%u pools are deadlocked",
                            .joint = ": "},
    [RULE_LEAK] = {.key = "workers lost",
                   .limit = "workers",
                   .one = "%s loses workers for good",
                   .many = "%u components lose workers for good",
                   .joint = ": "},
    [RULE_POOL_LEAK] = {.key = "connections lost",
                        .limit = "pool",
                        .one = "The pool %s loses places for good",
                        .many = "%u pools lose places for good",
                        .joint = ": "},
    [RULE_WORKERS] = {.key = "workers",
                      .limit = "workers",
                      .one = "%s is saturated",
                      .near = "%s has little room left",
                      .many = "%u components are saturated",
                      .many_near = "%u components have little room left",
                      .joint = ": "},
    [RULE_PLACES] = {.key = "places",
                     .limit = "batch",
                     .one = "%s is saturated",
                     .many = "%u components have no place left in their batches",
                     .joint = ": "},
    [RULE_WIRE] = {.key = "bandwidth",
                   .limit = "bandwidth",
                   .one = "The path %s is saturated",
                   .near = "The path %s has little room left",
                   .many = "%u paths are saturated",
                   .many_near = "%u paths have little room left",
                   .joint = ": "},
    [RULE_HELD_UP] = {.key = "held up",
                      .limit = "workers",
                      .one = "%s is held up",
                      .near = "%s is held up",
                      .many = "%u components are held up",
                      .many_near = "%u more components are held up for a time",
                      .joint = " "},
    [RULE_QUEUE_GROWS] = {.key = "queue grows",
                          .limit = "queue",
                          .one = "The queue of %s grows",
                          .many = "%u queues grow",
                          .joint = ": "},
    [RULE_BACKLOG_GROWS] = {.key = "backlog grows",
                            .limit = "queue",
                            .one = "The backlog of %s grows",
                            .many = "%u backlogs grow",
                            .joint = ": "},
    [RULE_BEHIND] = {.key = "copies behind",
                     .limit = "none",
                     .one = "The copies of %s fall behind",
                     .many = "The copies of %u components fall behind",
                     .joint = ": "},
    [RULE_QUEUE_FULL] = {.key = "queue full",
                         .limit = "queue",
                         .one = "The queue of %s was full",
                         .many = "%u queues were full",
                         .joint = " "},
    [RULE_TOPIC_FULL] = {.key = "topic full",
                         .limit = "queue",
                         .one = "The topic %s was full",
                         .many = "%u topics were full",
                         .joint = ": "},
    [RULE_NO_QUEUE] = {.key = "no queue",
                       .limit = "queue",
                       .one = "%s has no queue",
                       .many = "%u components without a queue refused calls",
                       .joint = " "},
    [RULE_CONNECTIONS] = {.key = "connections",
                          .limit = "pool",
                          .one = "The connections of %s were all taken",
                          .many = "%u components had all their connections taken",
                          .joint = ": "},
    [RULE_PEAK] = {.key = "saturated for a time",
                   .limit = "workers",
                   .one = "%s was saturated",
                   .many = "%u components were saturated for a time",
                   .joint = " "},
    [RULE_LOAD_ROSE] = {.key = "load rose",
                        .limit = "queue",
                        .near = "The queue of %s grew with the load",
                        .many_near = "%u queues grew with the load",
                        .joint = ": "},
    [RULE_DOWN] = {.key = "down",
                   .limit = "none",
                   .one = "%s was down",
                   .many = "%u components were down",
                   .joint = " ",
                   .worst = "The longest:"},
    [RULE_HUNG] = {.key = "hung",
                   .limit = "none",
                   .one = "%s hung",
                   .many = "%u components hung",
                   .joint = " ",
                   .worst = "The longest:"},
    [RULE_DOWN_OR_HUNG] = {.key = "down or hung",
                           .limit = "none",
                           .one = "%s was down or hung",
                           .many = "%u components were down or hung",
                           .joint = " ",
                           .worst = "The longest:"},
    [RULE_FAULT] = {.key = "fault",
                    .limit = "none",
                    .one = "The fault %s held",
                    .many = "%u faults held",
                    .joint = " ",
                    .worst = "The longest:"},
    [RULE_STRUCK] = {.key = "fault",
                     .limit = "none",
                     .one = "The fault %s struck",
                     .many = "%u faults struck",
                     .joint = " ",
                     .worst = "One:"},
    [RULE_STALE] = {.key = "stale reads",
                    .limit = "none",
                    .one = "%s gave out stale data",
                    .many = "%u components gave out stale data",
                    .joint = ": "},
};

struct finding *finding_add(struct finding_list *findings, enum rule rule, enum severity severity,
                            const char *component, const char *name) {
  findings->list = g_renew(struct finding, findings->list, findings->n + 1);
  struct finding *f = &findings->list[findings->n++];
  *f = (struct finding){.component = g_strdup(component),
                        .name = g_strdup(name != NULL ? name : component),
                        .limit = rules[rule].limit,
                        .severity = severity,
                        .rule = rule};
  return f;
}

/* The table's text with its one %s or %u filled in. */
static void append_head(GString *out, const char *head, const char *name, uint32_t n) {
  const char *place = strchr(head, '%');
  g_string_append_len(out, head, place - head);
  if (place[1] == 's') {
    g_string_append(out, name);
  } else {
    g_string_append_printf(out, "%u", n);
  }
  g_string_append(out, place + 2);
}

void finding_say(struct finding *f, const char *brief, const char *format, ...) {
  va_list args;
  va_start(args, format);
  f->detail = g_strdup_vprintf(format, args);
  va_end(args);
  f->brief = g_strdup(brief);
  bool near = f->severity == SEVERITY_NEAR;
  GString *text = g_string_new(NULL);
  append_head(text, near ? rules[f->rule].near : rules[f->rule].one, f->name, 1);
  g_string_append_printf(text, "%s%s.", rules[f->rule].joint, f->detail);
  f->sentence = g_string_free(text, FALSE);
}

/* Names make it the same in any order of declaration. */
static int by_effect(const struct finding *a, const struct finding *b) {
  if (a->victim != b->victim) return b->victim ? -1 : 1;
  if (a->effect != b->effect) return a->effect > b->effect ? -1 : 1;
  if (a->second != b->second) return a->second > b->second ? -1 : 1;
  return strcmp(a->name, b->name);
}

/* What limits the whole comes before other limits, and after what explains it. */
static enum rule rank_of(const struct finding *f) {
  return f->root && f->rule > RULE_WORKERS ? RULE_WORKERS : f->rule;
}

static int by_severity(const void *left, const void *right) {
  const struct finding *a = left, *b = right;
  if (a->severity != b->severity) return a->severity < b->severity ? -1 : 1;
  if (rank_of(a) != rank_of(b)) return rank_of(a) < rank_of(b) ? -1 : 1;
  if (a->root != b->root) return a->root ? -1 : 1;
  if (a->rule != b->rule) return a->rule < b->rule ? -1 : 1;
  return by_effect(a, b);
}

void finding_sort(struct finding_list *findings) {
  if (findings->n > 0) qsort(findings->list, findings->n, sizeof *findings->list, by_severity);
}

void finding_free(struct finding_list *findings) {
  for (uint32_t i = 0; i < findings->n; i++) {
    g_free(findings->list[i].component);
    g_free(findings->list[i].name);
    g_free(findings->list[i].brief);
    g_free(findings->list[i].detail);
    g_free(findings->list[i].sentence);
  }
  g_free(findings->list);
  *findings = (struct finding_list){0};
}

/* --- several as one ------------------------------------------------------------------------- */

/* " The others: b (90 %), c (85 %) and 3 more." */
static void append_others(const struct finding_group *g, GString *text) {
  g_string_append(text, g->n == 2 ? " The other: " : " The others: ");
  uint32_t named = g->n - 1 <= OTHERS_NAMED + 1 ? g->n - 1 : OTHERS_NAMED;
  for (uint32_t i = 1; i <= named; i++) {
    const struct finding *f = g->list[i];
    bool last = i == named && named == g->n - 1;
    g_string_append_printf(text, "%s%s", i == 1 ? "" : last ? " and " : ", ", f->name);
    if (f->brief != NULL) g_string_append_printf(text, " (%s)", f->brief);
  }
  if (named < g->n - 1) g_string_append_printf(text, " and %u more", g->n - 1 - named);
  g_string_append_c(text, '.');
}

static char *say_group(const struct finding_group *g) {
  const struct finding *worst = g->list[0];
  if (g->n == 1) return g_strdup(worst->sentence);
  bool near = g->severity == SEVERITY_NEAR;
  const char *joint = rules[g->rule].joint, *which = rules[g->rule].worst;
  GString *text = g_string_new(NULL);
  append_head(text, near ? rules[g->rule].many_near : rules[g->rule].many, NULL, g->n);
  g_string_append_printf(text, ". %s %s%s%s.", which != NULL ? which : "The worst is", worst->name,
                         strcmp(joint, " ") == 0 ? ", " : joint, worst->detail);
  append_others(g, text);
  return g_string_free(text, FALSE);
}

static struct finding_group *group_of(struct finding_groups *groups, const struct finding *f) {
  for (uint32_t i = 0; i < groups->n; i++) {
    struct finding_group *g = &groups->list[i];
    if (g->rule == f->rule && g->severity == f->severity) return g;
  }
  groups->list = g_renew(struct finding_group, groups->list, groups->n + 1);
  struct finding_group *g = &groups->list[groups->n++];
  *g = (struct finding_group){.rule = f->rule, .severity = f->severity};
  return g;
}

static int worst_first(const void *left, const void *right) {
  return by_effect(*(const struct finding *const *)left, *(const struct finding *const *)right);
}

struct finding_groups finding_group(const struct finding_list *findings) {
  struct finding_groups groups = {0};
  for (uint32_t i = 0; i < findings->n; i++) {
    struct finding_group *g = group_of(&groups, &findings->list[i]);
    g->list = g_renew(const struct finding *, g->list, g->n + 1);
    g->list[g->n++] = &findings->list[i];
  }
  for (uint32_t i = 0; i < groups.n; i++) {
    struct finding_group *g = &groups.list[i];
    qsort(g->list, g->n, sizeof *g->list, worst_first);
    g->sentence = say_group(g);
  }
  return groups;
}

void finding_groups_free(struct finding_groups *groups) {
  for (uint32_t i = 0; i < groups->n; i++) {
    g_free(groups->list[i].list);
    g_free(groups->list[i].sentence);
  }
  g_free(groups->list);
  *groups = (struct finding_groups){0};
}

/* --- as JSON -------------------------------------------------------------------------------- */

json_t *finding_json(const struct finding_list *findings) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < findings->n; i++) {
    const struct finding *f = &findings->list[i];
    json_t *tree = json_object();
    json_object_set_new(tree, "component", json_text(f->component));
    json_object_set_new(tree, "limit", json_text(f->limit));
    json_object_set_new(tree, "rule", json_text(rules[f->rule].key));
    json_object_set_new(tree, "severity", json_text(severity_name[f->severity]));
    json_object_set_new(tree, "sentence", json_text(f->sentence));
    json_array_append_new(list, tree);
  }
  return list;
}

json_t *finding_groups_json(const struct finding_groups *groups) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < groups->n; i++) {
    const struct finding_group *g = &groups->list[i];
    json_t *tree = json_object(), *names = json_array();
    for (uint32_t k = 0; k < g->n; k++) {
      json_array_append_new(names, json_text(g->list[k]->component));
    }
    json_object_set_new(tree, "components", names);
    json_object_set_new(tree, "rule", json_text(rules[g->rule].key));
    json_object_set_new(tree, "severity", json_text(severity_name[g->severity]));
    json_object_set_new(tree, "sentence", json_text(g->sentence));
    json_array_append_new(list, tree);
  }
  return list;
}
