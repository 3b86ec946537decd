/* What the tests of the engine and of the kinds share.
 *
 * A scene is a spec under construction: components by kind and name, their parameters as the text a
 * user would write, found through the kind's public table. What is not set has the table's
 * default. Handlers, paths and faults are given in C. Everything is named, so order is free.
 *
 * Two kinds exist only here: a sender, which makes a given list of calls and notes how each ended,
 * and a recorder, which notes every call that reaches it and answers or passes it on.
 *
 * Each run is checked: run_finish fails the test if any physics check of the engine fails. */
#ifndef HARNESS_H
#define HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>

#include "dist_make.h"
#include "fault_def.h"
#include "metric.h"
#include "outbound.h"
#include "program.h"
#include "sim.h"
#include "station.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)

/* --- building ------------------------------------------------------------------------------- */

struct scene;
struct node; /* a component of a scene */

struct scene *scene_new(void);
void scene_free(struct scene *scene);

struct node *scene_add(struct scene *scene, const char *kind, const char *name, uint32_t instances);

/* Of a kind that the test itself defines. */
struct node *scene_add_kind(struct scene *scene, const struct kind *kind, const char *name,
                            uint32_t instances);

/* Sets a parameter, "workers" or "retry.attempts", from text:
 *   counts "64" "unlimited", durations "10ms" "never", ratios "20%", sizes "10kB", enums, names
 *   "db" or "a, b"; distributions "10ms", "exponential 10ms", "uniform 1ms 3ms";
 *   arrivals "poisson 90/s", "constant 3/s", "closed 10 1s" (the last part is a distribution),
 *   "bursts 50 10/s", "bursts geometric 5 10/s", "burst 1000 2s", "mmpp 50/s 60s 500/s 5s"; in
 * place of a rate "profile lines 20s 0s 50/s 9s 400/s" (or steps; the period, 0s: none; the
 * points); mix "browse 0.9, buy 0.1"; keys "uniform 100", "zipf 100 0.9"; causes "timeout, reset";
 *   priority "buy, browse"; weights "v1 9, v2 1"; backoff "100ms" or "exponential BASE CAP FACTOR
 * JITTER"; detector "phi 8"; act "promote db, takes 5s"; a metric to watch
 *   "web.utilization", and a limit of it "70%", "100", "250ms" or "10/s". */
void node_set(struct node *node, const char *param, const char *text);
void node_life(struct node *node, struct dist start, uint64_t drain_ns);
void node_zones(struct node *node, const char *zones); /* "eu-1, eu-2" */

/* Whether the kind accepts the configuration; builds the scene. */
bool node_valid(struct node *node, struct error *err);

uint8_t scene_tier(struct scene *scene, const char *tier); /* the same for a tier */
uint8_t scene_op(struct scene *scene, const char *op);     /* its index; added when new */
void scene_zone(struct scene *scene, const char *zone, const char *region /* or NULL */);
/* Ends are names of components, zones or regions; those of `path` are filled in. */
void scene_path(struct scene *scene, const char *from, const char *to, struct path_spec path);
/* Targets are "web", "web[2]", "web[*]", a zone or a region; `other` may be NULL. Without a name
 * the fault is called "fault<n>". */
void scene_fault(struct scene *scene, const char *target, const char *other,
                 struct fault_spec fault);
const struct spec *scene_spec(struct scene *scene); /* ends the building */

/* A fault of constant length, without a place; one that makes everything slower. */
struct fault_spec fault_ms(const struct fault_def *type, uint64_t at_ms, uint64_t lasts_ms);
struct fault_spec slow_ms(double factor, uint64_t at_ms, uint64_t lasts_ms);

/* A policy that declares nothing, to be filled in. */
struct outbound_config no_policy(void);

/* A handler of a service, step by step; STEP_END is added. Each returns the index of its step. */
struct handler_builder;
struct call_to {
  const char *to;
  const char *op;                       /* NULL: inherit */
  uint64_t timeout_ns;                  /* 0: never */
  uint32_t times;                       /* 0: once */
  const struct outbound_config *policy; /* NULL: none but the timeout */
  double request_bytes, response_bytes;
  bool each; /* to every member */
};
struct handler_builder *node_on(struct node *node, const char *op /* NULL: any other */);
uint16_t on_work(struct handler_builder *on, const char *dist);
uint16_t on_sleep(struct handler_builder *on, const char *dist);
uint16_t on_call(struct handler_builder *on, struct call_to call);
uint16_t on_parallel(struct handler_builder *on, uint32_t need, uint32_t n,
                     const struct call_to *calls);
