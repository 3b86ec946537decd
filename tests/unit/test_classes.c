/* Aim: a call is of the class of the first name of the list that it has, and of the last one if it
 * has none. */
#include "call.h"
#include "classes.h"
#include "harness.h"
#include "scene.h"

#define SEED UINT64_C(20261201)

/* --- a reader ------------------------------------------------------------------------------- */

/* Counts calls by their operation, tier and class, and answers. */
static struct {
  enum class_by by;
  struct priorities list;
  struct classes classes;
  uint32_t seen[8][8][8];
} notes;

static void reader_init(struct sim *sim, struct member *member) {
  (void)member;
  column_want(sim, COLUMN_TIER);
  classes_init(sim, &notes.classes, &notes.list, notes.by);
}

static void reader_on_call(struct sim *sim, struct member *member, struct frame *call) {
  (void)member;
  notes.seen[call->op][column_get(sim, call, COLUMN_TIER)][classes_of(sim, &notes.classes, call)]++;
  call_reply(sim, call, OUTCOME_OK);
}

static const struct param no_params[] = {{0}};
static const struct metric_def no_metrics[] = {{0}};
static const struct kind reader = {.name = "reader",
                                   .params = no_params,
                                   .metrics = no_metrics,
                                   .state_size = 8,
                                   .init = reader_init,
                                   .on_call = reader_on_call};

/* --- what names are of ---------------------------------------------------------------------- */

/* The list { 0: operation 1, 1: tier 0, 2: operation 2 and tier 1 }, of which `by` reads its part.
 */
static void count(enum class_by by) {
  static const uint8_t ops[] = {1, PRIORITY_NONE, 2}, tiers[] = {PRIORITY_NONE, 0, 1};
  static const char *const names[] = {"a", "free", "paid"};
  memset(&notes, 0, sizeof notes);
  notes.by = by;
  static const uint32_t components[] = {REF_NONE, REF_NONE, REF_NONE};
  notes.list = (struct priorities){3, ops, tiers, components, names};
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "poisson 100/s");
  node_set(c, "target", "r");
  node_set(c, "mix", "a 0.3, b 0.3, d 0.4");
  node_set(c, "users", "uniform 100");
  node_set(c, "tier", "free 0.5, paid 0.5");
  scene_add_kind(scene, &reader, "r", 1);
  struct run run = run_scene(scene, SEED, 10 * S);
  run_free(&run);
  scene_free(scene);
}

static void test_by(void **state) {
  (void)state;
  /* By operation (a = 1, b = 2, d = 3) and tier (free = 1, paid = 2), worked out by hand. */
  static const enum class_by all[] = {CLASS_BY_OP, CLASS_BY_TIER, CLASS_BY_ANY};
  static const uint8_t expected[][4][3] = {
      [CLASS_BY_OP] = {{3, 3, 3}, {0, 0, 0}, {2, 2, 2}, {3, 3, 3}},
      [CLASS_BY_TIER] = {{3, 1, 2}, {3, 1, 2}, {3, 1, 2}, {3, 1, 2}},
      [CLASS_BY_ANY] = {{3, 1, 2}, {0, 0, 0}, {2, 1, 2}, {3, 1, 2}},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    enum class_by by = all[i];
    count(by);
    uint32_t kinds = 0;
    for (int op = 0; op < 4; op++) {
      for (int tier = 0; tier < 3; tier++) {
        for (int class = 0; class < 8; class ++) {
          uint32_t n = notes.seen[op][tier][class];
          if (n > 0) assert_int_equal(class, expected[by][op][tier]);
          kinds += n > 0;
        }
      }
    }
    assert_int_equal(kinds, 6);
  }
}

/* --- who asks ------------------------------------------------------------------------------- */

/* Two clients: `c` asks the reader itself, `d` twice as often, through a service and a name. Lists
 * are of one component. */
static double share_of_first(enum class_by by, const char *name) {
  uint8_t none = PRIORITY_NONE;
  uint32_t component = REF_NONE;
  memset(&notes, 0, sizeof notes);
  notes.by = by;
  struct scene *scene = scene_new();
  static const char *const clients[] = {"c", "d"};
  for (int i = 0; i < 2; i++) {
    struct node *client = scene_add(scene, "client", clients[i], 1);
    node_set(client, "arrivals", i ? "constant 20/s" : "constant 10/s");
    node_set(client, "target", i ? "front" : "r");
  }
  on_call(node_on(scene_add(scene, "service", "front", 2), NULL), (struct call_to){.to = "name"});
  node_set(scene_add(scene, "dns", "name", 1), "backends", "r");
  scene_add_kind(scene, &reader, "r", 1);
  scene_fix_later(scene, &component, name);
  notes.list = (struct priorities){1, &none, &none, &component, &name};
  struct run run = run_scene(scene, SEED, 10 * S);
  double first = notes.seen[0][0][0], last = notes.seen[0][0][1];
  run_free(&run);
  scene_free(scene);
  assert_true(first + last >= 297 && first + last <= 303);
  return first / (first + last);
}

/* Aim: a client is known through what calls for it, a caller is who calls, which a name is not. */
static void test_who_asks(void **state) {
  (void)state;
  assert_within(share_of_first(CLASS_BY_CLIENT, "c"), 1.0 / 3, 0.01);
  assert_within(share_of_first(CLASS_BY_CLIENT, "d"), 2.0 / 3, 0.01);
  assert_within(share_of_first(CLASS_BY_CALLER, "c"), 1.0 / 3, 0.01);
  assert_within(share_of_first(CLASS_BY_CALLER, "front"), 2.0 / 3, 0.01);
  assert_true(share_of_first(CLASS_BY_CALLER, "d") == 0);
  assert_true(share_of_first(CLASS_BY_CALLER, "name") == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_by),
      cmocka_unit_test(test_who_asks),
  };
  return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
