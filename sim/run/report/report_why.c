/* The report's reasons, and the run over time in one line a series. */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "diagnosis.h"
#include "format.h"
#include "report.h"
#include "sim.h"
#include "timeline.h"

/* --- reasons -------------------------------------------------------------------------------- */

static void print_sentence(const struct term *term, enum style style, const char *text) {
  if (text[0] == '\0') return;
  term_put(term, style, "  ");
  term_wrap(term, style, text, 2, 4);
}

/* A finding says the same, with more. */
static bool says_limit(const struct diagnosis *d) {
  for (uint32_t i = 0; i < d->findings.n; i++) {
    const struct finding *f = &d->findings.list[i];
    bool busy = f->severity == SEVERITY_SATURATED || f->severity == SEVERITY_NEAR;
    if (busy && (!strcmp(f->limit, "workers") || !strcmp(f->limit, "bandwidth") ||
                 !strcmp(f->limit, "batch")))
      return true;
  }
  return false;
}

void report_why(const struct results *results, const struct term *term) {
  struct diagnosis d = diagnose(results);
  fputc('\n', term->out);
  term_rule(term, "why", d.healthy ? "nothing found wrong" : "");
  if (d.failed_first) print_sentence(term, STYLE_PLAIN, d.failed);
  print_sentence(term, STYLE_PLAIN, d.time);
  if (!says_limit(&d)) print_sentence(term, STYLE_PLAIN, d.saturates);
  if (!d.failed_first) print_sentence(term, STYLE_PLAIN, d.failed);
  print_sentence(term, STYLE_PLAIN, d.scaled);
  for (uint32_t i = 0; i < d.groups.n; i++) {
    const struct finding_group *g = &d.groups.list[i];
    bool bad = g->severity == SEVERITY_SATURATED;
    print_sentence(term, bad ? STYLE_BAD : STYLE_WARN, g->sentence);
  }
  diagnosis_free(&d);
}

/* --- over time ------------------------------------------------------------------------------ */

/* Columns for the name in front and the range behind. */
enum { NAME_LEAST = 16, NAME_MOST = 30, RANGE_COLUMNS = 26 };

struct line {
  double least, most; /* NaN: nothing was there */
  uint32_t n;
  double value[TERM_COLUMNS_MOST];
};

/* The windows of the measured time: no metric counts the warm-up, nor does a line show it. */
struct stretch {
  uint32_t first, n;
};

static struct stretch measured(const struct results *results) {
  const struct timeline *t = results->timeline;
  uint64_t first = t->window_ns > 0 ? (results->warmup.ns + t->window_ns - 1) / t->window_ns : 0;
  if (first >= t->looks) first = 0;
  return (struct stretch){(uint32_t)first, t->looks - (uint32_t)first};
}

/* Windows that share a column: of latencies and queues the largest counts, of rates the mean. */
static struct line squeeze(const struct stretch *in, const struct series *s, uint32_t columns) {
  struct line line = {NAN, NAN, columns < in->n ? columns : in->n, {0}};
  bool peak = s->what == SERIES_P50 || s->what == SERIES_P99 || s->what == SERIES_QUEUE;
  for (uint32_t i = 0; i < line.n; i++) {
    uint32_t from = in->first + in->n * i / line.n, to = in->first + in->n * (i + 1) / line.n;
    uint32_t n = 0;
    double sum = 0, most = NAN;
    for (uint32_t w = from; w < to; w++) {
      double value = (double)s->value[w];
      if (isnan(value)) continue;
      sum += value;
      n++;
      if (isnan(most) || value > most) most = value;
    }
    double value = line.value[i] = n == 0 ? NAN : peak ? most : sum / n;
    if (isnan(value)) continue;
    if (isnan(line.least) || value < line.least) line.least = value;
    if (isnan(line.most) || value > line.most) line.most = value;
  }
  return line;
}

static enum metric_unit unit_of(enum series_what what) {
  switch (what) {
    case SERIES_OFFERED:
    case SERIES_ENDED:
    case SERIES_GOODPUT:
    case SERIES_RETRIES:
    case SERIES_ERRORS:
      return UNIT_PER_SECOND;
    case SERIES_P50:
    case SERIES_P99:
      return UNIT_SECONDS;
    case SERIES_UTILIZATION:
    case SERIES_UP:
      return UNIT_RATIO;
    case SERIES_QUEUE:
    case SERIES_METER:
    case SERIES_KINDS:
      return UNIT_COUNT;
  }
  return UNIT_COUNT;
}

