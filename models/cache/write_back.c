#include "write_back.h"

#include "call.h"
#include "timer.h"

static void set_timer(struct sim *sim, struct member *member) {
  struct cache_state *c = member->state;
  timer_set(sim, member, &c->flush_timer, c->config->write.flush_ns, 0, 0);
}

void write_back_begin(struct sim *sim, struct member *member) {
  set_timer(sim, member);
}

bool write_back_clean(struct sim *sim, struct cache_state *c, uint32_t e) {
  struct entry *entry = &c->store->entry[e];
  if (!entry->dirty) return false;
  entry->dirty = false;
  level_down(&c->dirty, sim->now_ns);
  return true;
}

static void send_entry(struct sim *sim, struct cache_state *c, uint32_t e) {
  struct entry *entry = &c->store->entry[e];
  if (!write_back_clean(sim, c, e)) return;
  entry->expires_ns =
      (entry->expires_ns & ENTRY_ENDED) | kept_expiry(sim, c, c->write_key + entry->item);
  write_back_send(sim, c, entry->item);
}

void write_back_send(struct sim *sim, struct cache_state *c, uint32_t item) {
  c->written_back++;
  struct frame *fetch = call_new(sim, c->member, NULL);
  fetch->key = key_attempt(c->write_key + item, c->written_back);
  fetch->item = item;
  fetch->op = c->write_op;
  ledger_send(sim, c->truth, fetch);
  cache_ask_origin(sim, c, fetch);
}

void write_back_flush(struct sim *sim, struct member *member) {
  struct cache_state *c = member->state;
  set_timer(sim, member);
  for (uint32_t e = 0; e < c->store->places; e++) {
    send_entry(sim, c, e);
  }
}

bool write_back_keep(struct sim *sim, struct member *member, struct frame *call) {
  struct cache_state *c = member->state;
  c->member = member;
  c->write_op = call->op;
  c->write_key = call->key;
  uint32_t e = keep_written(sim, c, call);
  if (e == NIL) return false;
  struct entry *entry = &c->store->entry[e];
  if (!entry->dirty) level_up(&c->dirty, sim->now_ns);
  entry->dirty = true;
  ledger_acknowledge(sim, c->truth, call);
  ledger_drop(sim, entry->copy);
  entry->copy = ledger_hold_current(sim, c->truth, call->item);
  return true;
}

void write_back_ended(struct sim *sim, struct cache_state *c, const struct frame *fetch,
                      enum outcome outcome) {
  if (outcome == OUTCOME_OK) return;
  c->write_back_failed++;
  ledger_send_failed(sim, c->truth, fetch);
  uint32_t e = store_find(c->store, fetch->item);
  if (e == NIL) {
    c->lost_writes += ledger_lose(sim, c->truth, fetch->item);
    return;
  }
  struct entry *entry = &c->store->entry[e];
  if (!entry->dirty) level_up(&c->dirty, sim->now_ns);
  entry->dirty = true; /* next time */
}

void write_back_lose(struct sim *sim, struct cache_state *c, uint32_t e) {
  c->store->entry[e].dirty = false;
  level_down(&c->dirty, sim->now_ns);
  c->lost_writes += ledger_lose(sim, c->truth, c->store->entry[e].item);
}
