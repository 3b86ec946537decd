/* Aim: whom a full queue drops for the sake of a newcomer: with evict = "lowest" the newest call of
 * the lowest class that waits, against a simulation of its own and on schedules computed by hand.
 */
#include <math.h>
#include <string.h>

#include "harness.h"

/* A service with one worker and two operations, of ten milliseconds and of one, which is the lower
 * class; three calls may wait. */
static struct node *add_server(struct scene *scene, const char *discipline) {
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "discipline", discipline);
  node_set(s, "queue", "3");
  node_set(s, "priority", "w10, w1");
  node_set(s, "evict", "lowest");
  on_work(node_on(s, "w1"), "1ms");
  on_work(node_on(s, "w10"), "10ms");
  return s;
}

/* Requests of two classes come to one worker and a queue of three; the server. */
static struct node *two_classes(struct scene *scene, const char *mix) {
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "poisson 120/s");
  node_set(c, "mix", mix);
  node_set(c, "target", "s");
  node_set(c, "timeout", "100s");
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "queue", "3");
  node_set(s, "priority", "first, second");
  node_set(s, "work", "exponential 10ms");
  return s;
}

/* Loss of both classes at a queue of `places` in which the first class takes the place of the
 * second when it is full: the chain of (busy, first waiting, second waiting), by repeated steps.
 * Both come at `rate` and are served at 1. */
enum { EVICT_PLACES = 3 };
static void evict_losses(double rate, double *first, double *second) {
  double p[2][EVICT_PLACES + 1][EVICT_PLACES + 1] = {{{1}}};
  for (int step = 0; step < 5000; step++) {
    double q[2][EVICT_PLACES + 1][EVICT_PLACES + 1] = {{{0}}}, events = 2 * rate + 1;
    *first = *second = 0;
    for (int busy = 0; busy < 2; busy++) {
      for (int h = 0; h <= EVICT_PLACES; h++) {
        for (int l = 0; h + l <= EVICT_PLACES; l++) {
          double here = p[busy][h][l], moved = here * rate / events;
          bool full = h + l == EVICT_PLACES;
          /* One of the first class: a second that waits is lost, or it is. */
          if (!busy) q[1][h][l] += moved;
          if (busy && !full) q[1][h + 1][l] += moved;
          if (busy && full && l > 0) q[1][h + 1][l - 1] += moved, *second += here;
          if (busy && full && l == 0) q[1][h][l] += moved, *first += here;
          /* One of the second. */
          if (!busy) q[1][h][l] += moved;
          if (busy && !full) q[1][h][l + 1] += moved;
          if (busy && full) q[1][h][l] += moved, *second += here;
          /* The end of a service. */
          double ends = here / events;
          if (!busy) q[0][h][l] += ends;
          if (busy && h > 0) q[1][h - 1][l] += ends;
          if (busy && h == 0 && l > 0) q[1][0][l - 1] += ends;
          if (busy && h == 0 && l == 0) q[0][0][0] += ends;
        }
      }
    }
    memcpy(p, q, sizeof p);
  }
}

/* Aim: with evict = "lowest" a full queue drops a call of the lowest class that waits, so that the
 * first class loses no more than theory says and the second what is left; without it both lose as
 * much, as M/M/1/K says. */
static void test_evict(void **state) {
  (void)state;
  for (int evict = 0; evict < 2; evict++) {
    struct scene *scene = scene_new();
    struct node *s = two_classes(scene, "first 0.5, second 0.5");
    node_set(s, "discipline", "priority");
    if (evict) node_set(s, "evict", "lowest");
    struct run run = run_scene(scene, 1, 4000 * S);
    double first, second;
    if (evict) {
      evict_losses(0.6, &first, &second);
      assert_true(first < 0.1 && second > 0.4);
    } else { /* rho^K (1 - rho) / (1 - rho^(K + 1)) */
      first = second = pow(1.2, 4) * (1 - 1.2) / (1 - pow(1.2, 5));
    }
    double tolerance = 4.5 * sqrt(6 * 0.25 / 240000); /* losses come in clusters */
    assert_within(1 - metric(&run, "c.op.first.availability"), first, tolerance);
    assert_within(1 - metric(&run, "c.op.second.availability"), second, tolerance);
    assert_true((metric(&run, "s.evicted") > 0) == evict);
    run_free(&run);
    scene_free(scene);
  }
}

/* The same of a queue that is first in, first out: its order counts, so a state is who waits, from
 * the newest (bit 0) to the oldest; 1: of the first class. */
