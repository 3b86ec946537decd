/* Values that a call policy is made of: budgets, times to hedge after, windows, places; and that
 * copies are made of: how many of them, and where. Each reads the value at `index`, or writes it
 * for people. */
#ifndef POLICY_H
#define POLICY_H

#include <stdio.h>

#include "value.h"

extern const struct param detector_params[];
extern const struct param phi_subject;
extern const struct param missed_subject;
extern const struct param timeout_subject;
extern const struct param aimd_params[], gradient_params[]; /* of struct concurrency_config */
extern const struct param back_params[];                    /* of struct writes */
extern const struct param consistent_hash_params[];         /* of struct sharding */

bool policy_budget(struct loader *loader, const struct spot *spot, int index, struct budget *out);
bool policy_after(struct loader *loader, const struct spot *spot, int index, struct after *out);
bool policy_window(struct loader *loader, const struct spot *spot, int index, struct window *out);
bool policy_writes(struct loader *loader, const struct spot *spot, int index, struct writes *out);
bool policy_shards(struct loader *loader, const struct spot *spot, int index, struct sharding *out);
bool policy_places(struct loader *loader, const struct spot *spot, int index,
                   const struct param *param, struct concurrency_config *out);
bool policy_how_many(struct loader *loader, const struct spot *spot, int index,
                     const struct param *param, struct how_many *out);
bool policy_zones(struct loader *loader, const struct spot *spot, int index, struct refs *out);

void policy_put_budget(FILE *out, const struct budget *budget);
void policy_put_after(FILE *out, const struct after *after);
void policy_put_window(FILE *out, const struct window *window);
void policy_put_writes(FILE *out, const struct writes *writes);
void policy_put_places(FILE *out, const struct concurrency_config *places);
void policy_put_how_many(FILE *out, const struct param *param, const struct how_many *many);
void policy_put_zones(FILE *out, const struct spec *spec, const struct refs *zones);

#endif
