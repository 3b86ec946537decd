/* Compares the simulator with reference values (claims.txt) by running scenarios.
 *
 * For each scenario and its settings, replications are added until every claim's standard error is
 * at most a quarter of its tolerance (an eighth while there are few), or a limit is reached; then
 * the estimate must lie within the tolerance of the reference. With --quick they begin with five,
 * or the number beside that flag (15/3: with 15 that measure for a third of the time), else with
 * those of the scenario. A claim whose error stays larger is a failure too: it shows nothing.
 * Claims of deterministic scenarios (no variance over replications) must hold as they are. --write
 * writes the page; with cases it puts their rows into the page that is there, and keeps all others.
 *
 * usage: validate DIR [--quick] [--write FILE] [CASE ...] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"
#include "scenario.h"
#include "statistics.h"

enum { MAX_CLAIMS = 1000, MAX_SETTINGS = 16, MAX_GROWTH = 128, QUICK_START = 5, FEW = 15 };

struct claim {
  char line[512]; /* the fields below point into it */
  char *id, *scenario, *settings, *quantity;
  double reference, tolerance; /* tolerance absolute once read */
  bool quick, selected;
  uint32_t begin; /* replications in the quick part; 0: QUICK_START */
  uint32_t cut;   /* the quick part measures for so much shorter; at least 1 */
  /* measured */
  double estimate, se;
  uint32_t replications;
  bool within, sharp;
  char *row; /* of one that is not selected: its line of the page so far */
};

static struct claim claims[MAX_CLAIMS];
static uint32_t claims_n;

/* --- reading -------------------------------------------------------------------------------- */

static char *trimmed(char *text) {
  while (*text == ' ') text++;
  for (char *end = text + strlen(text); end > text && strchr(" \n", end[-1]);) *--end = 0;
  return text;
}

static bool read_claim(struct claim *c) {
  char *field[7], *rest = c->line;
  for (int i = 0; i < 7; i++) {
    field[i] = strsep(&rest, "|");
    if (!field[i]) return false;
    field[i] = trimmed(field[i]);
  }
  c->id = field[0];
  c->scenario = field[1];
  c->settings = field[2];
  c->quantity = field[3];
  c->reference = strtod(field[4], NULL);
  c->tolerance = strtod(field[5], NULL);
  if (!strstr(field[6], "absolute")) c->tolerance *= fabs(c->reference);
  const char *quick = strstr(field[6], "quick");
  c->quick = quick != NULL;
  char *end = NULL;
  c->begin = quick ? (uint32_t)strtoul(quick + strlen("quick"), &end, 10) : 0;
  c->cut = quick && *end == '/' ? (uint32_t)strtoul(end + 1, NULL, 10) : 1;
  return true;
}

static bool read_claims(const char *file) {
  FILE *in = fopen(file, "r");
  if (!in) return fprintf(stderr, "cannot open %s\n", file), false;
  while (claims_n < MAX_CLAIMS && fgets(claims[claims_n].line, sizeof claims[0].line, in)) {
    struct claim *c = &claims[claims_n];
    if (c->line[0] == '#' || c->line[0] == '\n') continue;
    if (!read_claim(c)) return fprintf(stderr, "%s: not a claim: %s\n", file, c->line), false;
    claims_n++;
  }
  fclose(in);
  return claims_n > 0;
}

/* --- quantities: terms joined from left to right by + - and / --------------------------------- */

static double term_value(const struct results *r, const char *term, uint32_t replication) {
  char *end;
  double number = strtod(term, &end);
  if (*end == 0) return number;
  const struct result *metric = results_find(r, term);
  if (!metric) {
    fprintf(stderr, "no metric %s\n", term);
    exit(2);
  }
  return replication == UINT32_MAX ? metric->estimate.value : metric->replication[replication];
}

static double quantity_value(const struct results *r, const char *quantity, uint32_t replication) {
  char text[256];
  snprintf(text, sizeof text, "%s", quantity);
  char *save, *term = strtok_r(text, " ", &save);
  double value = term_value(r, term, replication);
  for (char *op; (op = strtok_r(NULL, " ", &save)) && (term = strtok_r(NULL, " ", &save));) {
    double operand = term_value(r, term, replication);
    if (*op == '+') value += operand;
    if (*op == '-') value -= operand;
    if (*op == '/') value /= operand;
  }
  return value;
}

/* --- measuring ------------------------------------------------------------------------------ */

static void measure(struct claim *c, const struct results *r) {
  double sum = 0, squares = 0, n = r->replications;
  c->estimate = quantity_value(r, c->quantity, UINT32_MAX);
  for (uint32_t i = 0; i < r->replications; i++) {
    double d = quantity_value(r, c->quantity, i) - c->estimate;
    sum += d;
    squares += d * d;
  }
  double variance = n > 1 ? (squares - sum * sum / n) / (n - 1) : 0;
  c->se = variance > 0 ? sqrt(variance / n) : 0;
  c->replications = r->replications;
  c->sharp = c->se <= c->tolerance / (c->replications < FEW ? 8 : 4);
  c->within = fabs(c->estimate - c->reference) <= c->tolerance;
}

