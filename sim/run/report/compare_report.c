#include "compare_report.h"

#include <glib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "format.h"
#include "report.h"
#include "table.h"

/* --- words ----------------------------------------------------------------------------------- */

#define TELLING 10u /* with so many replications a wide interval is what there is to say */

static double half_width(const struct difference *d) {
  return (d->joint.hi - d->joint.lo) / 2;
}

static double most_possible(const struct difference *d) {
  return fmax(fabs(d->joint.lo), fabs(d->joint.hi));
}

/* It may be as large as the values themselves: an interval of two or three replications. */
static bool tells_nothing(const struct difference *d) {
  double size = d->unit == UNIT_RATIO ? 0.5 : fmax(fabs(d->a.value), fabs(d->b.value));
  return most_possible(d) > size && d->diff.n < TELLING;
}

static const char *direction(const struct difference *d) {
  bool lower = d->finding == FINDING_LOWER;
  if (d->unit == UNIT_SECONDS && strstr(d->name, ".latency.") != NULL) {
    return lower ? "faster" : "slower";
  }
  if (d->unit == UNIT_SECONDS) return lower ? "shorter" : "longer";
  return lower ? "lower" : "higher";
}

static char *unknown_sentence(const struct difference *d, char letter) {
  if (isnan(d->a.value) || isnan(d->b.value)) {
    return g_strdup_printf("only %c measured it", isnan(d->a.value) ? letter : 'A');
  }
  return g_strdup_printf("%s, then %s in %c; replications give no interval",
                         format_value(d->unit, d->a.value).text,
                         format_value(d->unit, d->b.value).text, letter);
}

/* "the 24.9 % that failed in A count as endless" where enough failed to matter. */
static char *failed_sentence(const struct difference *d, char letter) {
  const double share[] = {d->failed_a, d->failed_b};
  const char *const endless[] = {d->endless_a, d->endless_b};
  const char name[] = {'A', letter};
  GString *text = g_string_new(NULL);
  for (int i = 0; i < 2; i++) {
    if (!(share[i] > FAILED_NEGLIGIBLE)) continue;
    g_string_append_printf(text, "%s%s %s in %c", text->len > 0 ? " and the " : "; the ",
                           format_value(UNIT_RATIO, share[i]).text, endless[i], name[i]);
  }
  if (text->len > 0) g_string_append(text, " count as endless");
  return g_string_free(text, FALSE);
}

/* Nobody knows how the others compare. */
static bool is_left_open(const struct difference *d) {
  return fabs(d->unfinished_a - d->unfinished_b) > HANGS_MORE;
}

/* "; without the 18.3 % that had not ended in B when its run did"; or, to stand first, "18.3 % of
 * the requests had not ended in B when its run did; of the others: " */
static char *unfinished_sentence(const struct difference *d, char letter, bool first) {
  const double share[] = {d->unfinished_a, d->unfinished_b};
  const char name[] = {'A', letter};
  GString *text = g_string_new(NULL);
  for (int i = 0; i < 2; i++) {
    if (!(share[i] > 0)) continue;
    const char *join =
        first ? (text->len > 0 ? " and " : "") : (text->len > 0 ? " and the " : "; without the ");
    g_string_append_printf(text, "%s%s%s %shad not ended in %c when its run did", join,
                           format_value(UNIT_RATIO, share[i]).text,
                           first && text->len == 0 ? " of the requests" : "", first ? "" : "that ",
                           name[i]);
  }
  if (first) g_string_append(text, "; of the others: ");
  return g_string_free(text, FALSE);
}

static char *plain_sentence(const struct difference *d, char letter) {
  switch (d->finding) {
    case FINDING_EQUAL:
      return isnan(d->a.value)
                 ? g_strdup("not measured in either")
                 : g_strdup_printf("exactly equal (%s)", format_value(d->unit, d->a.value).text);
    case FINDING_NONE:
      if (isinf(most_possible(d))) {
        return g_strdup("no difference was found; it is endless in some replications of one");
      }
      if (tells_nothing(d)) {
        return g_strdup_printf(
            "%s, then %s: %u replications are too few to tell whether they differ",
            format_value(d->unit, d->a.value).text, format_value(d->unit, d->b.value).text,
            d->diff.n);
      }
      return g_strdup_printf("no difference was found: it is at most %s",
                             format_difference(d->unit, most_possible(d), NAN).text);
    case FINDING_UNKNOWN:
      return unknown_sentence(d, letter);
    case FINDING_LOWER:
    case FINDING_HIGHER:
      break;
  }
  struct label a = format_value(d->unit, d->a.value), b = format_value(d->unit, d->b.value);
  if (!isfinite(half_width(d)) || isinf(d->diff.value)) {
    return g_strdup_printf("%c is %s (%s, then %s)", letter, direction(d), a.text, b.text);
  }
  return g_strdup_printf("%c is %s %s (%s, then %s)", letter,
                         format_difference(d->unit, fabs(d->diff.value), half_width(d)).text,
                         direction(d), a.text, b.text);
}