static void put_bars(const struct line *line, GString *out) {
  static const char *const bar[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  for (uint32_t i = 0; i < line->n; i++) {
    if (isnan(line->value[i])) {
      g_string_append_c(out, ' ');
      continue;
    }
    double height = line->most > 0 ? line->value[i] / line->most : 0;
    int step = (int)(height * 7 + 0.5);
    g_string_append(out, bar[step < 0 ? 0 : step > 7 ? 7 : step]);
  }
}

/* The name of a series; to be freed. */
static gchar *name_of(const struct results *results, const struct series *s) {
  const char *component = results->scenario->spec.component[s->component].name;
  const char *what = s->what == SERIES_ERRORS ? outcome_name[s->cause] : series_name[s->what];
  return g_strdup_printf("%s %s", component, what);
}

static void print_line(const struct stretch *in, const struct series *s, const char *name,
                       uint32_t name_columns, const struct term *term) {
  struct line line = squeeze(in, s, term_columns(term) - name_columns - RANGE_COLUMNS - 4);
  if (isnan(line.most)) return;
  enum metric_unit unit = unit_of(s->what);
  term_put(term, STYLE_PLAIN, "  ");
  uint32_t used = term_put_cut(term, STYLE_PLAIN, name, name_columns);
  term_pad(term, name_columns - used + 1);
  GString *bars = g_string_new(NULL);
  put_bars(&line, bars);
  term_put(term, STYLE_PLAIN, bars->str);
  g_string_printf(bars, " %s", format_value(unit, line.least).text);
  g_string_append_printf(bars, " .. %s", format_value(unit, line.most).text);
  term_put(term, STYLE_DIM, bars->str);
  fputc('\n', term->out);
  g_string_free(bars, TRUE);
}

/* Where in the line each fault held; nothing where all were over before it begins. */
static void print_faults(const struct results *results, const struct stretch *in,
                         uint32_t name_columns, const struct term *term) {
  const struct timeline *t = results->timeline;
  uint32_t columns = term_columns(term) - name_columns - RANGE_COLUMNS - 4, shown = 0;
  for (uint32_t k = 0; k < t->periods; k++) {
    shown += t->period[k].until_ns > t->window_ns * in->first;
  }
  if (shown == 0) return;
  uint32_t n = columns < in->n ? columns : in->n;
  GString *line = g_string_new("  faults");
  g_string_append_printf(line, "%*s", (int)name_columns - 5, "");
  for (uint32_t i = 0; i < n; i++) {
    uint64_t from_ns = t->window_ns * (in->first + in->n * i / n);
    uint64_t to_ns = t->window_ns * (in->first + in->n * (i + 1) / n);
    bool any = false;
    for (uint32_t k = 0; k < t->periods; k++) {
      any |= t->period[k].from_ns < to_ns && t->period[k].until_ns > from_ns;
    }
    g_string_append(line, any ? "×" : " ");
  }
  g_strchomp(line->str);
  term_put(term, STYLE_WARN, line->str);
  fputc('\n', term->out);
  g_string_free(line, TRUE);
}

/* Of a component, what moves is worth a line: a queue that is not always empty. */
static bool is_worth_a_line(const struct stretch *in, const struct series *s) {
  if (s->member != 0 || s->what == SERIES_ENDED || s->what == SERIES_UP) return false;
  if (s->what == SERIES_METER) return false;
  if (s->what == SERIES_P50 || s->what == SERIES_UTILIZATION) return false;
  for (uint32_t w = in->first; w < in->first + in->n; w++) {
    double least = s->what == SERIES_QUEUE ? 0.5 : 0;
    if ((double)s->value[w] > least) return s->what != SERIES_OFFERED;
  }
  return false;
}

/* Whether requests of this client failed. */
static bool fails(const struct timeline *t, uint32_t component) {
  for (uint32_t i = 0; i < t->series; i++) {
    if (t->list[i].component == component && t->list[i].what == SERIES_ERRORS) return true;
  }
  return false;
}

/* Those that are shown into `list`: where there are more, of clients whose requests failed first.
 * How many there are. */
static uint32_t pick(const struct timeline *t, const struct stretch *in,
                     const struct series *list[REPORT_ROWS]) {
  uint32_t n = 0, all = 0;
  for (uint32_t i = 0; i < t->series; i++) all += is_worth_a_line(in, &t->list[i]);
  for (int failing = 1; failing >= 0; failing--) {
    for (uint32_t i = 0; i < t->series && n < REPORT_ROWS; i++) {
      const struct series *s = &t->list[i];
      if (!is_worth_a_line(in, s)) continue;
      if (all > REPORT_ROWS ? fails(t, s->component) == failing : failing == 1) list[n++] = s;
    }
  }
  return all;
}

/* As wide as the longest name that is shown, within limits. */
static uint32_t name_width(const struct results *results, const struct series *const *list,
                           uint32_t n) {
  uint32_t most = NAME_LEAST;
  for (uint32_t i = 0; i < n; i++) {
    gchar *name = name_of(results, list[i]);
    most = MAX(most, term_width(name));
    g_free(name);
  }
  return MIN(most, NAME_MOST);
}

void report_over_time(const struct results *results, const struct term *term) {
  const struct timeline *t = results->timeline;
  if (t == NULL || !term->unicode || t->looks == 0) return;
  fputc('\n', term->out);
  struct stretch in = measured(results);
  gchar *note = g_strdup_printf("replication 1, %s to %s",
                                format_within(t->window_ns * in.first, results->duration_ns).text,
                                format_duration(results->duration_ns).text);
  term_rule(term, "over time", note);
  g_free(note);
  const struct series *list[REPORT_ROWS];
  uint32_t lines = pick(t, &in, list), shown = MIN(lines, REPORT_ROWS);
  uint32_t name_columns = name_width(results, list, shown);
  for (uint32_t i = 0; i < shown; i++) {
    gchar *name = name_of(results, list[i]);
    print_line(&in, list[i], name, name_columns, term);
    g_free(name);
  }
  print_faults(results, &in, name_columns, term);
  report_left_out(lines, "series", "those of clients whose requests failed, then the first", term);
}