static bool same_run(const struct claim *a, const struct claim *b) {
  return b->selected && !strcmp(a->scenario, b->scenario) && !strcmp(a->settings, b->settings);
}

/* Ends the program if the scenario does not take the claim's settings. */
static struct scenario *load_claim(const char *dir, const struct claim *c) {
  char file[1024], settings[256];
  snprintf(settings, sizeof settings, "%s", c->settings);
  struct setting setting[MAX_SETTINGS];
  uint32_t n = 0;
  char *save;
  snprintf(file, sizeof file, "%s/scenarios/%s.lua", dir, c->scenario);
  for (char *s = strtok_r(settings, " ", &save); s && n < MAX_SETTINGS;
       s = strtok_r(NULL, " ", &save)) {
    setting[n].name = s;
    s = strchr(s, '=');
    *s = 0;
    setting[n++].value = s + 1;
  }
  struct error err;
  struct scenario *scenario = scenario_load(file, setting, n, &err);
  if (!scenario) {
    fprintf(stderr, "%s\n", err.text);
    exit(2);
  }
  return scenario;
}

/* How many replications would do, from the errors of these: an error falls with the root of their
 * number. A tenth more, as it is itself an estimate, and after few of them a bad one. */
static uint32_t wanted(const struct claim *first, uint32_t replications) {
  double worst = 1;
  if (replications < FEW) return FEW;
  for (const struct claim *c = first; c < claims + claims_n; c++) {
    if (same_run(first, c)) worst = fmax(worst, c->se / (c->tolerance / 4));
  }
  return replications + 1 + (uint32_t)(fmin(1.1 * worst * worst - 1, 1e6) * replications);
}