uint16_t on_branch(struct handler_builder *on, double chance, const char *op /* NULL: any */);
uint16_t on_jump(struct handler_builder *on);
uint16_t on_fail(struct handler_builder *on);
uint16_t on_reply(struct handler_builder *on);
uint16_t on_hand_over(struct handler_builder *on);         /* a reply that frees the worker */
void on_target(struct handler_builder *on, uint16_t step); /* `step` goes on at the next one */

struct dist exponential_ns(double mean_ns);

/* --- the two kinds -------------------------------------------------------------------------- */

/* A call to be made at `at_ns`, and how it ended. */
struct shot {
  uint64_t at_ns;
  const char *to;
  uint32_t member;     /* 1-based; 0: drawn by the key */
  const char *op;      /* NULL: default */
  uint32_t item;       /* data key */
  uint64_t key;        /* identity; 0: position in the list, from 1 */
  uint64_t timeout_ns; /* 0: never */
  double request_bytes, response_bytes;
  /* Results; zeroed when a run begins. */
  uint32_t ended; /* how often on_reply came: at most once */
  uint32_t rank;  /* of the sender's shots it was the rank-th to end, from 1 */
  uint64_t ended_ns;
  enum outcome outcome;
};

/* At most 32767 shots; the array belongs to the test and outlives the run. */
struct node *scene_add_sender(struct scene *scene, const char *name, struct shot *shots,
                              uint32_t n);

/* From now on the sender's calls go by a policy; all of them have the target of the first one. */
void sender_policy(struct node *sender, struct outbound_config policy);

struct record {
  uint64_t at_ns, ended_ns; /* TIME_NEVER: not answered (yet) */
  uint64_t key;
  uint32_t item, member; /* member: 1-based */
  uint32_t depth;        /* nesting of deliveries when it came */
  uint8_t op;
  enum outcome outcome;
};

struct recorder {
  const char *target;   /* whom the call is passed on to; NULL: it ends here */
  uint64_t fails;       /* the first so many calls are answered with `failure` */
  enum outcome failure; /* OK stands for FAILED */
  uint64_t delay_ns;    /* of the answer, plus ns_per_item times the call's item */
  uint64_t ns_per_item;
  bool mute;            /* never answers */
  uint32_t n, capacity; /* the log, in order of arrival */
  struct record *record;
};

/* The recorder belongs to the test; its log is emptied when a run begins and freed with the scene.
 */
struct node *scene_add_recorder(struct scene *scene, const char *name, uint32_t instances,
                                struct recorder *recorder);

/* --- running -------------------------------------------------------------------------------- */

struct run {
  struct sim *sim;
  struct metrics metrics;
};

/* From time 0, replication 0, with faults. */
struct run run_begin(struct scene *scene, uint64_t seed, uint64_t warmup_ns, uint64_t end_ns);
/* Asserts that the run was not given up and that all physics checks pass; collects. */
void run_finish(struct run *run);
/* All of it: run_begin, sim_run, run_finish. Prints the seed if it is not 1. */
struct run run_scene(struct scene *scene, uint64_t seed, uint64_t end_ns);
void run_free(struct run *run);

/* Fails the test if there is no such metric. */
double metric(const struct run *run, const char *name);
bool has_metric(const struct run *run, const char *name);

/* The member's state, station and flow, by name. */
struct member *run_member(const struct run *run, const char *component, uint32_t member);
struct station *run_station(const struct run *run, const char *component, uint32_t member);

/* All checks of the run pass? If not, *why names the first that does not. */
bool checks_pass(struct sim *sim, struct check *why);

/* --- asserting ------------------------------------------------------------------------------ */

/* |value - expected| <= tolerance, with a message that tells all three. */
void assert_within_at(double value, double expected, double tolerance, const char *what,
                      const char *file, int line);
#define assert_within(value, expected, tolerance) \
  assert_within_at(value, expected, tolerance, #value, __FILE__, __LINE__)
/* Equal but for rounding of doubles. */
#define assert_same(value, expected) \
  assert_within(value, expected, 1e-12 * (1 + fabs((double)(expected))))
/* A share of n independent trials: within 4.5 standard deviations of p. */
void assert_share_at(double hits, double n, double p, const char *what, const char *file, int line);
#define assert_share(hits, n, p) assert_share_at(hits, n, p, #hits, __FILE__, __LINE__)
/* How a shot ended, with a message that tells how it did instead. */
void assert_shot_at(const struct shot *shot, enum outcome outcome, uint64_t ended_ns,
                    const char *file, int line);
#define assert_shot(shot, outcome, ended_ns) \
  assert_shot_at(shot, outcome, ended_ns, __FILE__, __LINE__)

#endif
