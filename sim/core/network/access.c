#include "network/access.h"

#include <string.h>

#include "arena.h"
#include "metric.h"
#include "sim.h"

struct access {
  uint64_t *blocked; /* by called member, since the warm-up */
};

/* "gateway/cache" is a part of "gateway". */
static bool is_part_of(const char *part, const char *whole) {
  size_t length = strlen(whole);
  return !strncmp(part, whole, length) && (part[length] == '/' || part[length] == '\0');
}

static bool is_at(const struct spec *spec, struct place place, struct site site) {
  switch (place.kind) {
    case PLACE_COMPONENT:
      return is_part_of(spec->component[site.component].name, spec->component[place.id].name);
    case PLACE_ZONE:
      return site.zone == place.id;
    case PLACE_REGION:
      return site.zone != REF_NONE && spec->zone[site.zone].region == place.id;
  }
  return false;
}

static bool is_about(const struct allow_spec *allow, int op) {
  if (allow->ops == 0 || op < 0) return true;
  for (uint32_t i = 0; i < allow->ops; i++) {
    if (allow->op[i] == op) return true;
  }
  return false;
}

/* Parts of the same composed component, or the same one. */
static bool belong_together(const struct spec *spec, uint32_t a, uint32_t b) {
  const char *one = spec->component[a].name, *other = spec->component[b].name;
  size_t length = strcspn(one, "/");
  return length == strcspn(other, "/") && !strncmp(one, other, length);
}

bool access_rule_allows(const struct spec *spec, const struct allow_spec *allow, struct site from,
                        struct site to, int op) {
  return is_at(spec, allow->from, from) && is_at(spec, allow->to, to) && is_about(allow, op);
}

bool access_allows(const struct spec *spec, struct site from, struct site to, int op) {
  if (spec->allows == 0 || belong_together(spec, from.component, to.component)) return true;
  for (uint32_t i = 0; i < spec->allows; i++) {
    if (access_rule_allows(spec, &spec->allow[i], from, to, op)) return true;
  }
  return false;
}

/* Whether what is blocked on its way there vanishes. */
static bool drops(const struct spec *spec, struct site to) {
  for (uint32_t i = 0; i < spec->allows; i++) {
    if (spec->allow[i].drop && is_at(spec, spec->allow[i].to, to)) return true;
  }
  return false;
}

static struct site site_of(const struct member *m) {
  return (struct site){m->component->id, m->zone};
}

enum passage access_check(struct sim *sim, const struct member *from, const struct member *to,
                          const struct frame *call) {
  struct site a = site_of(from), b = site_of(to);
  int op = call->flags & CALL_MESSAGE ? -1 : call->op;
  if (access_allows(sim->spec, a, b, op)) return PASSES;
  sim->access->blocked[to->id]++;
  return drops(sim->spec, b) ? DROPPED : DENIED;
}

/* --- life and results ------------------------------------------------------------------------ */

void access_init(struct sim *sim) {
  if (sim->spec->allows == 0) return;
  sim->access = arena_lines(sim->arena, 1, sizeof *sim->access);
  sim->access->blocked = arena_lines(sim->arena, sim->members, sizeof(uint64_t));
}

void access_reset(struct sim *sim) {
  if (sim->access) memset(sim->access->blocked, 0, sim->members * sizeof(uint64_t));
}

void access_collect(struct sim *sim, const struct component *component, struct metrics *out) {
  if (!sim->access || component->kind->is_source) return;
  double blocked = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    blocked += (double)sim->access->blocked[component->member[i].id];
  }
  metric_counted(out, UNIT_COUNT, blocked, 1, "%s.blocked", component->spec->name);
}
