/* What a goal is written as, a text or a table, as the one text of which metric, operator and value
 * are read: goal { "users.availability >= 99%", during = "crash db" } is
 * "users.during.crash_db.availability >= 99%". */
#ifndef GOAL_TEXT_H
#define GOAL_TEXT_H

#include "loader.h"

struct goal_text {
  const char *metric; /* "users.latency.p99 < 250ms" */
  const char *shown;  /* as reports tell it; NULL: as above */
};

bool goal_text_read(struct loader *loader, const struct declaration *declaration,
                    struct goal_text *out);

#endif
