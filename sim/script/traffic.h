/* Values that say what is asked for, how often and in which order: arrivals, mixes of operations,
 * keys, pauses between tries, priorities, causes of errors. Each reads the value at `index`. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "value.h"

bool traffic_arrivals(struct loader *loader, const struct spot *spot, int index,
                      struct arrivals *out);
bool traffic_mix(struct loader *loader, const struct spot *spot, int index, struct mix *out);
bool traffic_keys(struct loader *loader, const struct spot *spot, int index, struct keys *out);
bool traffic_backoff(struct loader *loader, const struct spot *spot, int index,
                     struct backoff *out);
bool traffic_priorities(struct loader *loader, const struct spot *spot, int index,
                        struct priorities *out);
bool traffic_causes(struct loader *loader, const struct spot *spot, int index, uint32_t *out);

#endif
