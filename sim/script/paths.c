/* Paths: what they say, and how they get into the spec. */
#include <math.h>
#include <stdlib.h>

#include "build.h"
#include "configure.h"
#include "words.h"

/* Light in fibre: c / 1.5, as usual in estimates (Kurose, Ross, Computer Networking, 1.4). */
#define FIBRE_M_PER_S 2e8

static const struct param reorder_params[] = {
    {.name = "share",
     .type = PARAM_RATIO,
     .offset = offsetof(struct reorder_config, share),
     .required = true,
     .max = 1,
     .doc = "Probability that a message takes longer than those sent after it."},
    {.name = "by",
     .type = PARAM_DURATION,
     .offset = offsetof(struct reorder_config, by_ns),
     .required = true,
     .doc = "How much longer."},
    {0},
};

static const char *const transport_choices[] = {"messages", "tcp", NULL};
static const char *const tls_choices[] = {"none", "1.2", "1.3", NULL};

static const char *const check_choices[] = {"none", "ocsp", NULL};

#define AT(field) offsetof(struct connect_config, field)

static const struct param connect_params[] = {
    {.name = "keep",
     .type = PARAM_DURATION,
     .offset = AT(keep_ns),
     .fallback = "0ms",
     .max = INFINITY,
     .doc =
         "How long a connection that nobody uses is kept; 0: each call opens one of its own. nginx "
         "keeps them for \"60s\" to \"75s\", Go's client for \"90s\"."},
    {.name = "window",
     .type = PARAM_COUNT,
     .offset = AT(window),
     .fallback = "10",
     .min = 1,
     .max = 1000,
     .doc = "Segments that leave before the first one is acknowledged (RFC 6928: 10; before 2013, "
            "3: RFC 3390)."},
    {.name = "streams",
     .type = PARAM_COUNT,
     .offset = AT(streams),
     .fallback = "1",
     .off = "1",
     .min = 1,
     .max = INFINITY,
     .doc = "Calls at a time on one connection: 1 as with HTTP/1.1, more as with HTTP/2, "
            "whose servers allow 100 and more (RFC 9113). A lost segment holds up all of "
            "them."},
    {.name = "requests",
     .type = PARAM_COUNT,
     .offset = AT(requests),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "Calls after which a connection is closed (nginx: 1000)."},
    {.name = "tls",
     .type = PARAM_ENUM,
     .offset = AT(tls),
     .fallback = "none",
     .off = "none",
     .choices = tls_choices,
     .doc = "TLS 1.2 takes two more round trips (RFC 5246), TLS 1.3 one (RFC 8446). The "
            "called side does the work of a `handshake` (`accept`)."},
    {.name = "resume",
     .type = PARAM_RATIO,
     .offset = AT(resume),
     .fallback = "0%",
     .max = 1,
     .needs = "tls",
     .doc = "Share of the handshakes that resume an earlier session. They take one round "
            "trip, also with TLS 1.2, and the work `resumed`."},
    {.name = "early",
     .type = PARAM_BOOL,
     .offset = AT(early),
     .fallback = "false",
     .needs = "tls = 1.3",
     .doc = "Whether a resumed handshake of TLS 1.3 carries the request (0-RTT). That saves "
            "a round trip; the request may be replayed."},
    {.name = "mutual",
     .type = PARAM_BOOL,
     .offset = AT(mutual),
     .fallback = "false",
     .needs = "tls",
     .doc = "Whether the caller shows a certificate, too. The called side checks it "
            "(`verify`)."},
    {.name = "check",
     .type = PARAM_ENUM,
     .offset = AT(check),
     .fallback = "none",
     .off = "none",
     .choices = check_choices,
     .needs = "tls",
     .doc = "Whether the caller asks if the certificate has been revoked (ocsp, RFC 6960), "
            "in each handshake that is not resumed. That costs a round trip to the "
            "responder. Stapling, where the called side brings the answer along, costs "
            "nothing: none."},
    {.name = "responder",
     .type = PARAM_REF,
     .offset = AT(responder),
     .needs = "check",
     .doc = "Whom the caller asks: a component, over the network between the two; its host "
            "answers. Without it the responder is as far away as the called side, and "
            "always answers."},
    {.name = "hard",
     .type = PARAM_BOOL,
     .offset = AT(hard),
     .fallback = "false",
     .needs = "responder",
     .doc = "What the caller does without an answer: it goes on (soft fail, as browsers "
            "do), or the call is `denied` (hard fail: Firefox with security.OCSP.require)."},
    {.name = "check_timeout",
     .type = PARAM_DURATION,
     .offset = AT(check_timeout_ns),
     .fallback = "2s",
     .min = 1,
     .max = 1e18,
     .needs = "responder",
     .doc = "How long the caller waits for the answer (Firefox: 2 s, "
            "security.OCSP.timeoutMilliseconds.soft; 10 s where it must have one)."},
    {.name = "check_keep",
     .type = PARAM_DURATION,
     .offset = AT(check_keep_ns),
     .fallback = "0s",
     .max = 1e18,
     .needs = "check",
     .doc = "How long a caller remembers a good answer about an instance (answers of public "
            "authorities hold for up to 10 days: CA/Browser Forum)."},
    {0},
};

