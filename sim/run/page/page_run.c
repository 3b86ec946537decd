/* The report of one run, from the answer down to the command that reproduces it. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "page.h"
#include "results_tree.h"

static void head(const struct page *p) {
  g_string_append(p->out, "<header><p class=\"kind\">archsim report of a run</p>\n");
  html_element(p->out, "h1", tree_text(p->run, "scenario"));
  g_string_append(p->out, "\n");
  page_question(p->out, tree_text(p->run, "question"));
  g_string_append(p->out, "</header>\n");
}

/* Where no goal says what is wanted: whether anything is wrong. */
static void health_box(const struct page *p, const json_t *diagnosis, double failed) {
  size_t n = json_array_size(json_object_get(diagnosis, "groups"));
  if (json_is_true(json_object_get(diagnosis, "healthy"))) {
    html_element_of(p->out, "p", "verdict pass", NULL,
                    "Healthy: nothing failed, and nothing is at a limit or near one");
    return;
  }
  GString *text = g_string_new("Not healthy: ");
  if (failed > 0) {
    page_say(text, UNIT_RATIO, failed);
    g_string_append(text, " of all requests failed");
  }
  if (failed > 0 && n > 0) g_string_append(text, "; ");
  if (n > 0) g_string_append_printf(text, "%zu finding%s below", n, n == 1 ? "" : "s");
  if (!(failed > 0) && n == 0) g_string_append(text, "see what failed and why");
  html_element_of(p->out, "p", failed > FAILED_NEGLIGIBLE ? "verdict fail" : "verdict open", NULL,
                  text->str);
  g_string_free(text, TRUE);
}

/* "2 of 4 goals failed" in a coloured box. Where goals allow that many requests fail, that is told
 * all the same. */
static void verdict_box(const struct page *p, const json_t *goals) {
  const json_t *diagnosis = json_object_get(p->run, "diagnosis");
  const json_t *answer = json_object_get(diagnosis, "answer");
  double failed = tree_number(answer, "failed_share");
  const char *overall = page_overall(goals);
  size_t n = json_array_size(goals), met = 0, open = 0;
  bool hang = false; /* more replications of what hangs do not tell */
  if (n == 0) {
    if (diagnosis != NULL) health_box(p, diagnosis, failed);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    const json_t *goal = json_array_get(goals, i);
    bool undecided = strcmp(page_verdict_of(goal), "undecided") == 0;
    open += undecided;
    hang |= undecided && tree_number(goal, "unfinished") > 0 && tree_has_text(answer, "besides");
    met += !undecided && tree_true(goal, "pass");
  }
  char *text = NULL;
  if (strcmp(overall, "pass") == 0) {
    text = g_strdup_printf("Yes: %s met", n == 1 ? "the goal is" : "all goals are");
  } else if (strcmp(overall, "fail") == 0) {
    text = open > 0 ? g_strdup_printf("No: %zu of %zu goals met, %zu undecided", met, n, open)
                    : g_strdup_printf("No: %zu of %zu goals met", met, n);
  } else {
    text = g_strdup_printf("Not decided: %zu of %zu goals met%s%s", met, n,
                           hang ? ", with " : "; more replications would tell",
                           hang ? tree_text(answer, "besides") : "");
  }
  const json_t *share = json_object_get(answer, "failed_share");
  if (strcmp(overall, "pass") == 0 && json_is_null(share)) {
    g_free(text);
    text = g_strdup("All goals are met, but no request ended");
  } else if (strcmp(overall, "pass") == 0 && tree_has_text(answer, "besides")) {
    char *goals_met = text;
    text = g_strdup_printf("%s, with %s", goals_met, tree_text(answer, "besides"));
    g_free(goals_met);
  } else if (strcmp(overall, "pass") == 0 && failed > FAILED_NEGLIGIBLE) { /* of older files */
    char *goals_met = text;
    text = g_strdup_printf("%s, with %s of all requests failed", goals_met,
                           format_value(UNIT_RATIO, failed).text);
    g_free(goals_met);
  }
  const char *class = strcmp(overall, "pass") == 0   ? "verdict pass"
                      : strcmp(overall, "fail") == 0 ? "verdict fail"
                                                     : "verdict open";
  html_element_of(p->out, "p", class, NULL, text);
  g_free(text);
}

