#include "meter_track.h"

#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "sim.h"

void meter_tracks_new(struct sim *sim, uint32_t windows, struct meter_tracks *out) {
  *out = (struct meter_tracks){.list = mem_zeroed(METER_TRACKS_MOST, sizeof *out->list)};
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    struct component *component = &sim->component[c];
    for (const struct meter *m = component->kind->meters; m && m->name; m++) {
      if (!meter_is_of(component, m)) continue;
      if (out->n == METER_TRACKS_MOST) return;
      out->list[out->n++] = (struct meter_track){
          .component = component, .meter = m, .value = mem_zeroed(windows, sizeof(float))};
    }
  }
}

void meter_tracks_free(struct meter_tracks *tracks) {
  for (uint32_t i = 0; i < tracks->n; i++) free(tracks->list[i].value);
  free(tracks->list);
  *tracks = (struct meter_tracks){0};
}

void meter_tracks_absorb(struct sim *sim, struct meter_tracks *tracks) {
  for (uint32_t i = 0; i < tracks->n; i++) {
    struct meter_track *t = &tracks->list[i];
    struct quotient now = meter_read(sim, t->component, t->meter);
    t->window.num += now.num - t->before.num;
    t->window.den += now.den - t->before.den;
    t->before = now;
  }
}

void meter_tracks_cleared(struct meter_tracks *tracks) {
  for (uint32_t i = 0; i < tracks->n; i++) tracks->list[i].before = (struct quotient){0, 0};
}

void meter_tracks_end(struct meter_tracks *tracks, uint32_t w, double seconds) {
  for (uint32_t i = 0; i < tracks->n; i++) {
    struct meter_track *t = &tracks->list[i];
    double den = meter_is_over_time(t->meter) ? seconds : t->window.den;
    t->value[w] = den > 0 ? (float)(t->window.num / den) : NAN;
    t->window = (struct quotient){0, 0};
  }
}
