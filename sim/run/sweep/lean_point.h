/* A point of a sweep with no more than the page and the plots of many points read: of 100,000
 * points all results would take 5 GB, and these take a tenth of that. */
#ifndef LEAN_POINT_H
#define LEAN_POINT_H

#include <jansson.h>

/* Takes the point over; a new tree, or the same where it is no object. Kept are its parameters,
 * goals and warnings, of its checks whether they passed, and of its metrics those that goals are
 * about and the usual ones of each client. */
json_t *lean_point(json_t *point);

#endif
