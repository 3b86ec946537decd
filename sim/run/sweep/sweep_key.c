#include "sweep_key.h"

#include <glib.h>
#include <string.h>

#include "json_write.h"
#include "model_version.h"

/* Each field is preceded by its length, so that no two lists of fields look the same. */
static void add(GChecksum *sum, const char *bytes, size_t length) {
  char head[32];
  int n = g_snprintf(head, sizeof head, "%zu:", length);
  g_checksum_update(sum, (const guchar *)head, n);
  g_checksum_update(sum, (const guchar *)bytes, (gssize)length);
}

static void add_text(GChecksum *sum, const char *text) {
  add(sum, text, strlen(text));
}

static void add_number(GChecksum *sum, uint64_t number) {
  char text[32];
  g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT, number);
  add_text(sum, text);
}

static void finish(GChecksum *sum, char out[65]) {
  g_strlcpy(out, g_checksum_get_string(sum), 65);
  g_checksum_free(sum);
}

void sweep_key(const struct scenario *scenario, uint64_t seed, uint32_t replications,
               char key[65]) {
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  add_text(sum, "archsim point");
  add_text(sum, ARCHSIM_VERSION);
  add_number(sum, MODEL_VERSION);
  add_number(sum, JSON_SCHEMA);
  add_text(sum, scenario->name);
  add_number(sum, scenario->inputs);
  for (uint32_t i = 0; i < scenario->inputs; i++) {
    add(sum, scenario->input[i].text, scenario->input[i].length);
  }
  add_number(sum, scenario->params);
  for (uint32_t i = 0; i < scenario->params; i++) {
    add_text(sum, scenario->param[i].name);
    add_text(sum, scenario->param[i].value);
  }
  add_number(sum, seed);
  add_number(sum, replications);
  finish(sum, key);
}

void sweep_key_of_all(const char (*key)[65], uint32_t points, char out[65]) {
  GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
  add_text(sum, "archsim sweep");
  for (uint32_t i = 0; i < points; i++) add_text(sum, key[i]);
  finish(sum, out);
}
