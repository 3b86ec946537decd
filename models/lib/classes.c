#include "classes.h"

#include <string.h>

#include "asker.h"

const char *const class_by_names[] = {"op", "tier", "client", "caller", NULL};
const char *const class_by_names_or_any[] = {"op", "tier", "client", "caller", "any", NULL};

static const struct {
  const char *one, *several;
} named[] = {
    [CLASS_BY_OP] = {"operation", "operations"},
    [CLASS_BY_TIER] = {"tier", "tiers"},
    [CLASS_BY_CLIENT] = {"client", "clients"},
    [CLASS_BY_CALLER] = {"component that calls", "components that call"},
    [CLASS_BY_ANY] = {"operation and no tier", "operations and tiers"},
};

static bool is_one(const struct spec *spec, const struct priorities *list, enum class_by by,
                   uint32_t i) {
  uint32_t component = list->components[i];
  bool left_out = component == spec->components;
  switch (by) {
    case CLASS_BY_OP:
      return list->ops[i] != PRIORITY_NONE;
    case CLASS_BY_TIER:
      return list->tiers[i] != PRIORITY_NONE;
    case CLASS_BY_CLIENT:
      return component != REF_NONE && (left_out || spec->component[component].kind->is_source);
    case CLASS_BY_CALLER:
      return component != REF_NONE;
    case CLASS_BY_ANY:
      return list->ops[i] != PRIORITY_NONE || list->tiers[i] != PRIORITY_NONE;
  }
  return false;
}

bool classes_valid(const struct spec *spec, const struct priorities *list, enum class_by by,
                   const char *key, struct error *err) {
  for (uint32_t i = 0; i < list->n; i++) {
    if (is_one(spec, list, by, i)) continue;
    return error_set(err, "'%s' names '%s', which is no %s; with by = \"%s\" it lists %s", key,
                     list->name[i], named[by].one, class_by_names_or_any[by], named[by].several);
  }
  return true;
}

bool classes_read_users(const struct priorities *list, enum class_by by) {
  if (by != CLASS_BY_TIER && by != CLASS_BY_ANY) return false;
  for (uint32_t i = 0; i < list->n; i++) {
    if (list->tiers[i] != PRIORITY_NONE) return true;
  }
  return false;
}

void classes_init(struct sim *sim, struct classes *classes, const struct priorities *list,
                  enum class_by by) {
  classes->list = list;
  classes->tiers = classes_read_users(list, by);
  classes->clients = by == CLASS_BY_CLIENT && list->n > 0;
  classes->callers = by == CLASS_BY_CALLER && list->n > 0;
  classes->tells_more = classes->tiers || classes->clients || classes->callers;
  if (classes->tiers) column_want(sim, COLUMN_TIER);
  if (classes->clients) column_want(sim, COLUMN_CLIENT);
  if (classes->callers) column_want(sim, COLUMN_CALLER);
  memset(classes->of_op, (int)list->n, sizeof classes->of_op);
  memset(classes->of_tier, (int)list->n, sizeof classes->of_tier);
  for (uint32_t i = 0; i < list->n; i++) {
    bool any = by == CLASS_BY_ANY;
    bool op = (any || by == CLASS_BY_OP) && list->ops[i] != PRIORITY_NONE;
    bool tier = (any || by == CLASS_BY_TIER) && list->tiers[i] != PRIORITY_NONE;
    if (op) classes->of_op[list->ops[i]] = (uint8_t)i;
    if (tier) classes->of_tier[1 + list->tiers[i]] = (uint8_t)i;
  }
}

static uint8_t of_client(const struct sim *sim, const struct priorities *list, uint64_t client) {
  uint32_t i = 0;
  for (; i < list->n; i++) {
    uint32_t id = list->components[i];
    if (id < sim->spec->components && sim->component[id].name_hash == client) break;
  }
  return (uint8_t)i;
}

static uint8_t of_caller(const struct priorities *list, const struct member *caller) {
  uint32_t i = 0;
  while (i < list->n && !(caller && list->components[i] == caller->component->id)) i++;
  return (uint8_t)i;
}

uint8_t classes_find(const struct sim *sim, const struct classes *classes,
                     const struct frame *call) {
  const struct priorities *list = classes->list;
  if (classes->clients) return of_client(sim, list, column_get(sim, call, COLUMN_CLIENT));
  if (classes->callers) return of_caller(list, asker_of(sim, call));
  uint8_t op = classes->of_op[call->op];
  uint8_t tier = classes->of_tier[column_get(sim, call, COLUMN_TIER)];
  return op < tier ? op : tier;
}
