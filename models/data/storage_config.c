#include "storage_config.h"

#include <math.h>

#define AT(field) offsetof(struct storage_config, field)
#define OUTAGE(field) offsetof(struct storage_outage, field)

static const char *const placement_words[] = {"sets", "random", NULL};

static const struct param outage_params[] = {
    {.name = "every",
     .type = PARAM_TIME_DIST,
     .offset = OUTAGE(every),
     .required = true,
     .doc = "From one to the next."},
    {.name = "loses",
     .type = PARAM_RATIO,
     .offset = OUTAGE(loses),
     .required = true,
     .doc = "Which share of the disks does not come back, at random, all at once (after a power "
            "failure 0.5 to 1 % of a cluster's machines: Cidon et al., \"Copysets\", USENIX ATC "
            "2013)."},
    {0},
};

const struct param storage_params[] = {
    {.name = "copies",
     .type = PARAM_COUNT,
     .offset = AT(copies),
     .required = true,
     .min = 1,
     .max = 64,
     .doc = "On how many disks a group lies: copies, or the data and check blocks of an erasure "
            "code (a mirror has 2, RAID 5 over four disks 4)."},
    {.name = "need",
     .type = PARAM_COUNT,
     .offset = AT(need),
     .fallback = "1",
     .min = 1,
     .max = 64,
     .doc = "How many of them suffice to have all of it: 1 of copies, 3 of RAID 5 over four disks, "
            "8 of an 8 + 4 erasure code."},
    {.name = "placement",
     .type = PARAM_ENUM,
     .offset = AT(placement),
     .choices = placement_words,
     .fallback = "sets",
     .doc = "sets: instances side by side are one group, blocks[1] to blocks[3], and so on, so "
            "that zones that take turns keep a group apart; random: each of `groups` lies on any "
            "disks, in different zones if there are enough."},
    {.name = "groups",
     .type = PARAM_COUNT,
     .offset = AT(groups),
     .needs = "placement = random",
     .min = 1,
     .max = PLACEMENT_GROUPS_MAX,
     .doc = "How many groups there are (chunks, placement groups)."},
    {.name = "scatter",
     .type = PARAM_COUNT,
     .offset = AT(scatter),
     .fallback = "1",
     .needs = "placement = sets",
     .min = 1,
     .max = 1e6,
     .doc = "With how many others a disk shares groups, at least: above copies - 1 the disks are "
            "cut into sets again, in another order, without regard to zones."},
    {.name = "life",
     .type = PARAM_TIME_DIST,
     .offset = AT(life),
     .doc = "How long a disk keeps its data (of disks in large installations 2 to 4 % are replaced "
            "in a year, which is exponential \"300000h\": Schroeder and Gibson, FAST 2007). Not "
            "said: it never loses them by itself."},
    {.name = "rebuild",
     .type = PARAM_TIME_DIST,
     .offset = AT(rebuild),
     .doc = "How long it takes to copy a lost disk's data from others; or say `size` and "
            "`bandwidth`."},
    {.name = "size",
     .type = PARAM_BYTES,
     .offset = AT(size),
     .needs = "bandwidth",
     .doc = "What a disk keeps."},
    {.name = "bandwidth",
     .type = PARAM_BANDWIDTH,
     .offset = AT(bits_per_s),
     .min = 1,
     .max = INFINITY,
     .needs = "size",
     .doc = "At which it is copied to each disk that helps."},
    {.name = "helpers",
     .type = PARAM_COUNT,
     .offset = AT(helpers),
     .fallback = "1",
     .needs = "bandwidth",
     .min = 1,
     .max = 1e6,
     .doc = "On how many disks a lost one is rebuilt at once: 1 with a spare disk, many where "
            "groups lie on any of them."},
    {.name = "after",
     .type = PARAM_TIME_DIST,
     .offset = AT(after),
     .fallback = "0ms",
     .doc = "From the loss until the copying begins (HDFS takes a machine for dead after 10.5 min; "
            "Ceph marks a disk out after 10 min)."},
    {.name = "at_once",
     .type = PARAM_COUNT,
     .offset = AT(at_once),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "Disks that are rebuilt at the same time, of a set, or of all with placement = "
            "random; others wait their turn."},
    {.name = "bias",
     .type = PARAM_RATIO,
     .offset = AT(bias),
     .needs = "life",
     .max = 0.95,
     .doc =
         "While a disk is not whole, the others fail so much more often that about this share "
         "of what comes next are failures (\"50%\" is usual), and losses count by their likelihood "
         "ratio. For losses too rare to be seen."},
    {.name = "outage",
     .type = PARAM_GROUP,
     .offset = AT(outage),
     .group = outage_params,
     .doc = "An event that takes many disks at once."},
    {0},
};

#define MEASURED(field) offsetof(struct storage_meters, field)

