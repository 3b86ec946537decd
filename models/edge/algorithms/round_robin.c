/* round_robin: one after the other. */
#include <stddef.h>

#include "algorithm.h"

const struct algorithm algorithm_round_robin = {.name = "round_robin", .turns = TURNS_ALL};