static void answer(const struct page *p) {
  const json_t *goals = json_object_get(p->run, "goals");
  size_t warnings = json_array_size(json_object_get(p->run, "warnings"));
  html_open_section(p->out, "answer", "The answer");
  verdict_box(p, goals);
  page_gate(p);
  page_answer(p);
  page_findings(p);
  page_goals(p, goals, "Goals");
  if (warnings > 0) {
    g_string_append_printf(p->out,
                           "<p class=\"note\"><a href=\"#warnings\">%zu warning%s</a> %s about how "
                           "far these numbers can be trusted.</p>\n",
                           warnings, warnings == 1 ? "" : "s", warnings == 1 ? "speaks" : "speak");
  }
  size_t doubtful = json_array_size(json_object_get(p->run, "doubtful"));
  if (doubtful > 0) {
    g_string_append_printf(
        p->out,
        "<p class=\"note\"><a href=\"#doubtful\">%zu thing%s</a> in the scenario "
        "%s doubtful.</p>\n",
        doubtful, doubtful == 1 ? "" : "s", doubtful == 1 ? "is" : "are");
  }
  html_close(p->out, "section");
}

static void contents(const struct page *p) {
  static const char *const entries[][2] = {
      {"topology", "Topology"},         {"latency", "Latency"},      {"throughput", "Throughput"},
      {"availability", "Availability"}, {"timeline", "Timeline"},    {"breakdown", "Breakdown"},
      {"components", "Components"},     {"checks", "Checks"},        {"warnings", "Warnings"},
      {"parameters", "Parameters"},     {"provenance", "Reproduce"}, {"definitions", "Definitions"},
  };
  g_string_append(p->out, "<nav aria-label=\"Contents\"><ul>");
  for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
    g_string_append_printf(p->out, "<li><a href=\"#%s\">%s</a></li>\n", entries[i][0],
                           entries[i][1]);
  }
  g_string_append(p->out, "</ul></nav>\n");
}

/* --- provenance ----------------------------------------------------------------------------- */

/* Settings that differ from the file's. */
static void append_settings(GString *out, const json_t *parameters) {
  for (size_t i = 0; i < json_array_size(parameters); i++) {
    const json_t *parameter = json_array_get(parameters, i);
    const char *value = tree_text(parameter, "value");
    if (strcmp(value, tree_text(parameter, "default")) == 0) continue;
    char *setting = g_strdup_printf("%s=%s", tree_text(parameter, "name"), value);
    g_string_append(out, " -s ");
    page_quote(out, setting);
    g_free(setting);
  }
}

static char *command_of(const json_t *run) {
  GString *out = g_string_new("archsim run ");
  char *file = tree_has_text(run, "file") ? g_strdup(tree_text(run, "file"))
                                          : g_strconcat(tree_text(run, "scenario"), ".lua", NULL);
  page_quote(out, file);
  g_free(file);
  append_settings(out, json_object_get(run, "scenario_parameters"));
  g_string_append_printf(out, " --seed %.0f -r %.0f", tree_number(run, "seed"),
                         tree_number(run, "replications"));
  return g_string_free(out, FALSE);
}

static char *whole(const json_t *tree, const char *key) {
  const json_t *value = json_object_get(tree, key);
  if (!json_is_integer(value)) return g_strdup("");
  return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
}

static char *seconds(const json_t *tree, const char *key) {
  return g_strdup(format_value(UNIT_SECONDS, tree_number(tree, key)).text);
}

static void provenance(const struct page *p) {
  bool batches = strcmp(tree_text(p->run, "interval"), "batch_means") == 0;
  char *command = command_of(p->run), *seed = whole(p->run, "seed"),
       *replications = whole(p->run, "replications"), *events = whole(p->run, "events"),
       *simulated = seconds(p->run, "simulated_s"), *warmup = seconds(p->run, "warmup_s");
  const char *const rows[][2] = {
      {"Command", command},
      {"Scenario", tree_text(p->run, "file")},
      {"archsim version", tree_text(p->run, "version")},
      {"Seed", seed},
      {"Replications", replications},
      {"Simulated time of each", simulated},
      {"Of which warm-up, left out", warmup},
      {"Intervals", batches ? "95 %, from batch means of the one replication"
                            : "95 %, over replications (Student's t)"},
      {"Events", events},
      {"Fingerprint of all events", tree_text(p->run, "fingerprint")},
      {NULL, NULL},
  };
  page_provenance(p, rows);
  char *owned[] = {command, seed, replications, events, simulated, warmup};
  for (size_t i = 0; i < G_N_ELEMENTS(owned); i++) g_free(owned[i]);
}

bool page_of_run(const struct page *p, struct error *err) {
  head(p);
  answer(p);
  contents(p);
  if (!page_topology(p, err)) return false;
  page_latency(p);
  page_throughput(p);
  page_availability(p);
  page_timeline(p);
  page_breakdown(p);
  page_components(p);
  page_plots_skipped(p);
  page_checks(p, json_object_get(p->run, "checks"), json_object_get(p->run, "warnings"));
  page_doubtful(p);
  page_parameters(p);
  page_scenario_parameters(p, json_object_get(p->run, "scenario_parameters"));
  provenance(p);
  page_definitions(p);
  return true;
}
