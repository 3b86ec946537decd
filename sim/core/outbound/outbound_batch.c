/* Batches: tries towards a component wait for others of the same caller and go together, when there
 * are enough or the first has waited for `linger`, as messages in a producer of Kafka. From then on
 * each is a call of its own; how many went together it carries with it (COLUMN_BATCH). */
#include "call.h"
#include "column.h"
#include "outbound_state.h"
#include "trace.h"

static struct try *try_at(struct sim *sim, uint32_t slot) {
  return &sim->outbounds->try[slot];
}

struct batch *batch_new(struct sim *sim, const struct batch_config *config) {
  struct batch *batch = arena_lines(sim->arena, 1, sizeof *batch);
  batch->config = config;
  batch_empty(batch);
  hist_init(&batch->wait, 0, sim->arena);
  column_want(sim, COLUMN_BATCH);
  return batch;
}

void batch_empty(struct batch *batch) {
  batch->head = batch->tail = SLOT_NONE;
  batch->n = 0;
}

/* Each goes by an event of this instant: nobody is called from within another's call. */
static void go(struct sim *sim, struct batch *batch) {
  for (uint32_t slot = batch->head; slot != SLOT_NONE; slot = try_at(sim, slot)->after) {
    struct try *try = try_at(sim, slot);
    struct frame *call = frame_at(sim, slot);
    try->phase = PHASE_GATHERED;
    column_set(sim, call, COLUMN_BATCH, batch->n);
    hist_add(&batch->wait, sim->now_ns - try->from_ns);
    push_try_event(sim, call, sim->now_ns);
  }
  batch->sent++;
  batch->messages += batch->n;
  batch_empty(batch);
}

void batch_enter(struct sim *sim, struct batch *batch, struct frame *call) {
  uint32_t slot = frame_slot(sim, call);
  struct try *try = try_known(sim, call);
  try->phase = PHASE_GATHERING;
  try->from_ns = sim->now_ns;
  try->before = batch->tail;
  try->after = SLOT_NONE;
  *(batch->tail == SLOT_NONE ? &batch->head : &try_at(sim, batch->tail)->after) = slot;
  batch->tail = slot;
  trace_mark(sim, call, PART_BATCH);
  if (++batch->n >= batch->config->size) {
    go(sim, batch);
  } else if (batch->n == 1) {
    batch->due_ns = sim->now_ns + batch->config->linger_ns;
    push_try_event(sim, call, batch->due_ns);
  }
}

void batch_due(struct sim *sim, struct batch *batch, struct frame *call) {
  if (batch->head == frame_slot(sim, call) && batch->due_ns <= sim->now_ns) go(sim, batch);
}

void batch_quit(struct sim *sim, struct batch *batch, struct frame *call) {
  uint32_t slot = frame_slot(sim, call);
  const struct try *try = try_at(sim, slot);
  bool first = batch->head == slot;
  *(try->before == SLOT_NONE ? &batch->head : &try_at(sim, try->before)->after) = try->after;
  *(try->after == SLOT_NONE ? &batch->tail : &try_at(sim, try->after)->before) = try->before;
  batch->n--;
  /* The time of the batch goes on with the next one. */
  if (first && batch->n > 0) {
    push_try_event(sim, frame_at(sim, batch->head),
                   batch->due_ns > sim->now_ns ? batch->due_ns : sim->now_ns);
  }
}
