/* Aim: who gets a connection and a worker, how long reads and writes take, and where data live. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20250116)

/* Aim: a write takes the time of writes, everything else the time of reads, and both are counted.
 */
static void test_operations(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "db", .op = "read"},
                         {.at_ns = 10 * MS, .to = "db", .op = "write"},
                         {.at_ns = 30 * MS, .to = "db"},
                         {.at_ns = 40 * MS, .to = "db", .op = "browse"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  struct node *db = scene_add(scene, "database", "db", 1);
  node_set(db, "read", "3ms");
  node_set(db, "write", "11ms");
  struct run run = run_scene(scene, 1, 100 * MS);
  assert_shot(&shots[0], OUTCOME_OK, 3 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 21 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 33 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 43 * MS);
  assert_same(metric(&run, "db.reads"), 3);
  assert_same(metric(&run, "db.writes"), 1);
  assert_same(metric(&run, "db.busy.mean"), 0.20);
  run_free(&run);
  scene_free(scene);
}

/* Aim: the lists say what is a write; what they do not name is a read, also "write" itself. */
static void test_write_ops(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "db", .op = "insert"},
                         {.at_ns = 20 * MS, .to = "db", .op = "update"},
                         {.at_ns = 40 * MS, .to = "db", .op = "get"},
                         {.at_ns = 60 * MS, .to = "db", .op = "write"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  struct node *db = scene_add(scene, "database", "db", 1);
  node_set(db, "read", "3ms");
  node_set(db, "write", "11ms");
  node_set(db, "write_ops", "insert, update");
  node_set(db, "read_ops", "get");
  struct run run = run_scene(scene, 1, 100 * MS);
  assert_shot(&shots[0], OUTCOME_OK, 11 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 31 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 43 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 63 * MS);
  assert_same(metric(&run, "db.writes"), 2);
  assert_same(metric(&run, "db.reads"), 2);
  const struct spec *spec = run.sim->spec;
  uint32_t id = spec_find(spec, "db");
  assert_int_equal(data_op_of(spec, id, spec_find_op(spec, "insert")), DATA_WRITE);
  assert_int_equal(data_op_of(spec, id, spec_find_op(spec, "get")), DATA_READ);
  assert_int_equal(data_op_of(spec, id, spec_find_op(spec, "write")), DATA_UNTOLD);
  assert_int_equal(data_op_of(spec, id, OP_DEFAULT), DATA_READ);
  run_free(&run);
  scene_free(scene);
}

/* Aim: an operation cannot be both a read and a write. */
static void test_read_and_write(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *db = scene_add(scene, "database", "db", 1);
  node_set(db, "read_ops", "get, insert");
  node_set(db, "write_ops", "insert");
  struct error err = {0};
  assert_false(node_valid(db, &err));
  assert_non_null(strstr(err.text, "operation 'insert' is in read_ops and also a write"));
  scene_free(scene);
}

/* Aim: each call present holds a connection, running or waiting; one too many is refused at once,
 * and served again as soon as one has left. First come first served. */
static void test_connections(void **state) {
  (void)state;
  struct shot shots[8];
  const uint64_t at_ms[] = {0, 1, 2, 3, 4, 9, 11, 12};
  for (uint32_t i = 0; i < 8; i++) shots[i] = (struct shot){.at_ns = at_ms[i] * MS, .to = "db"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 8);
  struct node *db = scene_add(scene, "database", "db", 1);
  node_set(db, "workers", "2");
  node_set(db, "connections", "4");
  node_set(db, "read", "10ms");
  struct run run = run_scene(scene, 1, 100 * MS);
  /* 0-10, 1-11 run, two wait: 10-20, 11-21; a fifth is refused until 10. Then 20-30, 21-31. */
  const uint64_t ends_ms[] = {10, 11, 20, 21, 4, 9, 30, 31};
  for (int i = 0; i < 8; i++) {
    bool refused = i == 4 || i == 5;
    assert_shot(&shots[i], refused ? OUTCOME_REFUSED : OUTCOME_OK, ends_ms[i] * MS);
  }
  assert_same(metric(&run, "db.rejected_connections"), 2);
  assert_same(metric(&run, "db.queue.max"), 2);
  assert_same(metric(&run, "db.utilization"), 0.30);
  run_free(&run);
  scene_free(scene);
}

/* Aim: without a limit of workers all connections run at once; with as many connections as workers
 * nobody waits. */
