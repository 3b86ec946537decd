/* Aim: a station does to each call what a plain simulation of the same queue does, in every
 * discipline. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20250111)

enum { CALLS = 3000 };

struct plain_call {
  uint64_t at_ns, work_ns, gives_up_ns; /* times; gives_up_ns: TIME_NEVER */
  uint32_t class;
  enum { COMING, WAITING, SERVED, GONE } where;
  uint64_t ends_ns;
  enum outcome outcome;
};

struct plain {
  uint64_t workers, queue;
  enum discipline discipline;
  bool cancels;
  uint32_t queued;
  uint64_t busy;
  struct plain_call call[CALLS];
};

/* The waiting call that is to be served next; CALLS if there is none. Calls are in order of
 * arrival. */
static uint32_t plain_next(const struct plain *p, uint32_t arrived) {
  uint32_t best = CALLS;
  for (uint32_t i = 0; i < arrived; i++) {
    if (p->call[i].where != WAITING) continue;
    if (best == CALLS || p->discipline == DISCIPLINE_LIFO ||
        (p->discipline == DISCIPLINE_SJF && p->call[i].work_ns < p->call[best].work_ns) ||
        (p->discipline == DISCIPLINE_PRIORITY && p->call[i].class < p->call[best].class)) {
      best = i;
    }
  }
  return best;
}

static void plain_serve(struct plain *p, uint32_t i, uint64_t now_ns) {
  p->busy++;
  p->call[i].where = SERVED;
  p->call[i].ends_ns = now_ns + p->call[i].work_ns;
}

static void plain_arrive(struct plain *p, uint32_t i) {
  struct plain_call *c = &p->call[i];
  if (p->busy < p->workers) {
    plain_serve(p, i, c->at_ns);
  } else if (p->queued >= p->queue) {
    c->where = GONE;
    c->outcome = OUTCOME_REFUSED;
    c->ends_ns = c->at_ns;
  } else {
    c->where = WAITING;
    p->queued++;
  }
}

/* Steps from one change to the next, looking at every call each time. */
static void plain_run(struct plain *p) {
  for (uint32_t arrived = 0;;) {
    uint64_t now_ns = TIME_NEVER;
    uint32_t ends = CALLS, leaves = CALLS;
    if (arrived < CALLS) now_ns = p->call[arrived].at_ns;
    for (uint32_t i = 0; i < arrived; i++) {
      const struct plain_call *c = &p->call[i];
      if (c->where == SERVED && c->ends_ns < now_ns) now_ns = c->ends_ns, ends = i, leaves = CALLS;
      if (p->cancels && c->where == WAITING && c->gives_up_ns < now_ns) {
        now_ns = c->gives_up_ns, leaves = i, ends = CALLS;
      }
    }
    if (now_ns == TIME_NEVER) return;
    if (leaves < CALLS) {
      p->call[leaves].where = GONE;
      p->call[leaves].outcome = OUTCOME_TIMEOUT;
      p->call[leaves].ends_ns = now_ns;
      p->queued--;
    } else if (ends < CALLS) {
      struct plain_call *c = &p->call[ends];
      c->where = GONE;
      if (c->gives_up_ns < now_ns) c->outcome = OUTCOME_TIMEOUT, c->ends_ns = c->gives_up_ns;
      p->busy--;
      uint32_t next = plain_next(p, arrived);
      if (next < CALLS) p->queued--, plain_serve(p, next, now_ns);
    } else {
      plain_arrive(p, arrived++);
    }
  }
}

/* Whether call k runs before call i where not all can: a lower one came first. */
static bool plain_before(const struct plain *p, const double *left, uint32_t k, uint32_t i) {
  if (p->discipline == DISCIPLINE_PREEMPTIVE_LIFO) return k > i;
  if (p->discipline == DISCIPLINE_PREEMPTIVE_PRIORITY) {
    uint32_t its = p->call[k].class, mine = p->call[i].class;
    return its < mine || (its == mine && k < i);
  }
  return left[k] < left[i] || (left[k] <= left[i] && k < i);
}

/* How fast a call goes on: in equal shares, or at all if fewer come first than there are
 * workers. */
