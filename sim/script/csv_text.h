/* Files of comma-separated values beside a scenario: found, read within limits, taken apart line by
 * line and cell by cell. Their text lives in the loader's arena.
 *
 * A cell may stand in double quotes and then hold commas. Empty lines and those that begin with "#"
 * are passed over; lines are counted from 1, as an editor does. */
#ifndef CSV_TEXT_H
#define CSV_TEXT_H

#include "spot.h"

struct csv_text {
  const char *name; /* as the scenario writes it */
  const char *at, *end;
  unsigned line; /* of what was read last */
};

/* Opens the file `name`, written at `spot` inside of a call of `word`. The bytes that all files of
 * a scenario may have are counted down. */
bool csv_open(struct loader *loader, const struct spot *spot, const struct word *word,
              const char *name, size_t limit, struct csv_text *out);

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
