/* The parts into which the latency of a request is taken apart: see trace.h.
 *
 * Each has one row in part.c, from which results, sentences, plots, pages, `archsim describe parts`
 * and the manual say what it is. A new part is a value here, its row there, and a trace_mark where
 * that time begins. */
#ifndef PART_H
#define PART_H

#include <stdbool.h>
#include <stdint.h>

/* Where the time of a request goes. */
enum part {
  PART_QUEUE,       /* waited for a worker */
  PART_SERVICE,     /* was worked on, or was with a component that says no more about it */
  PART_NETWORK,     /* under way on a path; while it is followed, on the way there */
  PART_RETURN,      /* the answer on its way back from the component */
  PART_SLEEP,       /* a pause in a handler */
  PART_LIMIT,       /* waited for its turn at a rate limit */
  PART_COLD,        /* waited for an instance that started for it */
  PART_RETRY,       /* an attempt that failed and was followed by another one */
  PART_REPLICATION, /* waited for other copies of its data */
  PART_LOCK,        /* waited for a row that another write had locked */
  PART_POOL,        /* waited for a place in its caller's pool */
  PART_BATCH,       /* waited for others to be sent with */
  PART_BACKOFF,     /* the pause before that one */
  PART_ROOM,        /* waited for room in a topic */
  PART_PAUSE,       /* the component stood still by itself (pace.h) */
  PART_FAULT,       /* the component hung, was slowed down or swallowed the call */
  PART_LOST,        /* the message, or its answer, vanished on its way */
  PART_CONNECT,     /* its connection was being set up */
  PART_SESSION,     /* its user had no session yet, or no more */
  PART_OTHER,       /* waited for nothing that is known here */
  PARTS,
  PART_WAIT = PARTS, /* waits for calls of its own; never in a result */
};

struct part_def {
  const char *name;   /* in results */
  const char *doc;    /* what it is, to be read after the name: "waited for a worker" */
  const char *whose;  /* what it counts for */
  bool of_path;       /* a path, if there is one between the two components */
  const char *takes;  /* in a sentence, before that component: "waiting for a worker of"; of a path
                         before "between a and b" */
  const char *was;    /* where requests were when time was up: "were waiting for a worker of" */
  const char *remedy; /* what would make it shorter: "more workers there, or shorter work" */
  const char *color;  /* in plots */
  bool dark;          /* takes white numbers */
  bool keeps;         /* of a failed attempt: keeps its name, instead of counting as retry */
  uint8_t place;      /* among the bars of a plot: equal ones are one bar, named after the first */
};

extern const struct part_def part_defs[PARTS];

/* The part of this name, or NULL. */
const struct part_def *part_find(const char *name);

#endif
