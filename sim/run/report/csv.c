#include "csv.h"

#include <math.h>
#include <string.h>

#include "number.h"

static const char *const unit_name[] = {
    [UNIT_SECONDS] = "s",   [UNIT_PER_SECOND] = "1/s", [UNIT_RATIO] = "ratio",
    [UNIT_COUNT] = "count", [UNIT_MONEY] = "money",    [UNIT_CHANCE] = "chance",
    [UNIT_BYTES] = "bytes",
};

const char *csv_unit(enum metric_unit unit) {
  return unit_name[unit];
}

enum metric_unit csv_unit_of(const char *name) {
  for (size_t i = 0; i < sizeof unit_name / sizeof unit_name[0]; i++) {
    if (strcmp(unit_name[i], name) == 0) return (enum metric_unit)i;
  }
  return UNIT_COUNT;
}

void csv_text(const char *text, FILE *out) {
  if (strpbrk(text, ",\"\r\n") == NULL) {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (; *text != '\0'; text++) {
    if (*text == '"') fputc('"', out);
    fputc(*text, out);
  }
  fputc('"', out);
}

void csv_number(double value, FILE *out) {
  fputc(',', out);
  if (isfinite(value)) fputs(number_shortest(value).text, out);
}

void csv_results(const struct results *results, FILE *out) {
  fputs("metric,value,lo,hi,n,unit\n", out);
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    csv_text(r->name, out);
    csv_number(r->estimate.value, out);
    csv_number(r->estimate.lo, out);
    csv_number(r->estimate.hi, out);
    fprintf(out, ",%u,%s\n", r->estimate.n, unit_name[r->unit]);
  }
}
