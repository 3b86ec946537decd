/* Aim: nothing that a results file says becomes markup, and what has no look of its own is shown;
 * definitions of metrics are found by name; a topology is drawn from what its tree says alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <string.h>

#include "graphviz.h"
#include "html.h"
#include "metric_meaning.h"
#include "results_tree.h"
#include "topology_dot.h"

static void assert_escaped(const char *text, const char *wanted) {
  GString *out = g_string_new(NULL);
  html_text(out, text);
  assert_string_equal(out->str, wanted);
  g_string_free(out, TRUE);
}

static void test_markup_becomes_text(void **state) {
  (void)state;
  assert_escaped("<script>", "&lt;script&gt;");
  assert_escaped("a & b \"c\" 'd' `e`", "a &amp; b &quot;c&quot; &#39;d&#39; &#96;e&#96;");
  assert_escaped("]]>", "]]&gt;");
  assert_escaped("-->", "--&gt;");
  assert_escaped("Zürich 上海", "Zürich 上海");
}

/* Characters that turn the direction of writing or do not show, and bytes that are no UTF-8. */
static void test_unseen_characters_are_shown(void **state) {
  (void)state;
  assert_escaped(
      "a\xe2\x80\xae"
      "b",
      "a[U+202E]b");
  assert_escaped("\xe2\x81\xa6\x1b[31m\x7f", "[U+2066][U+001B][31m[U+007F]");
  assert_escaped("\xef\xbb\xbf\xc2\xad\xd8\x9c", "[U+FEFF][U+00AD][U+061C]");
  assert_escaped("\xff", "\xef\xbf\xbd");
}

static void test_sentences(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"up 25 % of 3 ms", "up 25\u00a0% of 3\u00a0ms"},
      {"`archsim capacity` finds <it>", "<code>archsim capacity</code> finds &lt;it&gt;"},
      {"an odd ` is itself", "an odd &#96; is itself"},
      {"`a` and `<b", "<code>a</code> and &#96;&lt;b"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    GString *out = g_string_new(NULL);
    html_prose(out, cases[i][0]);
    assert_string_equal(out->str, cases[i][1]);
    g_string_free(out, TRUE);
  }
}

static void test_attributes_stay_closed(void **state) {
  (void)state;
  GString *out = g_string_new(NULL);
  html_attribute(out, "title", "x\" onclick=\"y");
  assert_string_equal(out->str, " title=\"x&quot; onclick=&quot;y\"");
  g_string_free(out, TRUE);
}

static void test_definitions_come_from_the_tables(void **state) {
  (void)state;
  struct metric_meaning m;
  assert_true(metric_meaning("service", "utilization", &m));
  assert_int_equal(m.unit, UNIT_RATIO);
  assert_true(m.common);
  assert_true(metric_meaning("client", "availability", &m));
  assert_false(m.common);
  assert_true(metric_meaning("client", "during.a_web_server_dies.availability", &m));
  assert_int_equal(m.unit, UNIT_RATIO);
  assert_true(metric_meaning("client", "during.a_web_server_dies.latency.p99", &m));
  assert_int_equal(m.unit, UNIT_SECONDS);
  assert_true(metric_meaning("client", "errors.timeout", &m));
  assert_int_equal(m.unit, UNIT_COUNT);
  assert_true(metric_meaning("client", "op.buy.latency.p99", &m));
  assert_int_equal(m.unit, UNIT_SECONDS);
  assert_true(strncmp(m.operation, "buy.", 4) == 0);
  assert_true(metric_meaning(NULL, "hit_ratio", &m)); /* of whatever kind has it */
  assert_true(metric_meaning("a kind from the future", "hit_ratio", &m));
  assert_false(metric_meaning("service", "hit_ratio", &m));
  assert_false(metric_meaning("client", "errors.", &m));
  assert_false(metric_meaning("client", "errors.a.b", &m));
}

