/* Rules about who may call whom. */
#include <stdlib.h>

#include "arena.h"
#include "lint.h"
#include "network/access.h"
#include "sim.h"

/* Whether members of one may call members of the other, wherever they live. */
static bool may_call(const struct spec *spec, const struct allow_spec *only, uint32_t caller,
                     uint32_t called) {
  for (uint32_t i = 0; i < lint_sites_of(spec, caller); i++) {
    for (uint32_t k = 0; k < lint_sites_of(spec, called); k++) {
      struct site from = lint_site_of(spec, caller, i), to = lint_site_of(spec, called, k);
      if (only ? access_rule_allows(spec, only, from, to, -1) : access_allows(spec, from, to, -1)) {
        return true;
      }
    }
  }
  return false;
}

struct denied {
  struct lint *lint;
  bool *said; /* by caller */
};

/* Who is a client may be there to be turned away. */
static bool look_for_denied(void *context, uint32_t caller, uint32_t called) {
  struct denied *d = context;
  const struct spec *spec = d->lint->spec;
  if (spec->component[caller].kind->is_source || spec->component[called].kind->by_name) return true;
  if (d->said[caller] || may_call(spec, NULL, caller, called)) return true;
  d->said[caller] = true;
  lint_add_component(d->lint, caller)->what =
      lint_text(d->lint, "it calls %s, and no allow lets that pass", spec->component[called].name);
  return true;
}

void lint_calls_denied(struct lint *lint) {
  if (lint->spec->allows == 0) return;
  struct denied d = {lint, mem_zeroed(lint->spec->components, sizeof *d.said)};
  lint_meetings(lint, look_for_denied, &d);
  free(d.said);
}

struct rule_used {
  const struct spec *spec;
  const struct allow_spec *allow;
  bool used;
};

static bool mark_rule(void *context, uint32_t caller, uint32_t called) {
  struct rule_used *r = context;
  r->used |= may_call(r->spec, r->allow, caller, called);
  return !r->used;
}

void lint_unused_allow(struct lint *lint) {
  const struct spec *spec = lint->spec;
  if (!lint->graph->complete) return;
  for (uint32_t i = 0; i < spec->allows; i++) {
    const struct allow_spec *allow = &spec->allow[i];
    struct rule_used r = {spec, allow, false};
    lint_meetings(lint, mark_rule, &r);
    if (r.used) continue;
    const char *from = spec_place_name(spec, allow->from), *to = spec_place_name(spec, allow->to);
    lint_add(lint, allow->file, allow->line, lint_text(lint, "%s-%s", from, to))->what =
        lint_text(lint, "nothing calls from %s to %s", from, to);
  }
}
