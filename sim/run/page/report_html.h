/* The report as one HTML file: no script, nothing fetched from elsewhere, pictures in the text.
 *
 * It is made from the JSON of results alone, so that `run --report FILE` and `report RESULTS` give
 * the same bytes. Whatever the results say is text: nothing in it can become markup. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <jansson.h>
#include <stdbool.h>

#include "error.h"

/* Whether the programs that draw are there; to be asked before a long run. */
bool report_html_check(struct error *err);

/* Writes the report on a tree of `run --json`, `compare --json` or a sweep (results_file.h). */
bool report_html_write(const json_t *results, const char *path, struct error *err);

#endif
