#include "compare_csv.h"

#include "csv.h"

void compare_csv(const struct study *study, const struct comparison *comparisons, FILE *out) {
  fputs("design,metric,a,b,diff,lo,hi,joint_lo,joint_hi,n,unit,verdict\n", out);
  for (uint32_t i = 1; i < study->n; i++) {
    const struct comparison *c = &comparisons[i - 1];
    for (uint32_t k = 0; k < c->n; k++) {
      const struct difference *d = &c->list[k];
      csv_text(study->design[i].title, out);
      fputc(',', out);
      csv_text(d->name, out);
      csv_number(d->a.value, out);
      csv_number(d->b.value, out);
      csv_number(d->diff.value, out);
      csv_number(d->diff.lo, out);
      csv_number(d->diff.hi, out);
      csv_number(d->joint.lo, out);
      csv_number(d->joint.hi, out);
      fprintf(out, ",%u,%s,%s\n", d->diff.n, csv_unit(d->unit), finding_name[d->finding]);
    }
  }
}
