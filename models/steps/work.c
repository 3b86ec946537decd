/* work "5ms", work { "2ms", per_byte = "0.25ns" }: keeps a worker busy.
 * work { on = "ssd", bytes = "64kB" }: has a disk work, and waits for it; what the worker has to do
 * itself comes first:
 *     WORK; CALL */
#include "dist_make.h"
#include "step.h"

struct work_config {
  struct dist time, per_byte, bytes;
  uint32_t of, on;
};

static const char *const of_names[] = {"both", "request", "answer", NULL};

static const struct param subject = {
    .name = "time",
    .type = PARAM_TIME_DIST,
    .offset = offsetof(struct work_config, time),
    .fallback = "0ns",
    .doc = "How long, drawn for each request.",
};

static const struct param params[] = {
    {.name = "per_byte",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct work_config, per_byte),
     .fallback = "0ns",
     .doc =
         "Work for each byte, on top; a fixed time (one core of a Xeon, OpenSSL 3.0: AES-256-GCM "
         "0.24 ns, ChaCha20-Poly1305 0.3 ns)."},
    {.name = "of",
     .type = PARAM_ENUM,
     .offset = offsetof(struct work_config, of),
     .fallback = "both",
     .choices = of_names,
     .doc = "Whose bytes: of the request and its answer, or of one of the two. What they are, the "
            "caller says (`request`, `response`)."},
    {.name = "on",
     .type = PARAM_REF,
     .offset = offsetof(struct work_config, on),
     .doc = "A disk that works too; how long it takes the disk says. The worker does its own part "
            "first, the time and what `per_byte` adds, and then waits for the disk as for a call."},
    {.name = "bytes",
     .type = PARAM_SIZE_DIST,
     .offset = offsetof(struct work_config, bytes),
     .fallback = "0B",
     .doc = "With `on`: how much is read or written."},
    {0},
};

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  const struct work_config *c = config;
  *key = "per_byte";
  if (c->per_byte.kind != DIST_CONSTANT) {
    return error_set(err, "is a fixed time; sizes vary, not the work for a byte");
  }
  *key = "bytes";
  if (c->on == REF_NONE && step_states(&step_work, place, "bytes")) {
    return error_set(err, "are those of a disk; say which with on = ...");
  }
  *key = "of";
  if (step_states(&step_work, place, "of") && c->per_byte.a == 0) {
    return error_set(err, "means nothing without per_byte; leave it out");
  }
  return true;
}

static void compile(struct assembler *to, const void *config) {
  const struct work_config *c = config;
  bool by_itself = c->time.kind != DIST_CONSTANT || c->time.a > 0 || c->per_byte.a > 0;
  if (c->on == REF_NONE || by_itself) {
    struct step *step = assemble(to, c->per_byte.a > 0 ? STEP_WORK_BYTES : STEP_WORK);
    step->dist = c->time;
    step->chance = c->per_byte.a;
    step->need = c->of;
  }
  if (c->on == REF_NONE) return;
  assemble(to, STEP_CALL);
  *assemble_call(to) = (struct program_call){.component = c->on,
                                             .op = OP_INHERIT,
                                             .policy = OUTBOUND_NONE,
                                             .times = 1,
                                             .request = dist_constant(0),
                                             .response = c->bytes};
}

const struct step_def step_work = {
    .word = {.name = "work",
             .role = ROLE_STEP,
             .usage = "work \"5ms\"\nwork(exponential \"8ms\")\n"
                      "work { \"2ms\", per_byte = \"0.25ns\" }\n"
                      "work { on = \"ssd\", bytes = \"64kB\" }\n"
                      "work { \"2ms\", per_byte = \"0.25ns\", on = \"ssd\" }",
             .doc = "Keeps a worker busy, or has a disk work and waits for it.",
             .params = params,
             .subject = &subject},
    .config_size = sizeof(struct work_config),
    .check = check,
    .compile = compile,
};