const struct param path_params[] = {
    {.name = "from",
     .type = PARAM_TEXT,
     .offset = offsetof(struct path_config, from),
     .required = true,
     .doc = "Component, zone or region at one end."},
    {.name = "to",
     .type = PARAM_TEXT,
     .offset = offsetof(struct path_config, to),
     .required = true,
     .doc = "Component, zone or region at the other end."},
    {.name = "distance",
     .type = PARAM_DISTANCE,
     .offset = offsetof(struct path_config, metres),
     .max = 1e12,
     .doc = "Length of the fibre. Light covers 200,000 km/s in it: 5 ms for 1000 km. Real "
            "cables are longer than the line on the map."},
    {.name = "latency",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct path_config, latency),
     .fallback = "0ms",
     .doc = "Time that a message takes, drawn for each message. It is added to the time of "
            "`distance`, if that is given."},
    {.name = "jitter",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct path_config, jitter),
     .fallback = "0ms",
     .doc = "Further time, drawn for each message and added to the latency. Messages may "
            "overtake each other, as with netem's delay."},
    {.name = "bandwidth",
     .type = PARAM_BANDWIDTH,
     .offset = offsetof(struct path_config, bits_per_s),
     .min = 1,
     .max = INFINITY,
     .doc = "Messages wait for the wire in the order in which they come. Without it sending "
            "takes no time."},
    {.name = "hops",
     .type = PARAM_COUNT,
     .offset = offsetof(struct path_config, hops),
     .fallback = "1",
     .off = "1",
     .min = 1,
     .max = 64,
     .doc = "Number of links in a row. Each has the bandwidth of the path and a queue of "
            "its own. It passes on a packet once it has all of it; without `packet`, the "
            "whole message."},
    {.name = "processing",
     .type = PARAM_DURATION,
     .offset = offsetof(struct path_config, processing_ns),
     .fallback = "0ms",
     .doc = "Time that each hop looks at a message before it sends it."},
    {.name = "packet",
     .type = PARAM_BYTES,
     .offset = offsetof(struct path_config, packet),
     .min = 1,
     .max = 1e9,
     .needs = "bandwidth",
     .doc =
         "Messages are cut into packets of this size, the last of which counts as full; Ethernet "
         "carries \"1500B\". Without it hops pass messages on as a whole."},
    {.name = "overhead",
     .type = PARAM_BYTES,
     .offset = offsetof(struct path_config, overhead),
     .max = 1e6,
     .needs = "packet",
     .doc = "What each packet has on the wire beside what it carries: Ethernet 38 bytes with "
            "preamble and gap, TCP over IPv4 40, a tunnel of WireGuard 60 (Donenfeld, 2017), which "
            "leaves 1380 bytes to a packet."},
    {.name = "buffer",
     .type = PARAM_BYTES,
     .offset = offsetof(struct path_config, buffer),
     .min = 1,
     .max = 1e15,
     .needs = "bandwidth",
     .doc = "Room before the wire, what is being sent included: what comes and finds too little is "
            "dropped (a router's tail drop, tc's bfifo). It is then lost like what `loss` takes: "
            "a message vanishes as a whole, of a burst of TCP those segments that find no room "
            "are sent again. While the wire is idle a message passes whatever its size. Of "
            "several `hops` the first one drops. Without it all that comes waits. A rule of thumb "
            "is bandwidth x round trip / sqrt(flows) (Appenzeller, Keslassy, McKeown, 2004)."},
    {.name = "loss",
     .type = PARAM_RATIO,
     .offset = offsetof(struct path_config, loss),
     .fallback = "0%",
     .max = 1,
     .doc = "Probability that a message vanishes."},
    {.name = "reorder",
     .type = PARAM_GROUP,
     .offset = offsetof(struct path_config, reorder),
     .group = reorder_params,
     .doc = "Some messages fall behind: they arrive after others that were sent later."},
    {.name = "transport",
     .type = PARAM_ENUM,
     .offset = offsetof(struct path_config, transport),
     .fallback = "messages",
     .off = "messages",
     .choices = transport_choices,
     .doc = "How calls cross the path: \"messages\", each by itself, or connections of TCP. "
            "With \"tcp\" a call needs a connection, whose set-up takes a round trip. What "
            "is lost is sent again after TCP's timers (RFC 6298, 5681). A long answer takes "
            "the rounds of slow start (RFC 6928)."},
    {.name = "connect",
     .type = PARAM_GROUP,
     .offset = offsetof(struct path_config, connect),
     .group = connect_params,
     .needs = "transport = tcp",
     .doc = "How connections between a calling and a called instance are set up and kept."},
    {.name = "price",
     .type = PARAM_PRICE,
     .offset = offsetof(struct path_config, price),
     .doc =
         "What it costs: an hour, as a leased line does, \"0.50/h\", or for what is sent over it, "
         "{ per_GB = 0.01 }, either way, or one way alone with `one_way`; or both, { \"0.05/h\", "
         "per_GB = 0.02 }. Bytes are those of requests and answers (`request` and `response` of "
         "who calls), with \"tcp\" also those that are sent again."},
    {.name = "one_way",
     .type = PARAM_BOOL,
     .offset = offsetof(struct path_config, one_way),
     .fallback = "false",
     .doc = "Whether the path serves messages from `from` to `to` alone."},
    {0},
};

