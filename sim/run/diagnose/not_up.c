#include "not_up.h"

#include "fault_def.h"
#include "sim.h"
#include "together.h"

/* "kv[2] was not there", of members that had left, where none was down; and that nobody else takes
 * its calls, where the kind decides which member a call is for. True: it was so. */
static bool say_not_there(const struct results *results, uint32_t id, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  const struct component_spec *c = &spec->component[id];
  uint32_t left = 0, which = 0;
  if (!(results_value_of(results, c->name, "instances") < c->instances)) return false;
  for (uint32_t i = 0; i < spec->faults; i++) {
    const struct fault_spec *fault = &spec->fault[i];
    if (fault->type->life != LIFE_LEAVES && fault->type->life != LIFE_COMES) continue;
    if (fault->target.id != id || !target_is_component(fault->target)) continue;
    which = fault->target.kind == TARGET_MEMBER && left == 0 ? fault->target.member : 0;
    left++;
  }
  if (left == 0) return false;
  if (which > 0) g_string_append_printf(text, "%s[%u] was", c->name, which);
  if (which == 0) g_string_append_printf(text, "members of %s were", c->name);
  g_string_append(text, " not there");
  if (c->kind->pick == component_pick_holder)
    g_string_append(text, ", and no other one takes its calls");
  return true;
}

bool not_up_say(const struct results *results, uint32_t id, GString *text) {
  const struct component_spec *c = &results->scenario->spec.component[id];
  uint32_t down = 0, which = 0;
  for (uint32_t i = 1; c->instances > 1 && i <= c->instances; i++) {
    gchar *member = g_strdup_printf("%s[%u]", c->name, i);
    if (results_value_of(results, member, "uptime") < 1) {
      down++;
      which = i;
    }
    g_free(member);
  }
  if (down == 0 && say_not_there(results, id, text)) return false;
  bool whole = down == c->instances && together_down(results, id);
  if (whole) down = 0;
  if (down == 0) g_string_append_printf(text, "%s was", c->name);
  if (down == 1) g_string_append_printf(text, "%s[%u] was", c->name, which);
  if (down > 1) g_string_append_printf(text, "members of %s were", c->name);
  g_string_append(text, " not up");
  return down > 1;
}
