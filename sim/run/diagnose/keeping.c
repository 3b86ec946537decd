#include "keeping.h"

#include <glib.h>
#include <math.h>

#include "fault_def.h"
#include "format.h"
#include "kind.h"
#include "quarters.h"
#include "way.h"

/* A smaller share of messages that found no room is no finding. */
#define TURNED_AWAY_LEAST 0.001

static double known(const struct results *results, const char *name, const char *metric) {
  double value = results_value_of(results, name, metric);
  return isnan(value) ? 0 : value;
}

static void look_at_room(const struct results *results, const struct component_spec *c,
                         struct finding_list *list) {
  double refused = known(results, c->name, "refused"), dropped = known(results, c->name, "dropped");
  double blocked = known(results, c->name, "blocked");
  double published = known(results, c->name, "published");
  double share = (refused + dropped) / (refused + published);
  if (!c->kind->keeps_messages || !(share >= TURNED_AWAY_LEAST || blocked > 0)) return;
  struct finding *f = finding_add(list, RULE_TOPIC_FULL, SEVERITY_SATURATED, c->name, NULL);
  struct label most = format_count(known(results, c->name, "backlog.max"));
  if (refused + dropped > 0) {
    f->effect = refused + dropped;
    finding_say(f, format_value(UNIT_RATIO, share).text,
                "%s messages waited, and %s of those that came %s", most.text,
                format_value(UNIT_RATIO, share).text,
                refused > 0 ? "were refused for want of room" : "put out one that waited");
  } else {
    f->effect = blocked;
    finding_say(f, format_count(blocked).text,
                "%s messages waited, and %s publishers waited for room, averaged over time",
                most.text, format_count(blocked).text);
  }
}

/* Whether a copy was away or cut off in the last quarter of the run: it gets no writes meanwhile,
 * however quickly copies apply them. */
static bool one_was_away(const struct results *results, uint32_t id) {
  const struct spec *spec = &results->scenario->spec;
  const struct timeline *t = results->timeline;
  uint64_t late_ns = results->duration_ns / 4 * 3;
  bool *on = g_new0(bool, spec->components), away = false;
  on[id] = true;
  const struct way here = {spec, on};
  for (uint32_t i = 0; t != NULL && i < t->periods && !away; i++) {
    const struct fault_def *type = t->period[i].fault->type;
    bool keeps_out = type->refuses || type->stalls || type->swallows || type->severs ||
                     type->loses_data || type->life == LIFE_ENDS || type->life == LIFE_LEAVES;
    away = keeps_out && t->period[i].until_ns > late_ns && way_meets(&here, t->period[i].fault);
  }
  g_free(on);
  return away;
}

static void look_at_copies(const struct results *results, uint32_t id, const char *name,
                           struct finding_list *list) {
  double before = quarter_of(results, id, "behind", 2),
         between = quarter_of(results, id, "behind", 3);
  double after = quarter_of(results, id, "behind", 4);
  if (!(after > GROWTH_LEAST && after > GROWTH * before)) return;
  if (!(after > STEADY * between && between > STEADY * before)) return;
  if (one_was_away(results, id)) return;
  struct finding *f = finding_add(list, RULE_BEHIND, SEVERITY_SATURATED, name, NULL);
  f->effect = after;
  finding_say(f, format_count(after).text,
              "one lacked %s writes on average in the second quarter of the run, %s in the last; "
              "more are written than copies apply, and the longer the run, the older what they "
              "know (p99 %s)",
              format_count(before).text, format_count(after).text,
              format_value(UNIT_SECONDS, results_value_of(results, name, "lag.p99")).text);
}

void keeping_look_at(const struct results *results, uint32_t component, struct finding_list *list) {
  const struct component_spec *c = &results->scenario->spec.component[component];
  look_at_room(results, c, list);
  look_at_copies(results, component, c->name, list);
}
