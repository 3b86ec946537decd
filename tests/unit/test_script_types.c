/* Aim: whatever a parameter table says is what users may write, for every type; a kind that this
 * layer has never seen needs nothing else. Descriptions and annotations follow from the same
 * tables. */
#include <math.h>

#include "annotations.h"
#include "describe.h"
#include "test_script_load.h"

struct inner_config {
  bool given;
  uint64_t depth;
};

struct group_config {
  bool given;
  uint64_t needed;
  double share;
  struct inner_config inner;
};

struct thing_config {
  bool flag, other_flag;
  uint64_t count, limited, wait;
  double number, ratio, big_ratio, rate, bandwidth;
  uint64_t bytes;
  struct dist time, size, by_default;
  uint32_t choice;
  const char *text, *no_text;
  uint32_t next;
  struct refs refs;
  struct group_config group;
  struct backoff backoff;
  uint32_t causes;
};

static const char *const choices[] = {"red", "green", NULL};

#define IN(field) offsetof(struct inner_config, field)
#define GR(field) offsetof(struct group_config, field)
#define TH(field) offsetof(struct thing_config, field)

static const struct param inner_params[] = {
    {.name = "depth", .type = PARAM_COUNT, .offset = IN(depth), .fallback = "7", .doc = "D."},
    {0},
};

static const struct param group_params[] = {
    {.name = "needed", .type = PARAM_COUNT, .offset = GR(needed), .required = true, .doc = "N."},
    {.name = "share", .type = PARAM_RATIO, .offset = GR(share), .fallback = "25%", .doc = "S."},
    {.name = "inner",
     .type = PARAM_GROUP,
     .offset = GR(inner),
     .group = inner_params,
     .doc = "A table in a table."},
    {0},
};

static const struct param thing_params[] = {
    {.name = "flag", .type = PARAM_BOOL, .offset = TH(flag), .fallback = "true", .doc = "F."},
    {.name = "other_flag", .type = PARAM_BOOL, .offset = TH(other_flag), .doc = "O."},
    {.name = "count", .type = PARAM_COUNT, .offset = TH(count), .fallback = "5", .doc = "C."},
    {.name = "limited",
     .type = PARAM_COUNT,
     .offset = TH(limited),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "L."},
    {.name = "wait",
     .type = PARAM_DURATION,
     .offset = TH(wait),
     .fallback = "20ms",
     .min = 1e6,
     .max = 60e9,
     .doc = "How long it waits, which is said at such length that the line has to be broken "
            "somewhere."},
    {.name = "number",
     .type = PARAM_NUMBER,
     .offset = TH(number),
     .fallback = "1.5",
     .min = -2,
     .max = 2,
     .doc = "N."},
    {.name = "ratio", .type = PARAM_RATIO, .offset = TH(ratio), .fallback = "0.5", .doc = "R."},
    {.name = "big_ratio",
     .type = PARAM_RATIO,
     .offset = TH(big_ratio),
     .fallback = "150%",
     .max = 2,
     .doc = "B."},
    {.name = "rate", .type = PARAM_RATE, .offset = TH(rate), .fallback = "60/min", .doc = "R."},
    {.name = "bandwidth", .type = PARAM_BANDWIDTH, .offset = TH(bandwidth), .doc = "B."},
    {.name = "bytes",
     .type = PARAM_BYTES,
     .offset = TH(bytes),
     .fallback = "64KiB",
     .max = 1e9,
     .doc = "B."},
    {.name = "time", .type = PARAM_TIME_DIST, .offset = TH(time), .doc = "T."},
    {.name = "size", .type = PARAM_SIZE_DIST, .offset = TH(size), .fallback = "1kB", .doc = "S."},
    {.name = "by_default",
     .type = PARAM_TIME_DIST,
     .offset = TH(by_default),
     .fallback = "lognormal { mean = \"5ms\", cv = 2 }",
     .doc = "D."},
    {.name = "choice",
     .type = PARAM_ENUM,
     .offset = TH(choice),
     .fallback = "green",
     .choices = choices,
     .doc = "C."},
    {.name = "text", .type = PARAM_TEXT, .offset = TH(text), .fallback = "5", .doc = "T."},
    {.name = "no_text", .type = PARAM_TEXT, .offset = TH(no_text), .doc = "N."},
    {.name = "next", .type = PARAM_REF, .offset = TH(next), .doc = "N."},
    {.name = "refs", .type = PARAM_REFS, .offset = TH(refs), .doc = "R."},
    {.name = "group", .type = PARAM_GROUP, .offset = TH(group), .group = group_params, .doc = "G."},
    {.name = "backoff",
     .type = PARAM_BACKOFF,
     .offset = TH(backoff),
     .fallback = "exponential { base = \"5ms\" }",
     .doc = "B."},
    {.name = "causes",
     .type = PARAM_CAUSES,
     .offset = TH(causes),
     .fallback = "timeout, reset",
     .doc = "C."},
    {0},
};

