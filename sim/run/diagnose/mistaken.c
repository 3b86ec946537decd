#include "mistaken.h"

#include "action_def.h"
#include "format.h"

#define MISTAKEN_LEAST 3 /* in a replication, on average */
#define MISTAKEN_SHARE 0.5

void mistaken_look(const struct results *results, const struct component_spec *control,
                   struct finding_list *list) {
  const struct control_act *act = action_of(control);
  if (act == NULL || act->action->on_failed == NULL) return;
  double all = results_value_of(results, control->name, "suspicions");
  double mistaken = results_value_of(results, control->name, "false_alarms");
  if (!(mistaken >= MISTAKEN_LEAST && mistaken > MISTAKEN_SHARE * all)) return;
  struct finding *f = finding_add(list, RULE_MISTAKEN, SEVERITY_SATURATED, control->name, NULL);
  f->effect = mistaken;
  struct label wrong = format_count(mistaken), found = format_count(all);
  const struct component_spec *target = &results->scenario->spec.component[act->target];
  finding_say(
      f, wrong.text,
      "of the %s times that it found a member of %s to have failed%s, no fault had hit that "
      "in %s: it was busy, starting, or cut off from it%s",
      found.text, target->name, results->replications > 1 ? ", averaged over replications" : "",
      wrong.text, target->instances > 1 ? ", and the others had its load to bear" : "");
}
