/* Scenes with a balancer, for its tests. */
#ifndef BALANCER_KIT_H
#define BALANCER_KIT_H

#include "harness.h"

static inline struct node *add_balancer(struct scene *scene, const char *algorithm,
                                        const char *backends) {
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "algorithm", algorithm);
  node_set(lb, "backends", backends);
  return lb;
}

static inline struct fault_spec strong_ms(const struct fault_def *type, uint64_t at_ms,
                                          uint64_t lasts_ms) {
  struct fault_spec fault = fault_ms(type, at_ms, lasts_ms);
  fault.factor = 10;
  fault.ratio = 1;
  return fault;
}

static inline double healthy_at(struct run *run, uint64_t time_ns) {
  assert_true(sim_run(run->sim, time_ns));
  run_finish(run);
  return metric(run, "lb.healthy_backends.end");
}

/* Two backends, checked at 1, 3, 5 ... and 2, 4, 6 ... s. */
static inline struct scene *checked_scene(struct recorder *web) {
  struct scene *scene = scene_new();
  struct node *lb = add_balancer(scene, "round_robin", "web");
  node_set(lb, "health_check.interval", "2s");
  node_set(lb, "health_check.timeout", "1s");
  node_set(lb, "health_check.fall", "3");
  node_set(lb, "health_check.rise", "2");
  node_set(lb, "health_check.first", "even");
  scene_add_recorder(scene, "web", 2, web);
  return scene;
}

#endif
