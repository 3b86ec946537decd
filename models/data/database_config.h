/* What users may say about a database, what of that is refused, and what it tells those who run
 * nothing. */
#ifndef DATABASE_CONFIG_H
#define DATABASE_CONFIG_H

#include "copies.h"
#include "fencing.h"
#include "idempotency.h"
#include "outbox.h"
#include "outline.h"
#include "several_rows.h"
#include "shipping.h"

struct database_config {
  uint64_t workers, connections;
  struct dist read, write;
  struct priorities read_ops, write_ops;
  struct copies_config copies;
  struct shipping_config ship;
  struct idempotency_config idempotency;
  struct outbox_config outbox;
  bool fencing, row_locks;
  struct rows_config rows;
  struct sharding shards;
  struct dist move; /* ns */
};

extern const struct param database_params[];
extern const char database_doc[];

bool database_validate(const struct spec *spec, const struct component_spec *component,
                       struct error *err);
void database_place(struct component_spec *component, struct arena *arena);
uint64_t database_places(const void *config);
enum data_op database_data_op(const struct spec *spec, const struct component_spec *component,
                              int op);
void database_outline(const struct spec *spec, const struct component_spec *component, int op,
                      struct outline *out);

/* Whether its members, or those of each shard, keep copies of the same data. */
bool database_keeps_copies(const void *config);
bool database_remembers(const void *config); /* writes by their idempotency keys */

/* Whether nothing is left of what it has once a fault takes that: there are neither copies nor a
 * safe place, and no locks that would have to be there again. */
bool database_loses_all(const struct spec *spec, const struct component_spec *component);

/* How many shards the members of a database are that has so many. */
uint32_t database_shards(const struct database_config *config, uint32_t members);

/* What goes to a safe place, wherever it is said. */
const struct shipping_config *database_ship(const struct database_config *config);

#endif
