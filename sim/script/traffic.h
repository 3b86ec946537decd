/* Values that say what is asked for, how often and in which order: arrivals, mixes of operations,
 * keys, pauses between tries, priorities, causes of errors. Each reads the value at `index`. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "value.h"

/* The argument of the word at `index` is pushed; its spot. NULL: something else is there. */
const struct word *traffic_open_word(struct loader *loader, const struct spot *spot, int index,
                                     struct spot *inner);

/* In traffic_arrivals.c. */
bool traffic_arrivals(struct loader *loader, const struct spot *spot, int index,
                      struct arrivals *out);

bool traffic_mix(struct loader *loader, const struct spot *spot, int index, struct mix *out);
/* The number of a tier that some client has. In the first pass it is void. */
bool traffic_tier(struct loader *loader, const struct spot *spot, const char *name, uint8_t *out);

bool traffic_tiers(struct loader *loader, const struct spot *spot, int index, struct mix *out);
bool traffic_users(struct loader *loader, const struct spot *spot, int index, struct keys *out);
bool traffic_keys(struct loader *loader, const struct spot *spot, int index, struct keys *out);
bool traffic_backoff(struct loader *loader, const struct spot *spot, int index,
                     struct backoff *out);
bool traffic_priorities(struct loader *loader, const struct spot *spot, int index,
                        struct priorities *out);
/* Whether each name of the list is one of an operation. */
bool traffic_are_ops(struct loader *loader, const struct spot *spot, const struct priorities *list);
bool traffic_causes(struct loader *loader, const struct spot *spot, int index, uint32_t *out);

/* In traffic_journey.c. */
bool traffic_journey(struct loader *loader, const struct spot *spot, int index,
                     struct journey *out);
extern const struct param journey_pause, request_subject, request_params[];

/* What words take as such values. */
extern const struct param arrivals_rate, burst_subject, mmpp_phases;
extern const struct param closed_params[], bursts_params[], burst_params[];
extern const struct param zipf_params[], uniform_keys_params[];

#endif