const struct meter storage_meters[] = {
    {"failures", METER_COUNT, MEASURED(failures), 0, "Disks that lost their data."},
    {"rebuilds", METER_COUNT, MEASURED(rebuilds), 0, "Disks that were whole again."},
    {"rebuilding", METER_LEVEL, MEASURED(rebuilding), 0, "Disks to which data are copied"},
    {"waiting", METER_LEVEL, MEASURED(waiting), 0, "Disks that wait for others to be rebuilt"},
    {"at_risk", METER_LEVEL, MEASURED(at_risk), 0,
     "Groups that one more loss would take, as `need` disks are left"},
    {"exposed", METER_TIMES, MEASURED(exposed), 0,
     "From the loss of a disk's data until it is whole again"},
    {"outages", METER_COUNT, MEASURED(outages), 0, "Outages."},
    {"outages.loss", METER_RATIO, MEASURED(harmful), MEASURED(harmless),
     "Of them, those that took data for ever."},
    {0},
};

const struct metric_def storage_metrics[] = {
    {"losses", "chance",
     "Times at which data were lost for ever; with `bias` what they count for."},
    {"lost", "chance", "Groups that were; with `bias` the same."},
    {"annual_loss", "chance",
     "Losses of one group in a year, on average: where that is small, the probability of one."},
    {"mttdl", "s",
     "Mean time until data are lost, of one set; of the whole, if its groups lie on any disks."},
    {"nines", "",
     "With `bias`: -log10 of annual_loss, so that 11 is 99.999999999 %; of each replication, "
     "averaged."},
    {"cycles", "", "With `bias`: times that all disks of a set were whole again."},
    {"hits", "", "With `bias`: of them, those in which data were lost."},
    {0},
};

/* What failures that come too often would count wrongly. */
bool storage_has_meter(const void *config, const struct meter *meter) {
  const struct storage_config *c = config;
  bool of_outage = meter->at == MEASURED(outages) || meter->at == MEASURED(harmful);
  return of_outage ? c->outage.given : c->bias == 0;
}

double storage_copy_ns(const struct storage_config *c) {
  if (c->bits_per_s <= 0) return dist_mean(&c->rebuild);
  return (double)c->size * 8e9 / (c->bits_per_s * (double)c->helpers);
}

double storage_rebuild_mean_ns(const struct storage_config *c) {
  return dist_mean(&c->after) + storage_copy_ns(c);
}

/* --- what cannot be ------------------------------------------------------------------------- */

static bool valid_bias(const struct storage_config *c, uint32_t instances, struct error *err) {
  if (c->bias == 0) return true;
  if (c->life.kind != DIST_EXPONENTIAL) {
    return error_set(err,
                     "bias takes an exponential life: only its failures come at a rate that "
                     "can be raised without knowing a disk's age; say exponential, or leave "
                     "bias out");
  }
  if (c->outage.given) {
    return error_set(err,
                     "bias does not reach outages, which would be counted as they come; make "
                     "two storages of it, or leave one out");
  }
  bool apart = c->placement == PLACE_SETS && placement_cuts(c->scatter, c->copies) == 1;
  double down =
      (double)(apart ? c->copies : instances) * storage_rebuild_mean_ns(c) / dist_mean(&c->life);
  if (down <= 0.5) return true;
  return error_set(err,
                   "bias counts from one time at which all disks that share groups are whole to "
                   "the next, and here %.3g of them are being rebuilt at any time; leave bias out, "
                   "or have placement = \"sets\"",
                   down);
}

static bool valid_placement(const struct storage_config *c, uint32_t instances, struct error *err) {
  if (c->copies > instances) {
    return error_set(err, "has %llu copies on %u disks; say instances = %llu or more",
                     (unsigned long long)c->copies, instances, (unsigned long long)c->copies);
  }
  if (c->need > c->copies) {
    return error_set(err, "needs %llu of %llu copies; need is at most copies",
                     (unsigned long long)c->need, (unsigned long long)c->copies);
  }
  if (c->placement == PLACE_RANDOM && c->groups == 0) {
    return error_set(err, "places groups at random and does not say how many: groups = 1000");
  }
  uint64_t cuts = placement_cuts(c->scatter, c->copies);
  if (c->placement == PLACE_RANDOM || cuts * (instances / c->copies) <= PLACEMENT_GROUPS_MAX)
    return true;
  return error_set(err, "makes more than %u groups; lower scatter", PLACEMENT_GROUPS_MAX);
}

bool storage_validate(const struct spec *spec, const struct component_spec *component,
                      struct error *err) {
  (void)spec;
  const struct storage_config *c = component->config;
  if (!valid_placement(c, component->instances, err)) return false;
  bool by_time = storage_is_said(&c->rebuild), by_size = c->size > 0;
  if (by_time == by_size) {
    return error_set(err, by_time ? "says how long a rebuild takes twice, by rebuild and by size; "
                                    "leave one out"
                                  : "does not say how long a lost disk takes to be rebuilt: "
                                    "rebuild = \"24h\", or size and bandwidth");
  }
  return valid_bias(c, component->instances, err);
}