char *compare_sentence(const struct difference *d, char letter) {
  char *plain = plain_sentence(d, letter), *failed = failed_sentence(d, letter);
  bool open = is_left_open(d);
  char *unfinished = unfinished_sentence(d, letter, open);
  char *whole = open ? g_strconcat(unfinished, plain, failed, NULL)
                     : g_strconcat(plain, failed, unfinished, NULL);
  g_free(plain);
  g_free(failed);
  g_free(unfinished);
  return whole;
}

/* --- head ------------------------------------------------------------------------------------ */

static void print_designs(const struct study *study, const struct term *term) {
  for (uint32_t i = 0; i < study->n; i++) {
    const struct design *d = &study->design[i];
    const struct scenario *s = d->scenario;
    GString *line = g_string_new(d->title);
    if (strcmp(d->title, s->file) != 0) g_string_append_printf(line, ": %s", s->file);
    for (uint32_t k = 0; k < s->params; k++) {
      g_string_append_printf(line, "%s%s=%s", k > 0 ? ", " : " with ", s->param[k].name,
                             s->param[k].value);
    }
    char letter[4] = {d->letter, ' ', ' ', '\0'};
    term_put(term, STYLE_BOLD, letter);
    term_wrap(term, STYLE_PLAIN, line->str, 3, 3);
    g_string_free(line, TRUE);
  }
  const struct results *r = &study->design[0].results;
  GString *line = g_string_new(NULL);
  g_string_printf(line, "seed %" PRIu64 ", %u replication%s of %s each, ", study->seed,
                  study->replications, study->replications == 1 ? "" : "s",
                  format_duration(r->duration_ns).text);
  if (r->warmup.ns == 0) {
    g_string_append(line, "no warm-up");
  } else {
    g_string_append_printf(line, "the first %s left out as warm-up",
                           format_within(r->warmup.ns, r->duration_ns).text);
  }
  g_string_append(line, "; the same random numbers in all");
  term_wrap(term, STYLE_DIM, line->str, 0, 2);
  g_string_free(line, TRUE);
  for (uint32_t i = 0; i < study->notes; i++) term_wrap(term, STYLE_DIM, study->note[i], 0, 2);
}

/* --- differences ----------------------------------------------------------------------------- */

static enum style style_of(const struct difference *d) {
  return d->finding == FINDING_LOWER || d->finding == FINDING_HIGHER ? STYLE_BOLD : STYLE_PLAIN;
}

/* More than these bury what differs; the table has them all. */
#define EQUAL_TOLD 3u

static void print_verdicts(const struct comparison *c, char letter, const struct term *term) {
  uint32_t equal = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    equal += c->list[i].headline && c->list[i].finding == FINDING_EQUAL;
  }
  for (uint32_t i = 0; i < c->n; i++) {
    const struct difference *d = &c->list[i];
    if (!d->headline || (d->finding == FINDING_EQUAL && equal > EQUAL_TOLD)) continue;
    char *sentence = compare_sentence(d, letter);
    gchar *line = g_strdup_printf("%s: %s", d->name, sentence);
    term_put(term, STYLE_PLAIN, "  ");
    term_wrap(term, style_of(d), line, 2, 4);
    g_free(line);
    g_free(sentence);
  }
  if (equal <= EQUAL_TOLD) return;
  gchar *line = g_strdup_printf("%u more are exactly equal in both; the table has them", equal);
  term_put(term, STYLE_PLAIN, "  ");
  term_wrap(term, STYLE_DIM, line, 2, 4);
  g_free(line);
}