bool build_find_place(struct loader *loader, const struct spot *spot, const char *name,
                      struct place *out) {
  const struct spec *spec = &loader->scenario->spec;
  out->kind = PLACE_COMPONENT;
  out->id = spec_find(spec, name);
  if (out->id != REF_NONE) return true;
  out->kind = PLACE_ZONE;
  out->id = names_find(&loader->zones_by_name, name);
  if (out->id != REF_NONE) return true;
  out->kind = PLACE_REGION;
  out->id = names_find(&loader->regions_by_name, name);
  if (out->id != REF_NONE) return true;
  struct names all = {0};
  for (uint32_t i = 0; i < spec->components; i++) {
    names_add(loader, &all, spec->component[i].name);
  }
  for (uint32_t i = 0; i < spec->zones; i++) names_add(loader, &all, spec->zone[i].name);
  for (uint32_t i = 0; i < spec->regions; i++) names_add(loader, &all, spec->region[i]);
  return spot_error(loader, spot, "there is no component, zone or region \"%.80s\"%s", name,
                    nearest_hint(name, all.list, all.n, "there are").text);
}

static int compare_places(struct place a, struct place b) {
  if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
  return (a.id > b.id) - (a.id < b.id);
}

static int by_ends(const void *a, const void *b) {
  const struct path_spec *p = a, *q = b;
  int order = compare_places(p->from, q->from);
  if (order == 0) order = compare_places(p->to, q->to);
  return order ? order : (int)p->one_way - (int)q->one_way;
}

/* Two paths that would serve the same direction between the same places. */
static bool collide(const struct path_spec *a, const struct path_spec *b) {
  bool same = compare_places(a->from, b->from) == 0 && compare_places(a->to, b->to) == 0;
  bool opposite = compare_places(a->from, b->to) == 0 && compare_places(a->to, b->from) == 0;
  if (same) return true;
  return opposite && !(a->one_way && b->one_way);
}

