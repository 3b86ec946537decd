/* What faults are called that the scenario gives no name. */
#ifndef FAULT_NAME_H
#define FAULT_NAME_H

#include "fault_def.h"
#include "loader.h"

/* What a fault says of itself. */
struct harm {
  const struct word *word;
  const char *first, *second; /* targets as written */
};

bool fault_name_is_used(const struct fault_spec *faults, uint32_t n, const char *name);

/* Faults without a name are named after what they do, so that the order in which they are declared
 * changes no draw: the first of the same kind and place by that alone, further ones with the time
 * too, and with a number where that is the same as well. */
void faults_name(struct loader *loader, const struct harm *harm, struct fault_spec *faults,
                 uint32_t n);

#endif