static uint32_t lesser(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

/* Replications to begin with in the quick part. */
static uint32_t quick_start(const struct claim *first, uint32_t replications) {
  uint32_t begin = 0;
  for (const struct claim *c = first; c < claims + claims_n; c++) {
    if (same_run(first, c) && c->begin > begin) begin = c->begin;
  }
  return begin ? begin : lesser(replications, QUICK_START);
}

/* By the largest of the claims' numbers. */
static void shorten(const struct claim *first, struct run_settings *how) {
  uint32_t cut = 1;
  for (const struct claim *c = first; c < claims + claims_n; c++) {
    if (same_run(first, c) && c->cut > cut) cut = c->cut;
  }
  how->duration_ns = how->warmup_ns + (how->duration_ns - how->warmup_ns) / cut;
}

static void run(const char *dir, struct claim *first, uint32_t seed, bool quick) {
  struct scenario *scenario = load_claim(dir, first);
  uint32_t replications = scenario->run.replications;
  const uint32_t most = replications * MAX_GROWTH;
  if (quick) {
    replications = lesser(quick_start(first, replications), most);
    shorten(first, &scenario->run);
  }
  for (;;) {
    struct experiment_options options = {
        .has_seed = true, .seed = seed, .replications = replications, .follows_none = true};
    struct results results;
    struct error err;
    if (!experiment_run(scenario, &options, &results, &err)) {
      fprintf(stderr, "%s: %s\n", first->scenario, err.text);
      exit(2);
    }
    bool sharp = results_checks_passed(&results);
    if (!sharp) {
      fprintf(stderr, "%s %s: a physics check failed\n", first->scenario, first->settings);
      exit(1);
    }
    for (struct claim *c = first; c < claims + claims_n; c++) {
      if (!same_run(first, c)) continue;
      measure(c, &results);
      sharp &= c->sharp;
    }
    results_free(&results);
    if (sharp || replications == most || scenario->run.replications == 1) break;
    replications = lesser(wanted(first, replications), most);
  }
  scenario_free(scenario);
}

/* --- reporting ------------------------------------------------------------------------------ */

static double z_of(const struct claim *c) {
  return c->se > 0 ? (c->estimate - c->reference) / c->se : 0;
}

static bool report(FILE *out, bool markdown) {
  uint32_t passed = 0, failed = 0, missing = 0;
  const char *format =
      markdown ? "| %s | %s | %s | %s | %.6g | %.6g | ± %.2g | %.2g | %+.2f | %u | %s |\n"
               : "%-4s %-11s %-34s %-30s ref %-10.6g got %-10.6g +- %-8.2g tol %-8.2g "
                 "z %+5.2f  n %-4u %s\n";
  if (markdown) {
    fprintf(out,
            "| case | scenario | settings | quantity | reference | estimate | 95 %% interval | "
            "tolerance | z | replications | verdict |\n|---|---|---|---|---|---|---|---|---|---|"
            "---|\n");
  }
  for (uint32_t i = 0; i < claims_n; i++) {
    const struct claim *c = &claims[i];
    if (!c->selected) {
      missing += c->row == NULL;
      if (!markdown || c->row == NULL) continue;
      fputs(c->row, out);
      *(strstr(c->row, "| ok |\n") ? &passed : &failed) += 1;
      continue;
    }
    bool ok = c->within && c->sharp;
    passed += ok;
    failed += !ok;
    fprintf(out, format, c->id, c->scenario, c->settings, c->quantity, c->reference, c->estimate,
            1.96 * c->se, c->tolerance, z_of(c), c->replications,
            ok          ? "ok"
            : c->within ? "NOT SHARP"
                        : "FAILED");
  }
  fprintf(out, markdown ? "\n%u claims hold, %u fail.\n" : "%u passed, %u failed\n", passed,
          failed);
  if (markdown && missing > 0) fprintf(out, "%u have no row yet.\n", missing);
  return failed == 0;
}

/* Gives the claims that are not selected the rows that the page has for them. Returns its part of
 * statistics, which belongs to the caller, or NULL. */
static char *keep(const char *file) {
  char line[1024], begin[640], *statistics = NULL;
  size_t size = 0;
  FILE *in = fopen(file, "r"), *rest = NULL;
  if (!in) return NULL;
  while (fgets(line, sizeof line, in)) {
    if (!rest && !strcmp(line, "## Statistics\n")) rest = open_memstream(&statistics, &size);
    if (rest) fputs(line, rest);
    for (uint32_t i = 0; i < claims_n && !rest && line[0] == '|'; i++) {
      struct claim *c = &claims[i];
      int n = snprintf(begin, sizeof begin, "| %s | %s | %s | %s |", c->id, c->scenario,
                       c->settings, c->quantity);
      if (!c->selected && !c->row && !strncmp(line, begin, (size_t)n)) c->row = strdup(line);
    }
  }
  if (rest) fclose(rest);
  fclose(in);
  return statistics;
}

static bool write_page(const char *dir, const char *file, bool all) {
  char *statistics = all ? NULL : keep(file);
  FILE *out = fopen(file, "w");
  if (!out) return fprintf(stderr, "cannot write %s\n", file), false;
  fprintf(out,
          "# Validation\n\n"
          "Written by `scripts/validate`. Each row runs a scenario of tests/theory/scenarios "
          "with the settings\ngiven and compares one quantity with its reference. Replications "
          "are added until the standard error\nis at most a quarter of the tolerance; then the "
          "estimate must lie within the tolerance. z is the\ndistance in standard errors: over "
          "many rows it should look like a standard normal variate where the\nreference is exact. "
          "The physics checks (conservation, Little's law, utilisation) passed in every run.\n\n");
  bool ok = report(out, true);
  fprintf(out, "\n## Sources\n\n");
  char path[1024], line[512];
  snprintf(path, sizeof path, "%s/sources.txt", dir);
  FILE *in = fopen(path, "r");
  while (in && fgets(line, sizeof line, in)) {
    char *rest = line;
    if (line[0] == '#') continue;
    const char *id = trimmed(strsep(&rest, "|")), *title = rest ? trimmed(strsep(&rest, "|")) : "";
    fprintf(out, "- %s, %s: %s\n", id, title, rest ? trimmed(rest) : "");
  }
  if (in) fclose(in);
  if (statistics) {
    fprintf(out, "\n%s", statistics);
  } else {
    ok &= statistics_study(dir, false, true, out);
  }
  free(statistics);
  return fclose(out) == 0 && ok;
}

int main(int argc, char **argv) {
  bool quick = false, any = false, done[MAX_CLAIMS] = {0};
  const char *page = NULL;
  char file[1024];
  if (argc < 2)
    return fprintf(stderr, "usage: validate DIR [--quick] [--write FILE] [CASE ...]\n"), 2;
  snprintf(file, sizeof file, "%s/claims.txt", argv[1]);
  if (!read_claims(file)) return 2;
  for (int i = 2; i < argc; i++) {
    if (!strcmp(argv[i], "--quick")) {
      quick = true;
    } else if (!strcmp(argv[i], "--write") && i + 1 < argc) {
      page = argv[++i];
    } else {
      any = true;
      for (uint32_t k = 0; k < claims_n; k++) claims[k].selected |= !strcmp(claims[k].id, argv[i]);
    }
  }
  for (uint32_t k = 0; k < claims_n && !any; k++) claims[k].selected = !quick || claims[k].quick;
  /* Those that wait for the whole run must be understood, too. */
  for (uint32_t i = 0; i < claims_n && quick; i++) scenario_free(load_claim(argv[1], &claims[i]));
  for (uint32_t i = 0; i < claims_n; i++) {
    if (!claims[i].selected || done[i]) continue;
    fprintf(stderr, "%s %s %s\n", claims[i].id, claims[i].scenario, claims[i].settings);
    run(argv[1], &claims[i], 1, quick);
    for (uint32_t k = i; k < claims_n; k++) done[k] |= same_run(&claims[i], &claims[k]);
  }
  bool ok = report(stdout, false);
  if (page) ok &= write_page(argv[1], page, !any);
  return ok ? 0 : 1;
}