static void test_trees_may_lack_anything(void **state) {
  (void)state;
  json_t *tree = json_pack("{s:i, s:s, s:n}", "text", 7, "number", "seven", "nothing");
  assert_string_equal(tree_text(tree, "text"), "");
  assert_true(tree_number(tree, "number") != tree_number(tree, "number")); /* NaN */
  assert_false(tree_true(tree, "nothing"));
  assert_string_equal(tree_text(NULL, "text"), "");
  const char **keys = tree_keys(tree);
  assert_string_equal(keys[0], "nothing");
  assert_string_equal(keys[2], "text");
  assert_null(keys[3]);
  g_free(keys);
  json_decref(tree);
}

/* --- topology ------------------------------------------------------------------------------- */

static char *dot_of(const char *topology) {
  json_t *tree = json_loads(topology, 0, NULL);
  assert_non_null(tree);
  char *dot = topology_dot(tree, NULL, "t", false);
  json_decref(tree);
  return dot;
}

static const char *const plain =
    "{\"components\": [{\"name\": \"c\", \"kind\": \"client\", \"zones\": [\"home\"]},"
    " {\"name\": \"web\", \"kind\": \"service\", \"instances\": 3, \"zones\": [\"a\", \"b\"]}],"
    "\"zones\": [{\"name\": \"home\", \"region\": null}, {\"name\": \"a\", \"region\": \"eu\"},"
    " {\"name\": \"b\", \"region\": \"eu\"}],"
    "\"paths\": [{\"from\": \"home\", \"to\": \"eu\", \"latency_s\": 0.02, \"one_way\": false},"
    " {\"from\": \"home\", \"to\": \"a\", \"latency_s\": 0.01, \"one_way\": true}],"
    "\"edges\": [{\"from\": \"c\", \"to\": \"web\", \"calls_per_s\": 100, \"errors_per_s\": 25, "
    "\"exact\": true}]}";

static void test_topology_shows_what_is_known(void **state) {
  (void)state;
  char *dot = dot_of(plain);
  assert_non_null(strstr(dot, "<b>web x3</b>"));
  assert_non_null(strstr(dot, "in a, b"));
  assert_non_null(strstr(dot, "region eu"));
  assert_non_null(strstr(dot, "zone home"));
  assert_non_null(strstr(dot, "10.0 ms to 20.0 ms")); /* the more specific path to zone a */
  assert_non_null(strstr(dot, "25.0 % failed"));
  assert_non_null(strstr(dot, ";0.250:")); /* a quarter of the line is red */
  assert_non_null(strstr(dot, "shape=ellipse"));
  assert_null(strstr(dot, "URL"));
  g_free(dot);
}

/* A mean does not hide a member that is far busier than the others. */
static void test_topology_shows_the_busiest_member(void **state) {
  (void)state;
  json_t *tree = json_loads(
      "{\"components\": [{\"name\": \"db\", \"instances\": 2}, {\"name\": \"web\", \"instances\": "
      "2}]}",
      0, NULL);
  json_t *metrics = json_loads(
      "{\"db.utilization\": {\"value\": 0.55}, \"db[1].utilization\": {\"value\": 0.1},"
      " \"db[2].utilization\": {\"value\": 1.0}, \"web.utilization\": {\"value\": 0.3},"
      " \"web[1].utilization\": {\"value\": 0.35}, \"web[2].utilization\": {\"value\": 0.25}}",
      0, NULL);
  char *dot = topology_dot(tree, metrics, "t", false);
  assert_non_null(strstr(dot, "busy,<br/>the busiest member 100"));
  assert_null(strstr(dot, "member 35"));
  g_free(dot);
  json_decref(metrics);
  json_decref(tree);
}

/* Where it is known at which call failures began, that line is red and says so; the others only
 * pass them on. */
static void test_topology_shows_where_failures_begin(void **state) {
  (void)state;
  char *dot = dot_of(
      "{\"components\": [{\"name\": \"c\"}, {\"name\": \"web\"}, {\"name\": \"db\"}], \"zones\": "
      "[],"
      "\"paths\": [], \"edges\": [{\"from\": \"c\", \"to\": \"web\", \"calls_per_s\": 100, "
      "\"errors_per_s\": 25, \"exact\": true}, {\"from\": \"web\", \"to\": \"db\", "
      "\"calls_per_s\": 100, "
      "\"errors_per_s\": 50, \"failures_begin\": 0.97, \"exact\": true}]}");
  assert_non_null(strstr(dot, "<b>97.0 % of failures begin here</b>"));
  assert_non_null(strstr(dot, ";0.500:"));
  assert_null(strstr(dot, ";0.250:"));
  g_free(dot);
}

