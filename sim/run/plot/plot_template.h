/* The templates of plots/, as scripts/embed compiles them in. */
#ifndef PLOT_TEMPLATE_H
#define PLOT_TEMPLATE_H

struct plot_template {
  const char *name, *text; /* "timeline" of plots/timeline.gp */
};

extern const struct plot_template plot_templates[]; /* ended by a name of NULL */

#endif
