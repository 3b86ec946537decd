/* How a value of each type of parameter is read: the column `read` of param_types.
 *
 * Each reads the value at `index` of the Lua stack into the entry of a config struct; on a mistake
 * it reports the spot, what was expected and what was found, and returns false. */
#ifndef PARAM_READ_H
#define PARAM_READ_H

#include "value.h"

/* Where a value goes: an entry of the config struct. */
struct field {
  struct loader *loader;
  const struct spot *spot;
  const struct param *param;
  void *at;
};

bool param_read_count(const struct field *f, int index);
bool param_read_duration(const struct field *f, int index);
bool param_read_number(const struct field *f, int index);
bool param_read_pace(const struct field *f, int index);
bool param_read_bytes(const struct field *f, int index);
bool param_read_bool(const struct field *f, int index);
bool param_read_enum(const struct field *f, int index);
bool param_read_refs(const struct field *f, int index);
bool param_read_routes(const struct field *f, int index);
bool param_read_weights(const struct field *f, int index);
bool param_read_tier_rates(const struct field *f, int index);
bool param_read_group(const struct field *f, int index);
bool param_read_time_dist(const struct field *f, int index);
bool param_read_size_dist(const struct field *f, int index);
bool param_read_text(const struct field *f, int index);
bool param_read_ref(const struct field *f, int index);
bool param_read_list(const struct field *f, int index);
bool param_read_flow(const struct field *f, int index);
bool param_read_crowd(const struct field *f, int index);
bool param_read_batch(const struct field *f, int index);
bool param_read_arrivals(const struct field *f, int index);
bool param_read_mix(const struct field *f, int index);
bool param_read_journey(const struct field *f, int index);
bool param_read_tiers(const struct field *f, int index);
bool param_read_users(const struct field *f, int index);
bool param_read_keys(const struct field *f, int index);
bool param_read_backoff(const struct field *f, int index);
bool param_read_op(const struct field *f, int index);
bool param_read_op_known(const struct field *f, int index);
bool param_read_steps(const struct field *f, int index);
bool param_read_fallbacks(const struct field *f, int index);
bool param_read_handlers(const struct field *f, int index);
bool param_read_ops(const struct field *f, int index);
bool param_read_priority(const struct field *f, int index);
bool param_read_budget(const struct field *f, int index);
bool param_read_after(const struct field *f, int index);
bool param_read_room(const struct field *f, int index);
bool param_read_writes(const struct field *f, int index);
bool param_read_ttl(const struct field *f, int index);
bool param_read_window(const struct field *f, int index);
bool param_read_places(const struct field *f, int index);
bool param_read_price(const struct field *f, int index);
bool param_read_slows(const struct field *f, int index);
bool param_read_shards(const struct field *f, int index);
bool param_read_detector(const struct field *f, int index);
bool param_read_act(const struct field *f, int index);
bool param_read_watch(const struct field *f, int index);
bool param_read_limit(const struct field *f, int index);
bool param_read_ratios(const struct field *f, int index);
bool param_read_condition(const struct field *f, int index);
bool param_read_how_many(const struct field *f, int index);
bool param_read_zones(const struct field *f, int index);
bool param_read_causes(const struct field *f, int index);

#endif
