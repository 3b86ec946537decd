#include "classes.h"

#include <string.h>

static const char *const by_names[] = {"op", "tier", "any"};

bool classes_valid(const struct priorities *list, enum class_by by, const char *key,
                   struct error *err) {
  if (by == CLASS_BY_ANY) return true;
  const uint8_t *known = by == CLASS_BY_TIER ? list->tiers : list->ops;
  for (uint32_t i = 0; i < list->n; i++) {
    if (known[i] != PRIORITY_NONE) continue;
    return error_set(err, "'%s' names '%s', which is no %s; with by = \"%s\" it lists %s", key,
                     list->name[i], by == CLASS_BY_TIER ? "tier" : "operation", by_names[by],
                     by == CLASS_BY_TIER ? "tiers" : "operations");
  }
  return true;
}

bool classes_read_users(const struct priorities *list, enum class_by by) {
  for (uint32_t i = 0; by != CLASS_BY_OP && i < list->n; i++) {
    if (list->tiers[i] != PRIORITY_NONE) return true;
  }
  return false;
}

void classes_init(struct sim *sim, struct classes *classes, const struct priorities *list,
                  enum class_by by) {
  classes->list = list;
  classes->tiers = classes_read_users(list, by);
  classes->tells_more = classes->tiers;
  if (classes->tiers) column_want(sim, COLUMN_TIER);
  memset(classes->of_op, (int)list->n, sizeof classes->of_op);
  memset(classes->of_tier, (int)list->n, sizeof classes->of_tier);
  for (uint32_t i = 0; i < list->n; i++) {
    bool op = by != CLASS_BY_TIER && list->ops[i] != PRIORITY_NONE;
    bool tier = by != CLASS_BY_OP && list->tiers[i] != PRIORITY_NONE;
    if (op) classes->of_op[list->ops[i]] = (uint8_t)i;
    if (tier) classes->of_tier[1 + list->tiers[i]] = (uint8_t)i;
  }
}

uint8_t classes_find(const struct sim *sim, const struct classes *classes,
                     const struct frame *call) {
  uint8_t class = classes->of_op[call->op];
  if (classes->tiers) {
    uint8_t of_tier = classes->of_tier[column_get(sim, call, COLUMN_TIER)];
    if (of_tier < class) class = of_tier;
  }
  return class;
}