static bool refuse_three(const struct spec *spec, const struct component_spec *component,
                         struct error *err) {
  (void)spec;
  const struct thing_config *config = component->config;
  return config->count != 3 || error_set(err, "'count' must not be 3");
}

static const struct metric_def thing_metrics[] = {{"shine", "ratio", "How bright it is."}, {0}};

static const struct kind thing = {.name = "thing",
                                  .summary = "A thing.",
                                  .doc = "It does nothing.\nReally nothing.",
                                  .example = "source \"a\" { next = \"b\" }\nthing \"b\" {}\n",
                                  .params = thing_params,
                                  .metrics = thing_metrics,
                                  .config_size = sizeof(struct thing_config),
                                  .validate = refuse_three};

struct source_config {
  uint32_t next;
};

static const struct param source_params[] = {
    {.name = "next",
     .type = PARAM_REF,
     .offset = offsetof(struct source_config, next),
     .required = true,
     .doc = "N."},
    {0},
};

static const struct kind source = {.name = "source",
                                   .summary = "A source.",
                                   .doc = "It does nothing either.",
                                   .example = "source \"a\" { next = \"b\" }\nthing \"b\" {}\n",
                                   .params = source_params,
                                   .metrics = thing_metrics,
                                   .config_size = sizeof(struct source_config),
                                   .is_source = true};

/* In place of the one that meson writes. */
const struct kind *const registry[] = {&source, &thing, NULL};
static const struct kinds kinds = {2, registry};

static const struct thing_config *thing_of(const struct scenario *s, const char *name) {
  return s->spec.component[spec_find(&s->spec, name)].config;
}

static void test_defaults(void **state) {
  (void)state;
  struct scenario *s = load("source \"a\" { next = \"b\" } thing \"b\" {}");
  const struct thing_config *c = thing_of(s, "b");
  assert_true(c->flag && !c->other_flag);
  assert_true(c->count == 5 && c->limited == PARAM_UNLIMITED && c->wait == 20000000);
  assert_true(c->number == 1.5 && c->ratio == 0.5 && c->big_ratio == 1.5 && c->rate == 1);
  assert_true(c->bandwidth == 0 && c->bytes == 65536);
  assert_true(c->time.kind == DIST_CONSTANT && c->time.a == 0);
  assert_true(c->size.kind == DIST_CONSTANT && c->size.a == 1000);
  assert_true(c->by_default.kind == DIST_LOGNORMAL && fabs(dist_mean(&c->by_default) - 5e6) < 1);
  assert_int_equal(c->choice, 1);
  assert_string_equal(c->text, "5");
  assert_null(c->no_text);
  assert_true(c->next == REF_NONE && c->refs.n == 0);
  assert_true(!c->group.given && c->group.share == 0.25 && c->group.needed == 0);
  assert_true(!c->group.inner.given && c->group.inner.depth == 7);
  assert_true(c->backoff.exponential && c->backoff.base_ns == 5000000 &&
              c->backoff.cap_ns == PARAM_UNLIMITED && c->backoff.jitter == JITTER_NONE);
  assert_int_equal(c->causes, 1u << OUTCOME_TIMEOUT | 1u << OUTCOME_RESET);
  scenario_free(s);
}

