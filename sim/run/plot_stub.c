#include "plot_kinds.h"
void plot_timeline(struct plot_page *page, const json_t *results){(void)page;(void)results;}
void plot_heatmap(struct plot_page *page, const json_t *sweep){(void)page;(void)sweep;}
void plot_breakdown(struct plot_page *page, const json_t *results){(void)page;(void)results;}
