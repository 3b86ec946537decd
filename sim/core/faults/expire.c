/* expire "edge": the certificate of a component is out of date. */
#include "fault_def.h"
#include "network/connection.h"

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  if (sim->connections == NULL) return;
  for (uint32_t i = 0; i < hit->members; i++) {
    uint32_t *expired = &sim->connections->expired[hit->member[i]];
    *expired = begins ? *expired + 1 : *expired - 1;
  }
}

const struct fault_def fault_expire = {
    .word = {.name = "expire",
             .role = ROLE_FAULT,
             .usage = "expire \"edge\"",
             .doc =
                 "Its certificate is out of date: who opens a connection with TLS to it gives it "
                 "up, and so does whom it calls with mutual TLS. Connections that are open, and "
                 "sessions that are resumed, go on.",
             .params = fault_no_params,
             .subject = &fault_target_param},
    .hit = hit,
    .needs_tls = true,
};
