/* What users may say about a storage, and what its disks count. */
#ifndef STORAGE_CONFIG_H
#define STORAGE_CONFIG_H

#include "kind.h"
#include "meter.h"
#include "param.h"
#include "placement.h"

struct storage_outage {
  bool given;
  struct dist every; /* ns */
  double loses;
};

struct storage_config {
  uint64_t copies, need, groups, scatter;
  uint32_t placement;  /* enum placement_rule */
  struct dist life;    /* ns; a constant 0: none is said */
  struct dist rebuild; /* ns; the same */
  struct dist after;   /* ns */
  uint64_t size;
  double bits_per_s;
  uint64_t helpers, at_once;
  double bias;
  struct storage_outage outage;
};

static inline bool storage_is_said(const struct dist *dist) {
  return dist->kind != DIST_CONSTANT || dist->a > 0;
}

/* What one member, a disk, counts. */
struct storage_meters {
  uint64_t failures, rebuilds, outages, harmful, harmless;
  struct level rebuilding, waiting, at_risk;
  struct hist exposed;
};

extern const struct param storage_params[];
extern const struct meter storage_meters[];
extern const struct metric_def storage_metrics[];
bool storage_has_meter(const void *config, const struct meter *meter);
bool storage_validate(const struct spec *spec, const struct component_spec *component,
                      struct error *err);

/* Mean time from a loss until the disk is whole, without waiting; and of the copying alone. */
double storage_rebuild_mean_ns(const struct storage_config *config);
double storage_copy_ns(const struct storage_config *config);

#endif
