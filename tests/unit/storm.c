#include "storm.h"

#include <string.h>

#include "dist_make.h"

#define SEED UINT64_C(20250120)

static uint64_t die(struct draws *draws, uint64_t sides) {
  return draws_below(draws, sides);
}

static const char *one_of(struct draws *draws, uint32_t n, const char *const *texts) {
  return texts[die(draws, n)];
}

static void random_server(struct node *node, struct draws *draws) {
  const char *const workers[] = {"1", "2", "5"}, *const queues[] = {"0", "3", "unlimited"};
  const char *const disciplines[] = {"fifo", "lifo", "priority", "ps"};
  const char *discipline = one_of(draws, 4, disciplines);
  node_set(node, "workers", one_of(draws, 3, workers));
  node_set(node, "queue", one_of(draws, 3, queues));
  node_set(node, "discipline", discipline);
  if (!strcmp(discipline, "priority")) node_set(node, "priority", "buy");
  if (strcmp(discipline, "ps") != 0 && die(draws, 2)) node_set(node, "io", "async");
  const char *const cancels[] = {"never", "passed_on", "queued", "running"};
  node_set(node, "cancel", one_of(draws, 4, cancels));
}

/* A handler of up to seven steps of all kinds. */
static void random_handler(struct handler_builder *on, struct draws *draws) {
  static const char *const callees[] = {"app", "cache", "db"};
  for (uint64_t steps = 1 + die(draws, 7); steps-- > 0;) {
    struct call_to call = {.to = one_of(draws, 3, callees),
                           .timeout_ns = die(draws, 2) * 30 * MS,
                           .times = (uint32_t)die(draws, 3),
                           .op = die(draws, 4) ? NULL : "write"};
    uint16_t at;
    switch (die(draws, 9)) {
      case 0:
        on_sleep(on, "exponential 5ms");
        break;
      case 1:
        on_parallel(on, (uint32_t)die(draws, 2), 1, &call);
        break;
      case 2:
        on_parallel(on, 2, 2, (struct call_to[]){call, {.to = "db", .timeout_ns = 20 * MS}});
        break;
      case 3:
        on_call(on, call);
        break;
      case 4:
        at = on_call(on, call);
        on_jump(on);
        on_target(on, at);
        on_work(on, "1ms");
        on_target(on, (uint16_t)(at + 1));
        break;
      case 5:
        at = on_branch(on, 0.3, NULL);
        on_fail(on);
        on_target(on, at);
        break;
      case 6:
        on_reply(on);
        break;
      default:
        on_work(on, "exponential 4ms");
        break;
    }
  }
}

static void random_faults(struct scene *scene, struct draws *draws) {
  static const char *const targets[] = {"web", "web[1]", "web[*]", "app",  "app[*]", "cache",
                                        "db",  "db[2]",  "lb",     "here", "land"};
  static const char *const far[] = {"there", "db", "app", "web"};
  static const struct fault_def *const broken[] = {&fault_crash, &fault_hang,  &fault_slow,
                                                   &fault_drop,  &fault_error, &fault_partition};
  for (uint64_t n = die(draws, 7); n-- > 0;) {
    struct fault_spec fault = {.type = broken[die(draws, 6)],
                               .recurring = die(draws, 2),
                               .at_ns = die(draws, 5000) * MS,
                               .mttf = exponential_ns(2e9),
                               .lasts = exponential_ns(4e8),
                               .factor = die(draws, 2) ? 5 : 0.5,
                               .ratio = 0.3,
                               .one_way = die(draws, 2)};
    bool between = fault.type == &fault_partition;
    if (!between && fault.type != &fault_crash && fault.type != &fault_hang &&
        fault.type != &fault_error && die(draws, 3) == 0) {
      fault.on_path = between = true;
    }
    scene_fault(scene, one_of(draws, 11, targets), between ? one_of(draws, 4, far) : NULL, fault);
  }
}

