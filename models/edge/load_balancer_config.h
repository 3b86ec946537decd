/* What users may say of a load balancer, and what that means where nothing is run. */
#ifndef LOAD_BALANCER_CONFIG_H
#define LOAD_BALANCER_CONFIG_H

#include "algorithm.h"
#include "locality.h"
#include "outbound.h"
#include "outlier.h"
#include "outline.h"
#include "param.h"
#include "program.h"
#include "second_best.h"
#include "sim.h"
#include "whom.h"

#define MAX_BACKENDS 32767

struct load_balancer_config {
  uint32_t algorithm; /* index into algorithms */
  uint32_t by;        /* enum hash_by */
  struct refs backends;
  struct routes route; /* of those operations that have one */
  struct block on;     /* limits */
  uint64_t layer;      /* 7, or 4: connections are balanced, not calls */
  struct weights weights;
  uint64_t choices, points, connect_retries;
  double bounded; /* 0: it is not */
  double panic;   /* 0: it never does */
  double overprovisioning;
  uint64_t slow_start_ns, sticky_ns; /* 0: none */
  struct outbound_config calls;
  struct fallbacks fallback;
  struct health_config {
    bool given;
    uint64_t interval_ns, timeout_ns, fall, rise;
    uint32_t first; /* enum first_check */
    int op;         /* -1: a check that the host answers */
  } health;
  struct outlier_config outlier;
  struct locality_config zone_aware;
  struct reports_config {
    bool given;
    uint64_t every_ns;
  } reports;
};

extern const struct param load_balancer_params[];

/* The one that is named; round robin by weight is an algorithm of its own. */
const struct algorithm *load_balancer_algorithm(const struct load_balancer_config *config);

/* kind.place: where no backends are said, the components that have a weight are. */
void load_balancer_place(struct component_spec *component, struct arena *arena);

/* Of each instance of a component among the backends: 1 where `weights` do not name it. */
/* kind.add_version. */
void load_balancer_add_version(void *config, uint32_t from, uint32_t to, struct arena *arena);
double load_balancer_weight(const struct load_balancer_config *config, uint32_t component);

bool load_balancer_validate(const struct spec *spec, const struct component_spec *component,
                            struct error *err);

void load_balancer_outline(const struct spec *spec, const struct component_spec *component, int op,
                           struct outline *out);

/* What it does about its calls: `calls`, and connect_retries in the words of that. */
struct outbound_config load_balancer_policy(const struct load_balancer_config *config);

#endif
