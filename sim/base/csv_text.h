/* Comma-separated values, taken apart line by line and cell by cell. The text belongs to who reads
 * it.
 *
 * A cell may stand in double quotes and then hold commas. Empty lines and those that begin with "#"
 * are passed over; lines are counted from 1, as an editor does. */
#ifndef CSV_TEXT_H
#define CSV_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct csv_text {
  const char *name; /* of the file, for messages */
  const char *at, *end;
  unsigned line; /* of what was read last */
};

/* A stretch of the text, not ended by a NUL. */
struct csv_cell {
  const char *at;
  size_t length;
};

/* The next line that says something; false at the end. */
bool csv_next(struct csv_text *text, struct csv_cell *line);

/* Takes the first cell off a line, without blanks and quotes around it. False: none is left. A line
 * that has run out is one whose `at` is NULL. */
bool csv_take(struct csv_cell *line, struct csv_cell *cell);

#endif
