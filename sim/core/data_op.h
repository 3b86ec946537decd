/* What an operation does to the data of a component: reads them, writes them, or nobody has said.
 *
 * A component that keeps data knows (kind.data_op): a database by its lists of operations. One that
 * passes calls on asks what stands behind it, so that a cache and its origin never disagree; a
 * service stands for the one component with data that its handlers lead to. Where
 * nobody knows, the operation named "write" writes and every other one reads. */
#ifndef DATA_OP_H
#define DATA_OP_H

#include <stdint.h>

#include "spec.h"

enum data_op {
  DATA_READ,
  DATA_WRITE,
  DATA_UNTOLD, /* reads as far as anybody knows; the linter says so */
};

enum data_op data_op_of(const struct spec *spec, uint32_t component, int op);

/* The component that holds the data which `component` passes on or keeps copies of, itself if it
 * does; REF_NONE: nothing is known to hold them. */
uint32_t data_truth(const struct spec *spec, uint32_t component);

/* How many data keys the client with most of them has; 0: none has any. */
uint64_t data_most_keys(const struct spec *spec);

/* A set of operations, for a run. */
struct op_set {
  uint64_t bits[SPEC_MAX_OPS / 64];
};

static inline bool op_set_has(const struct op_set *set, uint8_t op) {
  return set->bits[op / 64] >> (op % 64) & 1;
}

/* The operations that write the data of a component. */
struct op_set data_writes(const struct spec *spec, uint32_t component);

#endif
