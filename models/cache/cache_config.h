/* What a scenario says about a cache. */
#ifndef CACHE_CONFIG_H
#define CACHE_CONFIG_H

#include "eviction.h"
#include "outbound.h"
#include "outline.h"
#include "second_best.h"

enum expire { EXPIRE_AFTER_WRITE, EXPIRE_AFTER_ACCESS };
enum invalidate { INVALIDATE_NEVER, INVALIDATE_ON_WRITE };

struct cache_config {
  struct room capacity;
  struct dist object_size;
  struct ttl ttl;
  uint64_t stale_ns, negative_ns;
  double early;
  bool single_flight, warm;
  uint32_t policy, expire, origin, invalidate, per;
  struct writes write;
  struct priorities passes;
  struct outbound_config calls;
  struct fallbacks fallback;
  struct dist hit_time;
};

extern const struct param cache_params[];

/* Whether answers to an operation are never kept. */
bool cache_passes(const struct cache_config *config, int op);

bool cache_validate(const struct spec *spec, const struct component_spec *component,
                    struct error *err);
void cache_outline(const struct spec *spec, const struct component_spec *component, int op,
                   struct outline *out);

#endif
