/* How many of several copies something takes: a word such as "quorum", or their number. */
#ifndef HOW_MANY_H
#define HOW_MANY_H

#include <stdint.h>

#define HOW_MANY_NUMBER UINT32_MAX

struct how_many {
  uint32_t word; /* index into the parameter's choices; HOW_MANY_NUMBER: `number` */
  uint64_t number;
  uint64_t fall_back_ns; /* of { 1, fall_back = "10s" }: so long it waits for them; 0: for ever */
};

#endif
