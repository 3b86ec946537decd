/* Places that are held for good by calls whose message was lost and that nobody gives up. */
#ifndef LEAK_H
#define LEAK_H

#include "finding.h"
#include "results.h"

/* A finding for each component and each pool that lost some. */
void leak_look(const struct results *results, uint32_t component, struct finding_list *list);
void leak_look_at_pools(const struct results *results, struct finding_list *list);

/* "answers that were lost, with 10 of its 10 workers", where half of them or more are held so, or
 * of the places of a pool; NULL: they are not. To be freed. */
char *leak_holds(const struct results *results, uint32_t component);

#endif