/* Who shares a machine is seen; what a host has is no call. */
static void test_topology_shows_what_runs_where(void **state) {
  (void)state;
  char *dot = dot_of(
      "{\"components\": [{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"node\"}], \"zones\": "
      "[],"
      "\"paths\": [], \"edges\": [], \"hosts\": [{\"component\": \"a\", \"host\": \"node\"},"
      "{\"component\": \"b\", \"host\": \"node\"}]}");
  assert_non_null(strstr(dot, "n0 -> n2 ["));
  assert_non_null(strstr(dot, "n1 -> n2 ["));
  assert_non_null(strstr(dot, "arrowhead=none label=\"runs on\""));
  g_free(dot);
}

/* A path that serves one direction is not taken the other way. */
static void test_one_way_paths_lead_one_way(void **state) {
  (void)state;
  char *dot = dot_of(
      "{\"components\": [{\"name\": \"c\"}, {\"name\": \"s\"}], \"zones\": [],"
      "\"paths\": [{\"from\": \"s\", \"to\": \"c\", \"latency_s\": 0.02, \"one_way\": true}],"
      "\"edges\": [{\"from\": \"c\", \"to\": \"s\"}]}");
  assert_null(strstr(dot, "20.0 ms"));
  g_free(dot);
}

static void test_names_cannot_leave_their_label(void **state) {
  (void)state;
  char *dot = dot_of(
      "{\"components\": [{\"name\": \">];}<img src='/etc/passwd'/>\", \"kind\": \"\\\\N\\\"\"}],"
      "\"edges\": [{\"from\": \"nobody\", \"to\": \"nobody\"}]}");
  assert_null(strstr(dot, "<img"));
  assert_null(strstr(dot, ">];}"));
  assert_null(strstr(dot, "->"));
  assert_non_null(strstr(dot, "\\\\N")); /* doubled */
  struct error err = {0};
  GBytes *svg = graphviz_draw(dot, "svg", &err);
  assert_non_null(svg);
  g_bytes_unref(svg);
  g_free(dot);
}

static void test_svg_is_made_for_a_page(void **state) {
  (void)state;
  char *svg = graphviz_inline(
      "<?xml?>\n<!DOCTYPE svg>\n<svg width=\"10pt\" height=\"20pt\"\n"
      " viewBox=\"0 0 10 20\" xmlns=\"x\">\n<!-- n0 -->\n<title>n0</title>\n"
      "<path stroke=\"#010101\"/>\n</svg>\n",
      "a \"label\"", false);
  assert_non_null(strstr(svg, "aria-label=\"a &quot;label&quot;\""));
  assert_non_null(strstr(svg, "viewBox=\"0 0 10 20\""));
  assert_non_null(strstr(svg, "stroke=\"currentColor\""));
  assert_null(strstr(svg, "<title>"));
  assert_null(strstr(svg, "<!"));
  assert_null(strstr(svg, "<?"));
  g_free(svg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_markup_becomes_text),
      cmocka_unit_test(test_unseen_characters_are_shown),
      cmocka_unit_test(test_sentences),
      cmocka_unit_test(test_attributes_stay_closed),
      cmocka_unit_test(test_definitions_come_from_the_tables),
      cmocka_unit_test(test_trees_may_lack_anything),
      cmocka_unit_test(test_topology_shows_what_is_known),
      cmocka_unit_test(test_topology_shows_the_busiest_member),
      cmocka_unit_test(test_topology_shows_where_failures_begin),
      cmocka_unit_test(test_topology_shows_what_runs_where),
      cmocka_unit_test(test_one_way_paths_lead_one_way),
      cmocka_unit_test(test_names_cannot_leave_their_label),
      cmocka_unit_test(test_svg_is_made_for_a_page),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