static void fill_in(const struct path_config *config, struct path_spec *out) {
  out->one_way = config->one_way;
  out->latency = config->latency;
  out->jitter = config->jitter;
  out->fixed_ns =
      config->metres / FIBRE_M_PER_S * 1e9 + (double)config->hops * (double)config->processing_ns;
  out->hops = config->hops;
  out->packet = config->packet;
  out->overhead = config->overhead;
  out->buffer = config->buffer;
  out->bits_per_s = config->bits_per_s;
  out->loss = config->loss;
  out->swapped = false;
  out->tcp = config->transport == TRANSPORT_TCP;
  out->connect = config->connect;
  if (!config->connect.given)
    out->connect =
        (struct connect_config){.streams = 1, .requests = PARAM_UNLIMITED, .responder = REF_NONE};
  out->reorder = config->reorder.given ? config->reorder.share : 0;
  out->behind_ns = config->reorder.by_ns;
}

static bool price_fits(struct loader *loader, const struct spot *spot, const struct price *price) {
  if (price->per_call <= 0 && price->per_100ms <= 0) return true;
  struct spot at = spot_key(spot, price->per_call > 0 ? "per_call" : "per_100ms");
  return spot_error(loader, &at,
                    "a path answers no calls; it can have a price an hour, and per_GB of what is "
                    "sent over it");
}

/* Hops that neither send nor look at anything are none. */
static bool hops_mean_something(struct loader *loader, const struct spot *spot,
                                const struct path_config *config) {
  if (config->hops == 1 || config->bits_per_s > 0 || config->processing_ns > 0) return true;
  if (loader->scenario->spec.reduced) return true; /* without what gave them a meaning */
  return spot_error(
      loader, spot,
      "hops cost nothing without 'bandwidth' or 'processing'; give one of them, or leave hops out");
}

static bool read_path(struct loader *loader, const struct declaration *declaration,
                      struct path_spec *out) {
  struct spot spot = spot_word(NULL, declaration->word);
  int table = declaration_push(loader, declaration);
  struct path_config config = {.from = ""};
  bool ok = declaration_is_table(loader, &spot, table) &&
            configure(loader, &spot, table, word_defs[WORD_PATH].params, &config, NULL, 0, 0);
  struct spot from = spot_key(&spot, "from"), to = spot_key(&spot, "to");
  ok = ok && build_find_place(loader, &from, config.from, &out->from) &&
       build_find_place(loader, &to, config.to, &out->to);
  struct spot hops = spot_key(&spot, "hops");
  struct spot price = spot_key(&spot, "price");
  ok = ok && hops_mean_something(loader, &hops, &config) &&
       price_fits(loader, &price, &config.price);
  fill_in(&config, out);
  out->price = NULL;
  if (lua_getfield(loader->L, table, "price") != LUA_TNIL) {
    struct price *kept = arena_alloc(loader->arena, sizeof *kept);
    *kept = config.price;
    out->price = kept;
  }
  lua_pop(loader->L, 1);
  spot_place(loader, &spot, &out->file, &out->line);
  /* A path for both directions reads the same whichever end is named first. */
  if (ok && !out->one_way && compare_places(out->from, out->to) > 0) {
    struct place swapped = out->from;
    out->from = out->to;
    out->to = swapped;
    out->swapped = true;
  }
  lua_pop(loader->L, 1);
  return ok;
}

bool build_paths(struct loader *loader) {
  uint32_t n = loader->paths.n;
  struct path_spec *path = arena_alloc(loader->arena, (n + 1) * sizeof *path);
  for (uint32_t i = 0; i < n; i++) {
    const struct declaration *declaration = &loader->paths.list[i];
    if (!read_path(loader, declaration, &path[i])) return false;
    for (uint32_t k = 0; k < i; k++) {
      if (!collide(&path[k], &path[i])) continue;
      const struct word *first = loader->paths.list[k].word;
      struct spot spot = spot_word(NULL, declaration->word);
      return spot_error(loader, &spot, "the one at %s:%d joins the same two places already",
                        loader->source[first->source]->file, first->line);
    }
  }
  if (n) qsort(path, n, sizeof *path, by_ends);
  loader->scenario->spec.path = path;
  loader->scenario->spec.paths = n;
  return true;
}