static void test_given(void **state) {
  (void)state;
  struct scenario *s = load(
      "source \"a\" { next = \"b\" }\n"
      "thing \"b\" { flag = false, other_flag = true, count = 0, limited = 9, wait = \"1ms\",\n"
      "  number = -2, ratio = \"100%\", big_ratio = 2, rate = \"5k/s\", bandwidth = \"10MB/s\",\n"
      "  bytes = \"0.5kB\", time = exponential \"3s\", size = uniform { \"1kB\", \"3kB\" },\n"
      "  by_default = \"1h\", choice = \"red\", text = \"\xc3\xa9t\xc3\xa9\", next = \"d\",\n"
      "  refs = { \"d\", \"e\" }, group = { needed = 4, inner = {} }, backoff = \"1s\",\n"
      "  causes = { \"denied\" } }\n"
      "thing \"d\" { refs = \"e\", group = false }\n"
      "thing \"e\" { causes = \"timeout\" }\n");
  const struct thing_config *c = thing_of(s, "b");
  assert_true(!c->flag && c->other_flag);
  assert_true(c->count == 0 && c->limited == 9 && c->wait == 1000000);
  assert_true(c->number == -2 && c->ratio == 1 && c->big_ratio == 2 && c->rate == 5000);
  assert_true(c->bandwidth == 80e6 && c->bytes == 500);
  assert_true(c->time.a == 3e9 && c->size.b == 3000 && c->by_default.a == 3600e9);
  assert_int_equal(c->choice, 0);
  assert_string_equal(c->text, "\xc3\xa9t\xc3\xa9");
  assert_int_equal(c->next, 2);
  assert_true(c->refs.n == 2 && c->refs.id[0] == 2 && c->refs.id[1] == 3);
  assert_true(c->group.given && c->group.needed == 4 && c->group.share == 0.25);
  assert_true(c->group.inner.given && c->group.inner.depth == 7);
  assert_true(!c->backoff.exponential && c->backoff.base_ns == NS_PER_S);
  assert_int_equal(c->causes, 1u << OUTCOME_DENIED);
  assert_true(thing_of(s, "d")->refs.n == 1 && !thing_of(s, "d")->group.given);
  assert_int_equal(thing_of(s, "e")->causes, 1u << OUTCOME_TIMEOUT);
  scenario_free(s);
}

/* A value that is left out is made once: the next component has the same, whatever the one between
 * them states, and what it states is its own. */
static void test_left_out_again(void **state) {
  (void)state;
  struct scenario *s = load(
      "for _, to in ipairs { \"b\", \"c\", \"d\", \"e\" } do source(\"to_\" .. to) { next = to } "
      "end\n"
      "thing \"b\" {}\n"
      "thing \"c\" { count = 9, wait = \"30ms\", causes = { \"timeout\" }, time = \"8ms\",\n"
      "            group = { needed = 1, inner = { depth = 3 } } }\n"
      "thing \"d\" { group = { needed = 2 } }\n"
      "thing \"e\" {}\n");
  const struct thing_config *b = thing_of(s, "b"), *c = thing_of(s, "c"), *d = thing_of(s, "d");
  assert_memory_equal(b, thing_of(s, "e"), sizeof *b);
  assert_true(b->wait == NS_PER_S / 50 && c->wait == 3 * NS_PER_S / 100 && d->wait == b->wait);
  assert_true(b->count != 9 && c->count == 9 && d->count == b->count);
  assert_true(c->group.given && c->group.inner.given && c->group.inner.depth == 3);
  assert_true(c->group.share == 0.25 && d->group.share == 0.25);
  assert_true(d->group.given && !d->group.inner.given && d->group.inner.depth == 7);
  assert_true(!b->group.given && b->group.share == 0.25 && b->group.inner.depth == 7);
  scenario_free(s);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *body, *says;
  } wrong[] = {
      {"flag = 1",
       "key 'flag' of thing \"b\": expected true or false, without quotes, got the "
       "number 1"},
      {"count = -1", "-1 is negative"},
      {"count = 3", "s.lua:1: thing \"b\": 'count' must not be 3"},
      {"count = \"unlimited\"", "expected a whole number, got the text \"unlimited\""},
      {"limited = \"unlimted\"", "expected a whole number or \"unlimited\""},
      {"wait = \"never\"", "\"never\" is not a duration"},
      {"wait = \"0.5ms\"", "500us is out of range; it must be from 1ms to 1min"},
      {"wait = \"2min\"", "2min is out of range; it must be from 1ms to 1min"},
      {"number = 3", "3 is out of range; it must be from -2 to 2"},
      {"number = \"3\"", "expected a number, got the text \"3\"; leave out the quotes"},
      {"ratio = 1.01", "101% is out of range; it must be from 0% to 100%"},
      {"ratio = -0.5", "-50% is out of range"},
      {"big_ratio = \"201%\"", "201% is out of range; it must be from 0% to 200%"},
      {"rate = 5", "5 has no unit; write a rate such as \"900/s\""},
      {"bytes = \"2GB\"", "2GB is out of range; it must be from 0B to 1GB"},
      {"bytes = \"2KB\"", "write kB for 1000 bytes or KiB for 1024 bytes"},
      {"choice = \"gren\"", "\"gren\" is unknown; did you mean 'green'?"},
      {"text = 5", "expected a text in quotes, got the number 5"},
      {"next = 5", "expected the name of a component, got the number 5"},
      {"next = \"a\"", "source \"a\" makes requests and cannot be called"},
      {"refs = {}", "the list is empty; name a component"},
      {"refs = { \"b\", \"b\" }", "item 2 of refs of thing \"b\": is named twice in the list"},
      {"group = {}", "key 'group' of thing \"b\": key 'needed' is missing; give a whole number"},
      {"group = { needed = 1, iner = {} }",
       "key 'iner' of group of thing \"b\": unknown; did you mean 'inner'?"},
      {"group = { needed = 1, inner = { depht = 1 } }",
       "key 'depht' of inner of group of thing \"b\": unknown; did you mean 'depth'?"},
      {"causes = { \"timeout\", \"late\" }",
       "item 2 of causes of thing \"b\": \"late\" is unknown; "
       "it is one of timeout, refused"},
      {"causes = {}", "causes' of thing \"b\": the list is empty; name a cause such as"},
      {"text = \"\"", "the text is empty; write one, or leave it out"},
      {"backoff = uniform { \"1ms\", \"2ms\" }", "expected a pause such as \"100ms\""},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char text[400];
    snprintf(text, sizeof text, "source \"a\" { next = \"b\" } thing \"b\" { %s }", wrong[i].body);
    const char *message = mistake(text);
    if (!strstr(message, wrong[i].says)) fail_msg("%s\n gave: %s", wrong[i].body, message);
  }
}

