#include "csv.h"

#include <math.h>
#include <string.h>

#include "number.h"

static const char *const unit_name[] = {
    [UNIT_SECONDS] = "s",
    [UNIT_PER_SECOND] = "1/s",
    [UNIT_RATIO] = "ratio",
    [UNIT_COUNT] = "count",
};

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

static void number_field(double value, FILE *out) {
  fputc(',', out);
  if (isfinite(value)) fputs(number_shortest(value).text, out);
}

void csv_results(const struct results *results, FILE *out) {
  fputs("metric,value,lo,hi,n,unit\n", out);
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    csv_text(r->name, out);
    number_field(r->estimate.value, out);
    number_field(r->estimate.lo, out);
    number_field(r->estimate.hi, out);
    fprintf(out, ",%u,%s\n", r->estimate.n, unit_name[r->unit]);
  }
}