static double plain_rate(const struct plain *p, const double *left, uint32_t i, uint32_t arrived,
                         uint32_t present) {
  if (p->discipline == DISCIPLINE_PS) {
    return present > p->workers ? (double)p->workers / present : 1;
  }
  uint64_t ahead = 0;
  for (uint32_t k = 0; k < arrived; k++) {
    if (p->call[k].where == SERVED && k != i && plain_before(p, left, k, i)) ahead++;
  }
  return ahead < p->workers ? 1 : 0;
}

/* Sharing in floating point. */
static void plain_share(struct plain *p) {
  static double left[CALLS], rate[CALLS];
  double now = 0;
  for (uint32_t arrived = 0, present = 0;;) {
    double next = arrived < CALLS ? (double)p->call[arrived].at_ns : INFINITY;
    uint32_t ends = CALLS;
    for (uint32_t i = 0; i < arrived; i++) {
      rate[i] = 0;
      if (p->call[i].where != SERVED) continue;
      rate[i] = plain_rate(p, left, i, arrived, present);
      if (now + left[i] / rate[i] >= next) continue;
      next = now + left[i] / rate[i];
      ends = i;
    }
    if (isinf(next)) return;
    for (uint32_t i = 0; i < arrived; i++) left[i] -= (next - now) * rate[i];
    now = next;
    if (ends < CALLS) {
      p->call[ends].where = GONE;
      p->call[ends].ends_ns = (uint64_t)(now + 0.5);
      present--;
    } else {
      p->call[arrived].where = SERVED;
      left[arrived] = (double)p->call[arrived].work_ns;
      arrived++, present++;
    }
  }
}

struct setting {
  const char *discipline, *workers, *queue, *cancel;
  double load, patience; /* mean of the patience in units of the mean work; 0: infinite */
};

static struct run run_setting(struct scene *scene, const struct setting *setting,
                              const struct plain *p, struct shot *shots) {
  static const char *const op[] = {"first", "second", "third"};
  for (uint32_t i = 0; i < CALLS; i++) {
    const struct plain_call *c = &p->call[i];
    uint64_t patience_ns = c->gives_up_ns == TIME_NEVER ? 0 : c->gives_up_ns - c->at_ns;
    shots[i] =
        (struct shot){.at_ns = c->at_ns, .to = "s", .op = op[c->class], .timeout_ns = patience_ns};
  }
  scene_add_sender(scene, "from", shots, CALLS);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", setting->workers);
  node_set(s, "queue", setting->queue);
  node_set(s, "discipline", setting->discipline);
  node_set(s, "cancel", setting->cancel);
  node_set(s, "work", "exponential 1ms");
  if (p->discipline == DISCIPLINE_PRIORITY || p->discipline == DISCIPLINE_PREEMPTIVE_PRIORITY) {
    node_set(s, "priority", "first, second");
  }
  return run_scene(scene, SEED, 1000 * S);
}

static enum discipline discipline_of(const struct setting *setting) {
  enum discipline d = DISCIPLINE_FIFO;
  while (strcmp(discipline_choices[d], setting->discipline) != 0) d++;
  return d;
}

static void draw_calls(struct plain *p, const struct setting *setting, uint64_t purpose) {
  struct draws draws = draws_begin(rng_stream(SEED, purpose, "test_station", "calls"), 0, 0);
  struct stream work = rng_stream(SEED, 0, "s", "work"); /* the service draws by name and key */
  struct dist mean = exponential_ns(1e6), gap, patience;
  gap = exponential_ns(1e6 / (double)p->workers / setting->load);
  uint64_t now_ns = 0;
  for (uint32_t i = 0; i < CALLS; i++) {
    now_ns += 1 + dist_draw_whole(&gap, &draws);
    p->call[i] = (struct plain_call){.at_ns = now_ns,
                                     .work_ns = dist_draw_keyed(&mean, &work, i + 1, 0),
                                     .gives_up_ns = TIME_NEVER,
                                     .class = (uint32_t)draws_below(&draws, 3)};
    if (setting->patience <= 0) continue;
    patience = exponential_ns(1e6 * setting->patience);
    p->call[i].gives_up_ns = now_ns + 1 + dist_draw_whole(&patience, &draws);
  }
}

/* Aim: random calls, exponential work: each of thousands of calls ends as and when a plain
 * simulation of the queue says, for every discipline, with bounds and impatience. */