/* What `write` prints. Not inlined: gcc 12 would take the text for a pointer into this frame. */
static __attribute__((noinline)) char *printed(void (*write)(FILE *out)) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  write(out);
  fclose(out);
  return text;
}

static void write_thing(FILE *out) {
  struct error err = {""};
  assert_true(describe_kind(out, &kinds, "thing", &err));
}

static void write_all(FILE *out) {
  describe_all(out, &kinds);
}

static void write_annotations(FILE *out) {
  annotations_write(out, &kinds);
}

static void expect_in(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("\"%s\" is not in\n%s", part, text);
}

/* Every line of the first `size` bytes fits a terminal of 80 columns. */
static void expect_narrow(const char *text, size_t size) {
  for (size_t at = 0; at < size; at += strcspn(text + at, "\n") + 1) {
    if (strcspn(text + at, "\n") > 80) fail_msg("too wide: %.100s", text + at);
  }
}

static void test_describe(void **state) {
  (void)state;
  char *text = printed(write_thing);
  expect_in(text, "thing: A thing.\n\n  It does nothing.\n  Really nothing.\n\nParameters\n");
  expect_in(text, "  wait: duration, 1ms to 1min; default 20ms\n      How long it waits, which");
  expect_in(text, "  limited: whole number or \"unlimited\", at least 1; default unlimited\n");
  expect_in(text, "  choice: one of red, green; default green\n");
  expect_in(text, "  group: table\n      G.\n      needed: whole number; required\n");
  expect_in(text, "  instances: whole number, 1 to 100000; default 1\n");
  expect_in(text, "  shine                 (ratio) How bright it is.\n");
  expect_in(text, "\nExample\n  source \"a\" { next = \"b\" }\n  thing \"b\" {}\n");
  expect_narrow(text, (size_t)(strstr(text, "\nExample\n") - text));
  free(text);
  text = printed(write_all);
  expect_in(text, "  source            A source.\n");
  expect_in(text, "  lognormal         Long-tailed times");
  free(text);
  struct error err = {""};
  assert_false(describe_kind(stdout, &kinds, "thnig", &err));
  assert_string_equal(err.text, "there is nothing called 'thnig'; did you mean 'thing'?");
}

static void test_annotations(void **state) {
  (void)state;
  char *text = printed(write_annotations);
  assert_int_equal(strncmp(text, "---@meta\n", 9), 0);
  expect_in(text, "---@class (exact) archsim.thing.group.inner\n---@field depth? integer D. ");
  expect_in(text, "---@field choice? \"red\"|\"green\" C. Default: green.\n");
  expect_in(text, "---@field wait? archsim.Quantity How long it waits");
  expect_in(text, "Range: 1ms to 1min. Default: 20ms.\n");
  expect_in(text, "---@field group? archsim.thing.group|false G.\n");
  expect_in(text, "---@return fun(parameters: archsim.thing)\nfunction thing(name) end\n");
  expect_in(text, "function lognormal(value) end\n");
  expect_in(text, "---@class (exact) archsim.run\n---@field duration? archsim.Quantity");
  /* Only comments and empty functions: it is Lua. */
  for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
    bool known = *line == '\n' || !strncmp(line, "--", 2) || !strncmp(line, "function ", 9);
    if (!known) fail_msg("strange line: %.100s", line);
  }
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_defaults), cmocka_unit_test(test_left_out_again),
      cmocka_unit_test(test_given),    cmocka_unit_test(test_mistakes),
      cmocka_unit_test(test_describe), cmocka_unit_test(test_annotations),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
