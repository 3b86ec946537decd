#include "slows.h"

#include "choice.h"

#define AT(field) offsetof(struct slows, field)

const struct param usl_params[] = {
    {.name = "sigma",
     .type = PARAM_NUMBER,
     .offset = AT(sigma),
     .fallback = "0",
     .min = 0,
     .max = 1,
     .doc = "Contention: the share of the work that only one call at a time can do."},
    {.name = "kappa",
     .type = PARAM_NUMBER,
     .offset = AT(kappa),
     .fallback = "0",
     .min = 0,
     .max = 1,
     .doc = "Coherence: what agreeing with each other call costs, as a share of the work. With it "
            "throughput is greatest at sqrt((1 - sigma) / kappa) calls at once, and falls beyond."},
    {0},
};

static const struct param curve_point[] = {
    {.name = "busy",
     .type = PARAM_RATIO,
     .offset = offsetof(struct slows_point, busy),
     .required = true,
     .max = 1,
     .doc = "Share of the workers that are busy; larger than that of the point before."},
    {.name = "factor",
     .type = PARAM_NUMBER,
     .offset = offsetof(struct slows_point, factor),
     .required = true,
     .min = 1e-3,
     .max = 1e6,
     .doc = "How many times as long work takes then."},
    {0},
};

const struct param curve_points = {
    .name = "points",
    .type = PARAM_LIST,
    .offset = AT(points),
    .required = true,
    .min = 2,
    .max = 1000,
    .group = curve_point,
    .stride = sizeof(struct slows_point),
    .doc = "Share of the workers that are busy, and how many times as long work takes then.",
};

static bool check_usl(struct loader *loader, const struct spot *spot, void *value) {
  const struct slows *slows = value;
  if (slows->sigma > 0 || slows->kappa > 0) return true;
  return spot_error(loader, spot, "slows nothing: give sigma, kappa or both, such as sigma = 0.02");
}

static bool check_curve(struct loader *loader, const struct spot *spot, void *value) {
  const struct slows *slows = value;
  const struct slows_point *point = slows->points.entry;
  for (uint32_t i = 1; i < slows->points.n; i++) {
    if (point[i].busy > point[i - 1].busy) continue;
    struct spot at = spot_item(spot, (int)i + 1);
    return spot_error(loader, &at, "must be busier than the point before");
  }
  return true;
}

static const struct choice choices[] = {
    {WORD_USL, SLOWS_USL, .params = usl_params, .check = check_usl},
    {WORD_CURVE, SLOWS_CURVE, .items = &curve_points, .check = check_curve},
};

bool slows_read(struct loader *loader, const struct spot *spot, int index, struct slows *out) {
  *out = (struct slows){.rule = SLOWS_NONE};
  const struct choice *row =
      choice_read(loader, spot, index, choices, 2,
                  "usl { sigma = 0.02, kappa = 0.0001 } or curve { { 0, 1 }, { 1, 5 } }", out);
  if (row) out->rule = (enum slows_rule)row->kind;
  return row != NULL;
}

void slows_put(FILE *out, const struct slows *slows) {
  const struct slows_point *point = slows->points.entry;
  switch (slows->rule) {
    case SLOWS_NONE:
      fputs("none", out);
      return;
    case SLOWS_USL:
      fprintf(out, "usl, sigma %.10g, kappa %.10g", slows->sigma, slows->kappa);
      return;
    case SLOWS_CURVE:
      fputs("curve", out);
      for (uint32_t i = 0; i < slows->points.n; i++) {
        fprintf(out, "%s %.10g%% busy: %.10g times", i ? "," : "", point[i].busy * 100,
                point[i].factor);
      }
      return;
  }
}
