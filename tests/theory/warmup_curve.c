#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "sim.h"
#include "trace.h"

/* --- V105: the exact warm-up curve ---------------------------------------------------------- */

/* The n-th request's wait from an empty start. The client's table of functions is copied, and its
 * on_reply first notes the wait: from sending to the start of service, which the frame still tells.
 * One worker serves in order, so the n-th answer is the n-th request's. */
struct curve {
  const uint32_t *at; /* the n that are wanted, ascending, ended by 0 */
  uint32_t seen, next;
  double *sum, *squares;
  const struct kind *client;
};

/* One curve a thread: kinds have no place for a test's data. */
static _Thread_local struct curve *watched;

static void note_wait(struct sim *sim, struct member *member, struct frame *parent,
                      struct frame *call, enum outcome outcome) {
  struct curve *c = watched;
  if (++c->seen == c->at[c->next]) {
    double wait = (double)(call->mark_ns - call->sent_ns) / 1e9 / SERVICE_S;
    c->sum[c->next] += wait;
    c->squares[c->next] += wait * wait;
    c->next++;
  }
  c->client->on_reply(sim, member, parent, call, outcome);
}

static void follow(struct curve *curve, const struct scenario *s, uint32_t replications) {
  struct spec spec = s->spec;
  struct component_spec *component = g_new(struct component_spec, spec.components);
  struct kind watching;
  memcpy(component, spec.component, spec.components * sizeof *component);
  spec.component = component;
  for (uint32_t i = 0; i < spec.components; i++) {
    if (!component[i].kind->is_source) continue;
    curve->client = component[i].kind;
    watching = *component[i].kind;
    watching.on_reply = note_wait;
    component[i].kind = &watching;
  }
  watched = curve;
  for (uint32_t r = 1; r <= replications; r++) {
    struct sim *sim = sim_new(&spec, 1, r, 0, s->run.duration_ns, false);
    trace_limit(sim, 0);
    curve->seen = curve->next = 0;
    for (uint64_t step = 1; curve->at[curve->next] != 0; step++) {
      if (!sim_run(sim, step * s->run.duration_ns / 32)) exit(1);
    }
    sim_free(sim);
  }
  g_free(component);
}

void study_warmup_curve(struct study *study) {
  static const struct {
    double rho;
    uint32_t at[9];
    double wait[8];
    uint32_t replications;
    bool quick;
  } curves[] = {
      {0.8, {2, 0}, {0.444444}, 200000, false},
      {0.8, {10, 50, 100, 0}, {1.85983, 3.41051, 3.81038}, 60000, true},
      {0.8, {200, 500, 1000, 0}, {3.97091, 3.99975, 4.0}, 100000, false},
      {0.9, {10, 100, 0}, {2.195, 6.39923}, 100000, false},
      {0.9, {500, 1000, 2000, 0}, {8.70342, 8.96135, 8.99888}, 50000, false},
  };
  for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
    uint32_t last = 0;
    if (study->quick && !curves[i].quick) continue;
    uint32_t replications = curves[i].replications / (study->quick ? 2 : 1);
    double sum[8] = {0}, squares[8] = {0}, n = replications;
    while (curves[i].at[last] != 0) last++;
    struct curve curve = {.at = curves[i].at, .sum = sum, .squares = squares};
    struct scenario *s =
        study_mm1(study, curves[i].rho, 2.0 * curves[i].at[last - 1] / curves[i].rho, 0, 1);
    follow(&curve, s, replications);
    for (uint32_t k = 0; k < last; k++) {
      double reference = curves[i].wait[k], tolerance = 0.02 * reference, mean = sum[k] / n;
      double se = sqrt((squares[k] / n - mean * mean) / n);
      study_find(study, "V105", replications, reference, mean, reference - tolerance,
                 reference + tolerance, "mean wait of request %u from empty, rho %g, s.e. %.2g",
                 curves[i].at[k], curves[i].rho, se);
    }
    scenario_free(s);
  }
}
