#include "sweep_junit.h"

#include <glib.h>
#include <math.h>

#include "csv.h"
#include "format.h"
#include "sweep_csv.h"

/* "rate=100/s, servers=2"; to be freed with g_free. */
static char *place_of(const json_t *axes, const json_t *point) {
  GString *place = g_string_new(NULL);
  for (size_t i = 0; i < json_array_size(axes); i++) {
    const char *name = sweep_text(json_array_get(axes, i), "name");
    g_string_append_printf(place, "%s%s=%s", i > 0 ? ", " : "", name, sweep_param(point, name));
  }
  return g_string_free(place, FALSE);
}

/* As a run says it; to be freed with g_free. */
static char *sentence_of(const json_t *goal, enum verdict verdict) {
  const char *reason = json_string_value(json_object_get(goal, "reason"));
  if (reason != NULL) return g_strdup(reason);
  enum metric_unit unit = csv_unit_of(sweep_text(goal, "unit"));
  struct label value = format_value(unit, sweep_number(goal, "value"));
  double lo = sweep_number(goal, "lo"), hi = sweep_number(goal, "hi");
  GString *text = g_string_new(verdict == VERDICT_UNDECIDED ? "undecided: " : "");
  g_string_append_printf(text, "%s is %s", sweep_text(goal, "metric"), value.text);
  if (!isnan(lo) && !isnan(hi)) {
    struct label low = format_value(unit, lo), high = format_value(unit, hi);
    g_string_append_printf(text, " (95 %%: %s .. %s)", low.text, high.text);
  }
  return g_string_free(text, FALSE);
}

void sweep_junit_point(const json_t *axes, const json_t *point, enum undecided undecided,
                       struct junit_document *document) {
  struct junit suite;
  junit_begin(&suite, sweep_text(point, "scenario"), 0);
  suite.at = place_of(axes, point);
  const json_t *goals = json_object_get(point, "goals"), *checks = json_object_get(point, "checks");
  for (size_t i = 0; i < json_array_size(goals); i++) {
    const json_t *goal = json_array_get(goals, i);
    enum verdict verdict = sweep_verdict(goal);
    char *sentence = sentence_of(goal, verdict);
    junit_add(&suite, "goals", sweep_text(goal, "goal"), junit_outcome_of(verdict, undecided),
              sentence);
    g_free(sentence);
  }
  for (size_t i = 0; i < json_array_size(checks); i++) {
    const json_t *check = json_array_get(checks, i);
    bool pass = json_is_true(json_object_get(check, "pass"));
    junit_add(&suite, "physics", sweep_text(check, "check"), pass ? JUNIT_PASSED : JUNIT_ERROR,
              sweep_text(check, "detail"));
  }
  junit_document_add(document, &suite);
  junit_free(&suite);
}