static void fifo_evict_losses(double rate, double *first, double *second) {
  enum { WAITING = 1 << (EVICT_PLACES + 1) }; /* a 1 above the others marks how many there are */
  double p[WAITING] = {1};                    /* 0: idle; 1: busy and nobody waits */
  for (int step = 0; step < 5000; step++) {
    double q[WAITING] = {0}, events = 2 * rate + 1;
    *first = *second = 0;
    for (uint32_t s = 0; s < WAITING; s++) {
      double moved = p[s] * rate / events, ends = p[s] / events;
      uint32_t waiting = 0, newest = 0;
      while (s >> waiting > 1) waiting++;
      while (newest < waiting && s >> newest & 1) newest++; /* of the second class */
      bool full = waiting == EVICT_PLACES;
      for (uint32_t is_first = 0; is_first < 2; is_first++) {
        uint32_t to = s == 0 ? 1 : s << 1 | is_first;
        if (full && (!is_first || newest == waiting)) {
          to = s;
          *(is_first ? first : second) += p[s];
        } else if (full) { /* those behind it move up */
          uint32_t older = s >> (newest + 1), younger = s & ((1u << newest) - 1);
          to = (older << newest | younger) << 1 | 1;
          *second += p[s];
        }
        q[to] += moved;
      }
      uint32_t mark = waiting > 0 ? 1u << (waiting - 1) : 0;
      q[s <= 1 ? 0 : mark | (s & (mark - 1))] += ends;
    }
    memcpy(p, q, sizeof p);
  }
}

/* Aim: with evict = "lowest" a full queue that is first in, first out drops the newest of the lower
 * class, as theory says. Also with links by which calls could leave it. */
static void test_evict_fifo(void **state) {
  (void)state;
  double first, second, tolerance = 4.5 * sqrt(6 * 0.25 / 240000);
  fifo_evict_losses(0.6, &first, &second);
  assert_within((first + second) / 2, pow(1.2, 4) * (1 - 1.2) / (1 - pow(1.2, 5)), 1e-9);
  assert_true(first < 0.2 && second > 0.4);
  for (int linked = 0; linked < 2; linked++) {
    struct scene *scene = scene_new();
    struct node *s = two_classes(scene, "first 0.5, second 0.5");
    node_set(s, "evict", "lowest");
    if (linked) node_set(s, "cancel", "queued");
    struct run run = run_scene(scene, 1, 4000 * S);
    assert_within(1 - metric(&run, "c.op.first.availability"), first, tolerance);
    assert_within(1 - metric(&run, "c.op.second.availability"), second, tolerance);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: where calls may leave the queue, one can that stood behind the one that had to go. */
static void test_evict_then_cancel(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "s", .op = "w10"},
                         {.at_ns = 1 * MS, .to = "s", .op = "w10"},
                         {.at_ns = 2 * MS, .to = "s", .op = "w1"},
                         {.at_ns = 3 * MS, .to = "s", .op = "w10", .timeout_ns = 2 * MS},
                         {.at_ns = 4 * MS, .to = "s", .op = "w10"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  node_set(add_server(scene, "fifo"), "cancel", "queued");
  struct run run = run_scene(scene, 1, S);
  static const enum outcome outcomes[] = {OUTCOME_OK, OUTCOME_OK, OUTCOME_REFUSED, OUTCOME_TIMEOUT,
                                          OUTCOME_OK};
  static const uint64_t ends_ms[] = {10, 20, 4, 5, 30};
  for (int i = 0; i < 5; i++) assert_shot(&shots[i], outcomes[i], ends_ms[i] * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: the newest of the lower class goes, at whichever end of the queue it is. */
static void test_evict_newest(void **state) {
  (void)state;
  static const uint64_t ends_ms[2][6] = {{10, 11, 4, 21, 31, 5}, {10, 31, 4, 30, 20, 5}};
  for (int lifo = 0; lifo < 2; lifo++) {
    struct shot shots[] = {
        {.at_ns = 0, .to = "s", .op = "w10"},      {.at_ns = 1 * MS, .to = "s", .op = "w1"},
        {.at_ns = 2 * MS, .to = "s", .op = "w1"},  {.at_ns = 3 * MS, .to = "s", .op = "w10"},
        {.at_ns = 4 * MS, .to = "s", .op = "w10"}, {.at_ns = 5 * MS, .to = "s", .op = "w1"}};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 6);
    add_server(scene, lifo ? "lifo" : "fifo");
    struct run run = run_scene(scene, 1, S);
    for (int i = 0; i < 6; i++) {
      bool refused = i == 2 || i == 5;
      assert_shot(&shots[i], refused ? OUTCOME_REFUSED : OUTCOME_OK, ends_ms[lifo][i] * MS);
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: nobody makes room for a newcomer of the same class. */
static void test_evict_nobody_alike(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *s = two_classes(scene, "first 1");
  node_set(s, "discipline", "priority");
  node_set(s, "evict", "lowest");
  struct run run = run_scene(scene, 1, 100 * S);
  assert_true(metric(&run, "c.availability") < 0.8);
  assert_int_equal(metric(&run, "s.evicted"), 0);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_evict),
      cmocka_unit_test(test_evict_fifo),
      cmocka_unit_test(test_evict_newest),
      cmocka_unit_test(test_evict_then_cancel),
      cmocka_unit_test(test_evict_nobody_alike),
  };
  return cmocka_run_group_tests_name("evict", tests, NULL, NULL);
}