static void test_connections_alone(void **state) {
  (void)state;
  for (int limited = 0; limited <= 1; limited++) {
    struct shot shots[4];
    for (uint32_t i = 0; i < 4; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "db"};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 4);
    struct node *db = scene_add(scene, "database", "db", 1);
    if (limited) node_set(db, "workers", "3");
    node_set(db, "connections", "3");
    node_set(db, "read", "10ms");
    struct run run = run_scene(scene, 1, 100 * MS);
    for (uint64_t i = 0; i < 3; i++) assert_shot(&shots[i], OUTCOME_OK, (10 + i) * MS);
    assert_shot(&shots[3], OUTCOME_REFUSED, 3 * MS);
    assert_same(metric(&run, "db.wait.mean"), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: times are drawn from the database's own streams for reads and for writes, keyed by the
 * request: the same whatever else happens and whichever instance serves it. */
static void test_keyed_times(void **state) {
  (void)state;
  enum { N = 500 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  struct dist read = exponential_ns(3e6), write = exponential_ns(8e6);
  struct stream reads = rng_stream(SEED, 0, "db", "read"),
                writes = rng_stream(SEED, 0, "db", "write");
  for (uint32_t instances = 1; instances <= 3; instances++) {
    for (uint32_t i = 0; i < N; i++) {
      shots[i] = (struct shot){
          .at_ns = i * MS, .to = "db", .key = 1000 + i, .op = i % 3 ? "read" : "write"};
    }
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    struct node *db = scene_add(scene, "database", "db", instances);
    node_set(db, "read", "exponential 3ms");
    node_set(db, "write", "exponential 8ms");
    struct run run = run_scene(scene, SEED, 10 * S);
    for (uint32_t i = 0; i < N; i++) {
      uint64_t time_ns = i % 3 ? dist_draw_keyed(&read, &reads, 1000 + i, 0)
                               : dist_draw_keyed(&write, &writes, 1000 + i, 0);
      assert_shot(&shots[i], OUTCOME_OK, i * MS + time_ns);
    }
    run_free(&run);
    scene_free(scene);
  }
  free(shots);
}

/* Aim: a data key lives on one instance; calls without a data key are spread. */
static void test_shards(void **state) {
  (void)state;
  enum { N = 3000 };
  for (int keyed = 0; keyed <= 1; keyed++) {
    struct shot *shots = calloc(N, sizeof *shots);
    assert_non_null(shots);
    for (uint32_t i = 0; i < N; i++) {
      shots[i] = (struct shot){.at_ns = i * US, .to = "db", .item = keyed ? 42 : 0};
    }
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    scene_add(scene, "database", "db", 3);
    struct run run = run_scene(scene, SEED, S);
    const char *const member[] = {"db[1].arrivals", "db[2].arrivals", "db[3].arrivals"};
    double greatest = 0;
    for (int m = 0; m < 3; m++) {
      double n = metric(&run, member[m]);
      if (n > greatest) greatest = n;
      if (!keyed) assert_share(n, N, 1 / 3.0);
    }
    if (keyed) assert_true(greatest == N);
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: a crash resets what runs and waits, and frees the connections. */
static void test_crash(void **state) {
  (void)state;
  struct shot shots[4];
  const uint64_t at_ms[] = {0, 1, 6, 20};
  for (uint32_t i = 0; i < 4; i++) shots[i] = (struct shot){.at_ns = at_ms[i] * MS, .to = "db"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  struct node *db = scene_add(scene, "database", "db", 1);
  node_set(db, "workers", "1");
  node_set(db, "connections", "2");
  node_set(db, "read", "10ms");
  scene_fault(
      scene, "db", NULL,
      (struct fault_spec){.type = &fault_crash, .at_ns = 5 * MS, .lasts = dist_constant(5e6)});
  struct run run = run_scene(scene, 1, 100 * MS);
  assert_shot(&shots[0], OUTCOME_RESET, 5 * MS);
  assert_shot(&shots[1], OUTCOME_RESET, 5 * MS);
  assert_shot(&shots[2], OUTCOME_REFUSED, 6 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 30 * MS);
  assert_same(metric(&run, "db.reads"), 1);
  assert_same(metric(&run, "db.rejected_connections"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: fewer connections than workers is a mistake that is told. */
static void test_validation(void **state) {
  (void)state;
  for (int wrong = 0; wrong <= 1; wrong++) {
    struct scene *scene = scene_new();
    struct node *db = scene_add(scene, "database", "db", 1);
    node_set(db, "workers", "8");
    node_set(db, "connections", wrong ? "7" : "8");
    struct error err = {0};
    assert_int_equal(node_valid(db, &err), !wrong);
    if (wrong) assert_non_null(strstr(err.text, "connections (7) is less than workers (8)"));
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_operations),
      cmocka_unit_test(test_write_ops),
      cmocka_unit_test(test_read_and_write),
      cmocka_unit_test(test_connections),
      cmocka_unit_test(test_connections_alone),
      cmocka_unit_test(test_keyed_times),
      cmocka_unit_test(test_shards),
      cmocka_unit_test(test_crash),
      cmocka_unit_test(test_validation),
  };
  return cmocka_run_group_tests_name("database", tests, NULL, NULL);
}
