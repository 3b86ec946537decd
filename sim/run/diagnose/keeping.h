/* What goes wrong where data and messages are kept: topics that were full, copies that fall behind.
 */
#ifndef KEEPING_H
#define KEEPING_H

#include "finding.h"
#include "results.h"

void keeping_look_at(const struct results *results, uint32_t component, struct finding_list *list);

#endif
