#include "param_type.h"

#include "dist.h"
#include "program.h"

const struct param_type_def param_types[PARAM_TYPES] = {
    [PARAM_BOOL] = {"boolean", sizeof(bool), false},
    [PARAM_COUNT] = {"count", sizeof(uint64_t), false},
    [PARAM_NUMBER] = {"number", sizeof(double), false},
    [PARAM_RATIO] = {"ratio", sizeof(double), false},
    [PARAM_DURATION] = {"duration", sizeof(uint64_t), false},
    [PARAM_RATE] = {"rate", sizeof(double), false},
    [PARAM_BYTES] = {"size", sizeof(uint64_t), false},
    [PARAM_BANDWIDTH] = {"bandwidth", sizeof(double), false},
    [PARAM_TIME_DIST] = {"time", sizeof(struct dist), false},
    [PARAM_SIZE_DIST] = {"sizes", sizeof(struct dist), false},
    [PARAM_ENUM] = {"choice", sizeof(uint32_t), false},
    [PARAM_TEXT] = {"text", sizeof(const char *), false},
    [PARAM_REF] = {"component", sizeof(uint32_t), true},
    [PARAM_REFS] = {"components", sizeof(struct refs), true},
    [PARAM_ROUTES] = {"routes", sizeof(struct routes), true},
    [PARAM_GROUP] = {"group", 0, false},
    [PARAM_ARRIVALS] = {"arrivals", sizeof(struct arrivals), false},
    [PARAM_MIX] = {"mix", sizeof(struct mix), true},
    [PARAM_TIERS] = {"tiers", sizeof(struct mix), true},
    [PARAM_USERS] = {"users", sizeof(struct keys), false},
    [PARAM_KEYS] = {"keys", sizeof(struct keys), false},
    [PARAM_BACKOFF] = {"pause", sizeof(struct backoff), false},
    [PARAM_OP] = {"operation", sizeof(int), true},
    [PARAM_OP_KNOWN] = {"known_operation", sizeof(int), true},
    [PARAM_STEPS] = {"steps", sizeof(struct block), true},
    [PARAM_FALLBACKS] = {"fallbacks", sizeof(struct fallbacks), true},
    [PARAM_HANDLERS] = {"handlers", sizeof(struct handlers), true},
    [PARAM_PRIORITY] = {"operations", sizeof(struct priorities), true},
    [PARAM_BUDGET] = {"budget", sizeof(struct budget), false},
    [PARAM_AFTER] = {"after", sizeof(struct after), false},
    [PARAM_WINDOW] = {"window", sizeof(struct window), false},
    [PARAM_PLACES] = {"places", sizeof(struct concurrency_config), false},
    [PARAM_CAUSES] = {"causes", sizeof(uint32_t), false},
};

#define ALIGNED(size) \
  (((size) + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t))

size_t param_size(const struct param *param) {
  if (param->type != PARAM_GROUP) return param_types[param->type].size;
  size_t size = sizeof(bool); /* `given` */
  for (const struct param *p = param->group; p->name; p++) {
    if (p->offset + param_size(p) > size) size = p->offset + param_size(p);
  }
  return size;
}

size_t params_place(struct param *params, size_t from) {
  for (; params->name; params++) {
    params->offset = ALIGNED(from);
    from = params->offset + param_size(params);
  }
  return ALIGNED(from);
}
