/* Rules about hosts, what runs on them, and what all that costs. */
#include <string.h>

#include "lint.h"
#include "quantity.h"
#include "tenancy.h"

static const char *bytes(struct lint *lint, double n) {
  char text[64];
  quantity_format(QUANTITY_SIZE, n, text, sizeof text);
  return lint_text(lint, "%s", text);
}

static void look_at_memory(struct lint *lint, uint32_t host, uint64_t memory) {
  const struct component_spec *on = &lint->spec->component[host];
  double needs = 0;
  const struct component_spec *endless = NULL;
  struct tenancy of_endless = {0};
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *tenant = &lint->spec->component[c];
    if (tenancy_host(tenant) != host) continue;
    struct tenancy takes = tenant->kind->tenancy(tenant->config);
    double instances = (tenant->instances + on->instances - 1) / on->instances;
    needs += instances * (double)takes.base;
    if (takes.request == 0) continue;
    if (takes.calls == PARAM_UNLIMITED) {
      endless = tenant;
      of_endless = takes;
    } else {
      needs += instances * (double)takes.request * (double)takes.calls;
    }
  }
  if (endless == NULL && needs <= (double)memory) return;
  struct finding *f = lint_add_component(lint, host);
  if (endless) {
    f->what = lint_text(lint, "its %s are shared by %s, of whose calls any number may be present",
                        bytes(lint, (double)memory), endless->name);
    f->why = lint_text(lint, "each of these takes %s", bytes(lint, (double)of_endless.request));
  } else {
    f->what = lint_text(lint, "what runs on it wants %s when all its workers and queues are full",
                        bytes(lint, needs));
    f->why = lint_text(lint,
                       "it has %s; from then on it swaps, calls take longer and more of them "
                       "are there",
                       bytes(lint, (double)memory));
  }
}

void lint_swaps_when_full(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *host = &lint->spec->component[c];
    if (host->kind->lodging == NULL) continue;
    struct lodging offers = host->kind->lodging(host->config);
    if (offers.memory > 0) look_at_memory(lint, c, offers.memory);
  }
}

/* Whatever its load is, a process that takes more than its limit before its queue is full is
 * killed where it should refuse. */
void lint_killed_when_full(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *component = &lint->spec->component[c];
    if (component->kind->tenancy == NULL) continue;
    struct tenancy takes = component->kind->tenancy(component->config);
    if (takes.limit == 0) continue;
    bool endless = takes.calls == PARAM_UNLIMITED;
    double needs = (double)takes.base;
    if (takes.request > 0 && !endless) needs += (double)takes.request * (double)takes.calls;
    if (needs <= (double)takes.limit && !(endless && takes.request > 0)) continue;
    struct finding *f = lint_add_component(lint, c);
    f->why = lint_text(lint, "past %s the process is killed, and all its calls are lost",
                       bytes(lint, (double)takes.limit));
    f->what = endless ? lint_text(lint, "any number of calls may be present, and each takes %s",
                                  bytes(lint, (double)takes.request))
                      : lint_text(lint, "an instance takes %s when its workers and queue are full",
                                  bytes(lint, needs));
  }
}

/* --- prices --------------------------------------------------------------------------------- */

static bool a_goal_is_on_all_costs(const struct lint *lint) {
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const char *metric = lint->scenario->goal[i].metric;
    if (!strcmp(metric, "cost.hour") || !strcmp(metric, "cost.request")) return true;
  }
  return false;
}

/* What runs on a host is paid with it, and a part of what a user wrote as one with the whole. */
static bool may_cost(const struct component_spec *c) {
  const struct kind *kind = c->kind;
  bool works = !kind->is_source && !kind->stands_apart && !kind->by_name;
  return works && tenancy_host(c) == REF_NONE && (c->of == NULL || spec_composed(c) != NULL);
}

void lint_costs_nothing(struct lint *lint) {
  if (!a_goal_is_on_all_costs(lint)) return;
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *component = &lint->spec->component[c];
    if (component->price != NULL || !may_cost(component)) continue;
    lint_add_component(lint, c)->what = "it has no price";
  }
}