static void add_head(struct table *table, char letter) {
  char name[2] = {letter, '\0'};
  gchar *difference = g_strdup_printf("%c - A", letter);
  const char *const head[] = {"", "A", name, difference, "pairing"};
  for (size_t i = 0; i < G_N_ELEMENTS(head); i++) table_cell(table, STYLE_DIM, head[i]);
  table_end_row(table);
  g_free(difference);
}

/* From here on the differences are all but equal: how much the pairing gains is a rounding. */
#define GAIN_MOST 9999.5

/* Two digits are more than it deserves. */
static struct label gain_label(double gain) {
  struct label label;
  snprintf(label.text, sizeof label.text, "%.*fx", gain < 9.95, gain);
  if (!(gain < GAIN_MOST)) snprintf(label.text, sizeof label.text, ">9999x");
  return label;
}

static void add_row(struct table *table, const struct difference *d) {
  table_cell(table, STYLE_PLAIN, d->name);
  table_cell(table, STYLE_PLAIN, format_value(d->unit, d->a.value).text);
  table_cell(table, STYLE_PLAIN, format_value(d->unit, d->b.value).text);
  bool same = d->finding == FINDING_EQUAL || d->finding == FINDING_NONE;
  gchar *text =
      same && is_left_open(d)       ? g_strdup("not known")
      : d->finding == FINDING_EQUAL ? g_strdup("equal")
      : isinf(d->diff.value)
          ? g_strdup(d->diff.value > 0 ? "endless now" : "no longer endless")
          : g_strdup_printf("%s%s", d->diff.value > 0 ? "+" : "",
                            format_difference(d->unit, d->diff.value, half_width(d)).text);
  table_cell(table, style_of(d), text);
  g_free(text);
  gchar *gain = isnan(d->gain) ? g_strdup("") : g_strdup(gain_label(d->gain).text);
  table_cell(table, STYLE_DIM, gain);
  g_free(gain);
  table_end_row(table);
}

static void print_headlines(const struct comparison *c, char letter, const struct term *term) {
  struct table *table = table_new("Lrrrr", 2);
  add_head(table, letter);
  for (uint32_t i = 0; i < c->n; i++) {
    if (c->list[i].headline) add_row(table, &c->list[i]);
  }
  table_finish(table, term);
}

static bool is_of_member(const char *name) {
  return memchr(name, '[', strcspn(name, ".")) != NULL;
}

static bool is_listed(const struct difference *d, const struct compare_options *options) {
  if (d->headline || (is_of_member(d->name) && !options->members)) return false;
  return options->all || d->finding == FINDING_LOWER || d->finding == FINDING_HIGHER;
}

static void print_counts(const struct comparison *c, char letter, const struct term *term) {
  uint32_t equal = 0, differ = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    if (c->list[i].headline) continue;
    enum finding v = c->list[i].finding;
    equal += v == FINDING_EQUAL;
    differ += v == FINDING_LOWER || v == FINDING_HIGHER;
  }
  GString *line = g_string_new(NULL);
  g_string_append_printf(line, "%u further metrics: %u exactly equal, %u differ, %u not told apart",
                         c->others, equal, differ, c->others - equal - differ);
  if (differ > 0) {
    g_string_append(line, "; all these intervals hold together at the 95 % level");
  }
  term_wrap(term, STYLE_DIM, line->str, 0, 2);
  if (c->only_a + c->only_b > 0) {
    g_string_printf(line, "metrics that exist in one alone: %u in A, %u in %c", c->only_a,
                    c->only_b, letter);
    term_wrap(term, STYLE_DIM, line->str, 0, 2);
  }
  g_string_free(line, TRUE);
}

static void print_others(const struct comparison *c, char letter,
                         const struct compare_options *options, const struct term *term) {
  fputc('\n', term->out);
  print_counts(c, letter, term);
  struct table *table = table_new("Lrrrr", 2);
  uint32_t listed = 0;
  add_head(table, letter);
  for (uint32_t i = 0; i < c->n; i++) {
    if (!is_listed(&c->list[i], options)) continue;
    add_row(table, &c->list[i]);
    listed++;
  }
  if (listed > 0) {
    table_finish(table, term);
  } else {
    table_drop(table);
  }
}

static bool all_equal(const struct comparison *c) {
  for (uint32_t i = 0; i < c->n; i++) {
    if (c->list[i].finding != FINDING_EQUAL) return false;
  }
  return c->only_a + c->only_b == 0;
}

