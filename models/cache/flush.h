/* The fault `flush "redis"`: what a cache keeps is forgotten at once; calls in flight go on. */
#ifndef FLUSH_H
#define FLUSH_H

#include "fault_def.h"

extern const struct fault_def fault_flush;

#endif
