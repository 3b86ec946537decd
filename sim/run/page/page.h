/* A report in the making, and the pieces that the parts of it share.
 *
 * A page is made from the JSON of results alone, so that it does not matter whether the results
 * come from memory or from a file. It owns nothing: tree and plots belong to report_html.c. */
#ifndef PAGE_H
#define PAGE_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#include "metric_meaning.h"
#include "plot.h"

struct page {
  GString *out;
  const json_t *tree;    /* as read; of a sweep { manifest, points } */
  const json_t *run;     /* of which metrics and topology are shown; NULL in a comparison */
  const json_t *metrics; /* of `run` */
  const char *of; /* whose topology and parameters are shown, where several could be; or NULL */
  const struct plots *plots;
};

/* --- results -------------------------------------------------------------------------------- */

/* The kind of a component by its name, or that of a member, "web[2]"; NULL if not known. */
const char *page_kind_of(const struct page *p, const char *owner);

/* The names of clients, sorted; NULL-ended; to be freed with g_strfreev. What a metric
 * "NAME.offered" exists for is one. */
char **page_clients(const struct page *p);

/* The operations that a client reports on, and the tiers of its users. */
char **page_operations(const struct page *p, const char *client);
char **page_tiers(const struct page *p, const char *client);

/* "web[2].queue.mean" -> "web[2]", to be freed with g_free; `*own` points behind the dot. */
char *page_owner(const char *metric, const char **own);

/* --- numbers -------------------------------------------------------------------------------- */

/* Unit and definition of a metric by its full name; a count if nothing is known. */
struct metric_meaning page_meaning(const struct page *p, const char *metric);

/* Cells with the values of metrics (ended by NULL), each with its interval below and its definition
 * as title. First the columns see what their cells will show, so that each has one unit. */
struct format_column;
void page_see_cells(const struct page *p, const char *owner, const char *const *metrics,
                    struct format_column *unit);
void page_cells(const struct page *p, const char *owner, const char *const *metrics,
                const struct format_column *unit);

/* A whole row: name, value, interval, definition. */
void page_row(const struct page *p, const char *metric);

/* Cells of plain text and of numbers. */
void page_text_cell(const struct page *p, const char *text);
void page_number_cell(const struct page *p, enum metric_unit unit, double value, const char *title);

/* The share of what a client, or a part of it, sent that had not ended when the run did and that
 * its availability and its latencies leave out; 0: a negligible one. */
double page_unfinished(const struct page *p, const char *owner);

/* "99.950 %" as text that is always there, never "-": "unknown". To be used at once. */
void page_say(GString *out, enum metric_unit unit, double value);

/* --- pieces --------------------------------------------------------------------------------- */

/* The plots of a kind, of one subject or (NULL) of all, each as a figure. Returns their number. */
uint32_t page_plots(const struct page *p, const char *kind);

/* The first of them alone, and all but that one. */
void page_first_plot(const struct page *p, const char *kind);
void page_other_plots(const struct page *p, const char *kind);

/* What could not be drawn, and why. */
void page_plots_skipped(const struct page *p);

/* A verdict as a coloured word, with a sign for those who see no colours. */
void page_verdict(GString *out, const char *verdict);

/* The question that heads a page, without the rest of the comment that it stands in. */
void page_question(GString *out, const char *text);

/* A table of goals with what was measured. */
void page_goals(const struct page *p, const json_t *goals, const char *caption);

/* "pass", "fail" or "undecided"; older results hold no verdict and pass or fail by the value. */
const char *page_verdict_of(const json_t *goal);

/* "pass", "fail" or "undecided" of all goals together; "" without goals. */
const char *page_overall(const json_t *goals);

/* Lists of sentences; nothing at all if there are none. */
void page_list(GString *out, const char *heading, const json_t *sentences);

/* page_answer.c: three sentences on a run. */
void page_answer(const struct page *p);

/* page_diagnosis.c: the largest part of a client's slowest requests as a sentence (false: nobody
 * followed them), and the findings of the diagnosis. */
/* "waiting for a worker of db": an entry of "parts". Release with g_free. */
char *page_part_said(const json_t *entry);
bool page_fix_first(const struct page *p, GString *out, const char *client);
void page_findings(const struct page *p);

/* page_waterfall.c: a few requests call by call. */
void page_waterfalls(const struct page *p);

/* page_gate.c: the verdict of a run against its base; nothing if there is no base. */
void page_gate(const struct page *p);

/* page_compare_table.c: goals and headline metrics, a column a design. */
void page_designs_table(const struct page *p, const json_t *designs);

/* "29.1 % that failed, as endless": what a figure of a design, or of a goal, counts so or leaves
 * out; to be freed. */
char *page_left_out(const json_t *entry);

/* page_compare_why.c: what each design says about itself, and their times side by side. */
void page_designs_answers(const struct page *p, const json_t *designs);
void page_designs_times(const struct page *p, const json_t *designs);

/* page_run.c, page_components.c, page_design.c: sections of a run */
void page_latency(const struct page *p);
void page_throughput(const struct page *p);
void page_availability(const struct page *p);
void page_timeline(const struct page *p);
void page_breakdown(const struct page *p);
void page_components(const struct page *p);
bool page_topology(const struct page *p, struct error *err);

/* A section whose title says of which run it is: "Topology of the first point". */
void page_open_shared(const struct page *p, const char *id, const char *title);
void page_checks(const struct page *p, const json_t *checks, const json_t *warnings);
void page_doubtful(const struct page *p);
void page_parameters(const struct page *p);
void page_scenario_parameters(const struct page *p, const json_t *parameters);
void page_provenance(const struct page *p, const char *const (*rows)[2]);
void page_definitions(const struct page *p);

/* The contents of the page: false and a sentence if graphviz fails. */
bool page_of_run(const struct page *p, struct error *err);
bool page_of_comparison(const struct page *p, struct error *err);
bool page_of_sweep(const struct page *p, struct error *err);
void page_of_capacity(const struct page *p);

/* Appends a word of a command line, as a shell wants it. */
void page_quote(GString *out, const char *text);

#endif
