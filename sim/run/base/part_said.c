#include "part_said.h"

#include <glib.h>
#include <string.h>

char *part_said(const struct part_def *part, const char *owner, const char *from, const char *to) {
  if (from != NULL && strcmp(from, to) == 0) {
    return g_strdup_printf("%s within %s", part->takes, from);
  }
  if (from != NULL) return g_strdup_printf("%s between %s and %s", part->takes, from, to);
  return g_strdup_printf("%s %s%s", part->takes, part->of_path ? "on the way to " : "", owner);
}
