/* The shedding of one member of a service: what its steps `shed` know, and whether they let a call
 * through. */
#ifndef SERVICE_SHEDS_H
#define SERVICE_SHEDS_H

#include "classes.h"
#include "program.h"
#include "service_config.h"
#include "shedder.h"
#include "sim.h"
#include "station.h"

struct service_sheds {
  uint32_t n;
  struct service_shed {
    const struct step *step;
    const struct classes *classes; /* by `keep` */
    struct shedder shedder;
  } * shed;
  uint64_t turned_away;
};

/* What is wrong with the steps `shed` of a service. */
bool service_sheds_valid(const struct spec *spec, const struct service_config *config,
                         struct error *err);

void service_sheds_init(struct sim *sim, struct service_sheds *sheds,
                        const struct service_config *config);

/* As a process that starts again. */
void service_sheds_clear(struct service_sheds *sheds);

/* A call comes, before it waits. */
bool service_sheds_admit(struct sim *sim, struct service_sheds *sheds,
                         const struct program *program, const struct station *station,
                         const struct frame *call);

/* A worker has come to the step. */
bool service_sheds_pass(struct sim *sim, struct service_sheds *sheds, const struct step *step,
                        const struct station *station, const struct frame *call);

#endif
