/* What users may say of a service, and what that means where nothing is run. */
#ifndef SERVICE_CONFIG_H
#define SERVICE_CONFIG_H

#include "footprint.h"
#include "network/accept.h"
#include "outline.h"
#include "pace.h"
#include "param.h"
#include "program.h"
#include "sim.h"
#include "subscription.h"
#include "tenancy.h"

enum io { IO_BLOCKING, IO_ASYNC };

/* What is done about calls that nobody waits for any more; each does what those before it do. */
enum cancel { CANCEL_NEVER, CANCEL_PASSED_ON, CANCEL_QUEUED, CANCEL_RUNNING };

struct service_config {
  uint64_t workers, queue;
  const struct on_demand *on_demand; /* that of the component; or NULL */
  uint32_t discipline, io, cancel, evict;
  struct priorities priority;
  uint32_t by;
  struct dist work;
  struct accept_config accept;
  struct handlers on;
  struct subscription subscribe;
  struct pace_config pace;
  uint32_t host;
  struct memory_config memory;
};

extern const struct param service_params[];
extern const char service_doc[]; /* of the kind, for the manual */

bool service_validate(const struct spec *spec, const struct component_spec *component,
                      struct error *err);

/* The steps of the handler for one operation. */
void service_outline(const struct spec *spec, const struct component_spec *component, int op,
                     struct outline *out);

/* kind.place: instances on demand are the workers of one member. */
void service_place(struct component_spec *component, struct arena *arena);

/* kind.subscription, kind.subscriber_workers, kind.accept */
const struct subscription *service_subscription(const void *config);
uint64_t service_workers(const void *config);
const struct accept_config *service_accept(const void *config);

/* kind.tenancy */
struct tenancy service_tenancy(const void *config);

bool service_transacts(const struct service_config *config);

/* Whether a handler changes the size of answers. */
bool service_compresses(const struct service_config *config);

/* Whether a handler takes longer the more bytes there are. */
bool service_works_on_bytes(const struct service_config *config);

#endif
