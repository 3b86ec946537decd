/* What other tools call the things that scenarios have words for: Kubernetes, nginx, HAProxy,
 * Envoy, Resilience4j, Hystrix, Redis, RabbitMQ, SQS, k6 and everyday speech. */
#ifndef KNOWN_AS_H
#define KNOWN_AS_H

#include <stdint.h>

/* The word of the list that means what others call `word`; NULL: none. Upper and lower case, `_`
 * and `-` do not matter. */
const char *known_as(const char *word, const char *const *list, uint32_t n);

#endif
