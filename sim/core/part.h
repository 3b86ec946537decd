/* The parts into which the latency of a request is taken apart: see trace.h. */
#ifndef PART_H
#define PART_H

/* Where the time of a request goes. */
enum part {
  PART_QUEUE,   /* waited for a worker */
  PART_SERVICE, /* was worked on, or was with a component that says no more about it */
  PART_NETWORK, /* on its way to the component */
  PART_RETURN,  /* the answer on its way back from the component */
  PART_SLEEP,   /* a pause in a handler */
  PART_RETRY,   /* an attempt that failed and was followed by another one */
  PART_POOL,    /* waited for a place in its caller's pool */
  PART_BACKOFF, /* the pause before that one */
  PART_FAULT,   /* the component hung or was slowed down, or the message vanished */
  PART_OTHER,   /* waited for nothing that is known here */
  PARTS,
  PART_WAIT = PARTS, /* waits for calls of its own; never in a result */
};
extern const char *const part_name[PARTS];

#endif