static void random_paths(struct scene *scene, struct draws *draws) {
  if (die(draws, 3) == 0) return;
  scene_path(scene, "here", "there",
             (struct path_spec){.latency = exponential_ns(1e6),
                                .loss = die(draws, 2) ? 0.02 : 0,
                                .bits_per_s = die(draws, 2) ? 1e7 : 0});
  scene_path(scene, "lb", "web", (struct path_spec){.latency = dist_constant(2e5), .loss = 0.01});
}

static void random_policy(struct node *node, struct draws *draws) {
  if (die(draws, 3)) node_set(node, "deadline", "150ms");
  if (die(draws, 3)) node_set(node, "hedge.after", "10ms");
  if (die(draws, 3)) {
    node_set(node, "breaker.failures", "4");
    node_set(node, "breaker.open", "500ms");
  }
  if (die(draws, 3)) {
    node_set(node, "pool.size", "6");
    node_set(node, "pool.queue", "20");
    node_set(node, "pool.wait", "30ms");
  }
}

struct scene *storm(uint64_t number) {
  struct draws draws = draws_begin(rng_stream(SEED, number, "test_checks", "storm"), 0, 0);
  struct scene *scene = scene_new();
  scene_zone(scene, "here", "land");
  scene_zone(scene, "there", NULL);
  for (int i = 0; i < 2; i++) {
    struct node *c = scene_add(scene, "client", i ? "users" : "callers", 1);
    node_set(c, "arrivals", i ? "poisson 200/s" : "closed 20 exponential 50ms");
    node_set(c, "target", i ? "lb" : "web");
    node_set(c, "timeout", die(&draws, 2) ? "40ms" : "400ms");
    node_set(c, "mix", "browse 0.6, buy 0.3, write 0.1");
    node_set(c, "keys", "zipf 200 1.0");
    node_set(c, "request", "500B");
    node_set(c, "response", "exponential 2kB");
    if (die(&draws, 2)) {
      node_set(c, "retry.attempts", "3");
      node_set(c, "retry.backoff", "exponential 5ms 1s 2 full");
    }
    node_zones(c, "here");
  }
  static const char *const algorithms[] = {"round_robin", "random", "least_connections",
                                           "power_of_two"};
  struct node *lb = scene_add(scene, "load_balancer", "lb", 2);
  node_set(lb, "backends", "web");
  node_set(lb, "algorithm", one_of(&draws, 4, algorithms));
  if (die(&draws, 2)) node_set(lb, "health_check.interval", "1s");
  if (die(&draws, 2)) node_set(lb, "timeout", "60ms");
  if (die(&draws, 2)) node_set(lb, "connect_retries", "2");
  random_policy(lb, &draws);
  struct node *web = scene_add(scene, "service", "web", 2),
              *app = scene_add(scene, "service", "app", 3);
  random_server(web, &draws);
  random_server(app, &draws);
  random_handler(node_on(web, NULL), &draws);
  random_handler(node_on(web, "buy"), &draws);
  on_work(node_on(app, NULL), "exponential 3ms");
  on_call(node_on(app, "buy"), (struct call_to){.to = "cache", .timeout_ns = 25 * MS});
  struct node *cache = scene_add(scene, "cache", "cache", 1);
  node_set(cache, "origin", "db");
  node_set(cache, "capacity", "50");
  node_set(cache, "ttl", "2s");
  node_set(cache, "hit_time", "200us");
  random_policy(cache, &draws);
  struct node *db = scene_add(scene, "database", "db", 2);
  node_set(db, "workers", "4");
  node_set(db, "connections", "9");
  node_set(db, "read", "exponential 3ms");
  node_set(db, "write", "uniform 1ms 9ms");
  node_zones(web, "here, there");
  node_zones(app, "there");
  node_zones(db, "there");
  random_paths(scene, &draws);
  random_faults(scene, &draws);
  return scene;
}
