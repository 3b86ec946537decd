/* Values of parameters as text: the way back from a config struct to what a user would write.
 *
 * The one place that knows how each type of parameter is shown. Quantities come with their unit,
 * references as names, distributions by their parameters, handlers as the list of their steps. */
#ifndef PARAM_TEXT_H
#define PARAM_TEXT_H

#include <stdio.h>

#include "program.h"
#include "quantity.h"
#include "spec.h"

#define PARAM_NONE "none" /* what is not given */

/* Writes the value of one parameter, which lies at `value` in the config struct. A group is shown
 * by its entries, which are parameters themselves: here it is "yes" or "none". */
void param_text(FILE *out, const struct spec *spec, const struct param *param, const void *value);

/* What several types, or steps of handlers, have in them: a quantity with its unit, a distribution
 * of times or of sizes, ... */
void param_text_quantity(FILE *out, enum quantity quantity, double value);
void param_text_dist(FILE *out, const struct dist *dist, bool is_time);
void param_text_priorities(FILE *out, const struct priorities *list);
void param_text_causes(FILE *out, uint32_t causes);
void param_text_pace(FILE *out, const struct pace_rate *rate);
void param_text_tier_rates(FILE *out, const struct spec *spec, const struct tier_rates *rates);

/* The same of one type each: the column `put` of param_types. */
void param_put_bool(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value);
void param_put_count(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_number(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_duration(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value);
void param_put_double(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_pace(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value);
void param_put_bytes(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_bandwidth(FILE *out, const struct spec *spec, const struct param *param,
                         const void *value);
void param_put_dist(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value);
void param_put_enum(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value);
void param_put_text(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value);
void param_put_ref(FILE *out, const struct spec *spec, const struct param *param,
                   const void *value);
void param_put_refs(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value);
void param_put_routes(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_tier_rates(FILE *out, const struct spec *spec, const struct param *param,
                          const void *value);
void param_put_weights(FILE *out, const struct spec *spec, const struct param *param,
                       const void *value);
void param_put_group(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_list(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value);
void param_put_flow(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value);
void param_put_crowd(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_batch(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_arrivals(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value);
void param_put_journey(FILE *out, const struct spec *spec, const struct param *param,
                       const void *value);
void param_put_shares(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_keys(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value);
void param_put_backoff(FILE *out, const struct spec *spec, const struct param *param,
                       const void *value);
void param_put_op(FILE *out, const struct spec *spec, const struct param *param, const void *value);
void param_put_steps(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_fallbacks(FILE *out, const struct spec *spec, const struct param *param,
                         const void *value);
void param_put_handlers(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value);
void param_put_priority(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value);
void param_put_shards(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_detector(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value);
void param_put_act(FILE *out, const struct spec *spec, const struct param *param,
                   const void *value);
void param_put_watch(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_ratios(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_condition(FILE *out, const struct spec *spec, const struct param *param,
                         const void *value);
void param_put_limit(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_how_many(FILE *out, const struct spec *spec, const struct param *param,
                        const void *value);
void param_put_zones(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_causes(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_budget(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_after(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_writes(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_ttl(FILE *out, const struct spec *spec, const struct param *param,
                   const void *value);
void param_put_room(FILE *out, const struct spec *spec, const struct param *param,
                    const void *value);
void param_put_window(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_places(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value);
void param_put_price(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);
void param_put_slows(FILE *out, const struct spec *spec, const struct param *param,
                     const void *value);

#endif