static void print_comparison(const struct study *study, const struct comparison *c, uint32_t pairs,
                             char letter, const struct compare_options *options,
                             const struct term *term) {
  gchar *title = g_strdup_printf("%c against A", letter);
  fputc('\n', term->out);
  term_rule(term, title, study->design[letter - 'A'].title);
  g_free(title);
  if (all_equal(c)) {
    gchar *line =
        g_strdup_printf("%c and A are exactly equal in all of their %u metrics", letter, c->n);
    term_put(term, STYLE_PLAIN, "  ");
    term_wrap(term, STYLE_PLAIN, line, 2, 2);
    g_free(line);
    if (!options->all) return;
  }
  print_verdicts(c, letter, term);
  if (c->headlines > 0) {
    gchar *line =
        pairs == 1 ? g_strdup("these statements hold together at the 95 % level")
                   : g_strdup("these statements, of all designs, hold together at the 95 % level");
    term_put(term, STYLE_DIM, "  ");
    term_wrap(term, STYLE_DIM, line, 2, 2);
    g_free(line);
    fputc('\n', term->out);
    print_headlines(c, letter, term);
  }
  print_others(c, letter, options, term);
}

/* --- goals and warnings ---------------------------------------------------------------------- */

static const struct goal_result *find_goal(const struct results *r, const char *text) {
  for (uint32_t i = 0; i < r->goals; i++) {
    if (strcmp(r->goal[i].goal->text, text) == 0) return &r->goal[i];
  }
  return NULL;
}

static void add_goal(struct table *table, const struct study *study, const char *text,
                     const struct term *term) {
  table_cell(table, STYLE_PLAIN, text);
  for (uint32_t i = 0; i < study->n; i++) {
    const struct goal_result *g = find_goal(&study->design[i].results, text);
    gchar *cell = g == NULL ? g_strdup("-")
                            : g_strdup_printf("%s %s", report_sign(g->verdict, term),
                                              format_value(g->goal->unit, g->estimate.value).text);
    table_cell(table, g == NULL ? STYLE_DIM : report_style(g->verdict), cell);
    g_free(cell);
  }
  table_end_row(table);
}

static void print_goals(const struct study *study, const struct term *term) {
  struct table *table = table_new("Lrrrrrrrr", 2);
  uint32_t goals = 0;
  table_cell(table, STYLE_DIM, "");
  for (uint32_t i = 0; i < study->n; i++) {
    char letter[2] = {study->design[i].letter, '\0'};
    table_cell(table, STYLE_DIM, letter);
  }
  table_end_row(table);
  for (uint32_t i = 0; i < study->n; i++) {
    const struct results *r = &study->design[i].results;
    for (uint32_t k = 0; k < r->goals; k++) {
      const char *text = r->goal[k].goal->text;
      bool seen = false;
      for (uint32_t e = 0; e < i; e++) seen |= find_goal(&study->design[e].results, text) != NULL;
      if (seen) continue;
      add_goal(table, study, text, term);
      goals++;
    }
  }
  if (goals == 0) {
    table_drop(table);
    return;
  }
  fputc('\n', term->out);
  term_rule(term, "goals", "");
  table_finish(table, term);
}

static void print_checks(const struct design *design, const struct term *term) {
  const struct results *r = &design->results;
  for (uint32_t i = 0; i < r->checks; i++) {
    if (r->check[i].pass) continue;
    gchar *line = g_strdup_printf("%c: physics check %s FAILED: %s", design->letter,
                                  r->check[i].name, r->check[i].detail);
    term_wrap(term, STYLE_BAD, line, 0, 2);
    g_free(line);
  }
  for (uint32_t i = 0; i < r->warnings; i++) {
    gchar *line = g_strdup_printf("%c: %s", design->letter, r->warning[i]);
    term_put(term, STYLE_WARN, "warning: ");
    term_wrap(term, STYLE_PLAIN, line, 9, 2);
    g_free(line);
  }
}

void compare_print(const struct study *study, const struct comparison *comparisons,
                   const struct compare_options *options, const struct term *term) {
  print_designs(study, term);
  for (uint32_t i = 1; i < study->n; i++) {
    print_comparison(study, &comparisons[i - 1], study->n - 1, study->design[i].letter, options,
                     term);
  }
  print_goals(study, term);
  for (uint32_t i = 0; i < study->n; i++) print_checks(&study->design[i], term);
}