static void test_against_plain(void **state) {
  (void)state;
  static const struct setting settings[] = {
      {"fifo", "1", "unlimited", "never", 0.9, 0}, {"fifo", "3", "unlimited", "never", 0.95, 0},
      {"fifo", "2", "4", "never", 1.5, 0},         {"lifo", "1", "unlimited", "never", 0.9, 0},
      {"lifo", "3", "5", "never", 1.2, 0},         {"priority", "1", "unlimited", "never", 0.9, 0},
      {"priority", "2", "6", "never", 1.3, 0},     {"fifo", "2", "8", "queued", 1.5, 2},
      {"lifo", "2", "8", "queued", 1.5, 2},        {"priority", "2", "8", "queued", 1.5, 2},
      {"fifo", "2", "8", "never", 1.5, 2},         {"lifo", "1", "unlimited", "queued", 1.1, 5},
      {"sjf", "1", "unlimited", "never", 0.9, 0},  {"sjf", "3", "6", "never", 1.2, 0},
      {"sjf", "2", "8", "queued", 1.5, 2},
  };
  struct plain *p = malloc(sizeof *p);
  struct shot *shots = malloc(CALLS * sizeof *shots);
  assert_true(p && shots);
  for (uint32_t k = 0; k < sizeof settings / sizeof settings[0]; k++) {
    const struct setting *setting = &settings[k];
    *p = (struct plain){
        .workers = strtoul(setting->workers, NULL, 10),
        .queue = setting->queue[0] == 'u' ? CALLS : strtoul(setting->queue, NULL, 10),
        .cancels = setting->cancel[0] == 'q'};
    p->discipline = discipline_of(setting);
    draw_calls(p, setting, k);
    plain_run(p);
    struct scene *scene = scene_new();
    struct run run = run_setting(scene, setting, p, shots);
    uint32_t ok = 0;
    for (uint32_t i = 0; i < CALLS; i++) {
      assert_shot(&shots[i], p->call[i].outcome, p->call[i].ends_ns);
      ok += shots[i].outcome == OUTCOME_OK;
    }
    print_message("  %-8s %s workers, queue %s, %s: %u ok\n", setting->discipline, setting->workers,
                  setting->queue, setting->cancel, ok);
    assert_true(ok > 100);
    run_free(&run);
    scene_free(scene);
  }
  free(p);
  free(shots);
}

/* Aim: the same where calls share the workers or interrupt each other, within the rounding of times
 * to nanoseconds. */
static void test_sharing_against_plain(void **state) {
  (void)state;
  static const struct setting settings[] = {
      {"ps", "1", "unlimited", "never", 0.9, 0},
      {"ps", "4", "unlimited", "never", 0.95, 0},
      {"srpt", "1", "unlimited", "never", 0.9, 0},
      {"srpt", "3", "unlimited", "never", 0.95, 0},
      {"preemptive_priority", "1", "unlimited", "never", 0.9, 0},
      {"preemptive_priority", "3", "unlimited", "never", 0.95, 0},
      {"preemptive_lifo", "1", "unlimited", "never", 0.9, 0},
      {"preemptive_lifo", "3", "unlimited", "never", 0.95, 0},
  };
  struct plain *p = malloc(sizeof *p);
  struct shot *shots = malloc(CALLS * sizeof *shots);
  assert_true(p && shots);
  for (uint32_t k = 0; k < sizeof settings / sizeof settings[0]; k++) {
    *p = (struct plain){.workers = strtoul(settings[k].workers, NULL, 10),
                        .discipline = discipline_of(&settings[k])};
    draw_calls(p, &settings[k], 100 + k);
    plain_share(p);
    struct scene *scene = scene_new();
    struct run run = run_setting(scene, &settings[k], p, shots);
    double worst = 0;
    for (uint32_t i = 0; i < CALLS; i++) {
      assert_true(shots[i].ended == 1 && shots[i].outcome == OUTCOME_OK);
      worst = fmax(worst, fabs((double)shots[i].ended_ns - (double)p->call[i].ends_ns));
    }
    print_message("  worst difference %.0f ns\n", worst);
    assert_true(worst <= 20);
    run_free(&run);
    scene_free(scene);
  }
  free(p);
  free(shots);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_against_plain),
      cmocka_unit_test(test_sharing_against_plain),
  };
  return cmocka_run_group_tests_name("station_plain", tests, NULL, NULL);
}
